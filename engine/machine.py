"""Identifies this machine by its processor's name, features and cores, the key of measurements kept on disk."""

from __future__ import annotations

import platform
from pathlib import Path

from engine.cores import available_cores

_CPUINFO = Path("/proc/cpuinfo")
_FEATURES = (
    "avx2",
    "avx512f",
    "avx512_vnni",
    "avx_vnni",
    "avx512_bf16",
    "amx_int8",
    "amx_bf16",
    "asimddp",
    "i8mm",
    "bf16",
)
"""Processor features that decide how fast a precision is."""


def processor_name() -> str:
    """On Linux from the kernel, since `platform` knows only the architecture there."""
    return _cpuinfo().get("model name") or platform.processor() or platform.machine()


def processor() -> str:
    """Name, relevant features and usable cores: 'AMD EPYC 9B14 (avx2 avx512f avx512_vnni), 2 cores'."""
    features = " ".join(each for each in _FEATURES if each in _flags())
    return f"{processor_name()}{f' ({features})' if features else ''}, {available_cores()} cores"


def _flags() -> set[str]:
    fields = _cpuinfo()
    return set((fields.get("flags") or fields.get("Features") or "").split())


def _cpuinfo() -> dict[str, str]:
    """The fields of the first processor in /proc/cpuinfo; empty if there is no such file."""
    try:
        text = _CPUINFO.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    pairs = (line.partition(":") for line in text.split("\n\n", 1)[0].splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}
