"""Cores of this process: its affinity, within its container's limit."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine import cores
from engine.cores import available_cores, cgroup_cores


def _write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.mark.parametrize(
    ("files", "limit"),
    [
        ({"cpu.max": "150000 100000\n"}, 1.5),
        ({"cpu.max": "max 100000\n"}, None),
        ({"cpu/cpu.cfs_quota_us": "400000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 4.0),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, None),
        ({"cpu.max": "nonsense"}, None),
        ({}, None),
    ],
)
def test_reads_the_limit_of_a_container(tmp_path: Path, files: dict[str, str], limit: float | None) -> None:
    assert cgroup_cores(_write(tmp_path, files)) == limit


@pytest.mark.parametrize(("quota", "cores_there"), [(None, 8), (1.5, 2), (0.25, 1), (64.0, 8)])
def test_the_smaller_of_affinity_and_limit(
    monkeypatch: pytest.MonkeyPatch, quota: float | None, cores_there: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(8)), raising=False)
    monkeypatch.setattr(cores, "cgroup_cores", lambda root: quota)
    assert available_cores() == cores_there


def test_there_is_at_least_one_here() -> None:
    assert 1 <= available_cores() <= (os.cpu_count() or 1)
