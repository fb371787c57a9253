"""Disks that are soon full: a real one of a few kilobytes where one may be mounted, a limit on files elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@contextmanager
def mounted(path: Path, kilobytes: int) -> Iterator[Path]:
    """A file system of its own in a folder; skips the test where this user may not mount one."""
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(path)]
    if sys.platform != "linux" or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("a disk of its own needs root on Linux")
    try:
        yield path
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)


def fill(folder: Path) -> Path:
    """Leave no room; the file that takes it."""
    path = folder / "filler"
    with path.open("wb", buffering=0) as file:
        try:
            while file.write(b"\0" * 4096):
                pass
        except OSError:
            return path
    raise AssertionError("the disk is larger than it should be")


def run_limited(arguments: Sequence[str], kilobytes: int, folder: Path) -> subprocess.CompletedProcess[str]:
    """`posecast` where no file may become larger, as on a full disk, started in `folder`."""
    return subprocess.run(
        [sys.executable, "-m", "webapp", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=100,
        preexec_fn=_limit(kilobytes),
    )


def _limit(kilobytes: int) -> Callable[[], None]:
    import resource  # not there on Windows

    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes * 1024, kilobytes * 1024))
