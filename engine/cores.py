"""How many processor cores this process may use: its affinity, within the limit of its container."""

from __future__ import annotations

import math
import os
from pathlib import Path

_CGROUP = Path("/sys/fs/cgroup")


class _Share:
    """What a process that shares the machine with others has been given."""

    cores: int | None = None


def use_at_most(cores: int) -> None:
    """From now on this process has so many cores, where several of its kind share the machine."""
    _Share.cores = cores


def available_cores() -> int:
    """Number of usable cores, at least 1. `os.cpu_count` counts the machine's, which means too many threads."""
    if _Share.cores is not None:
        return _Share.cores
    affinity = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = cgroup_cores(_CGROUP)
    return affinity if quota is None else max(1, min(affinity, math.ceil(quota)))


def cgroup_cores(root: Path) -> float | None:
    """The container's CPU limit in cores (cgroup v2 `cpu.max`, or v1's quota over period); None without a limit."""
    try:
        if (root / "cpu.max").exists():
            quota, period = (root / "cpu.max").read_text().split()
        else:
            quota = (root / "cpu" / "cpu.cfs_quota_us").read_text()
            period = (root / "cpu" / "cpu.cfs_period_us").read_text()
        return int(quota) / int(period) if int(quota) > 0 and int(period) > 0 else None
    except (OSError, ValueError):  # no cgroups here, or "max": no limit
        return None
