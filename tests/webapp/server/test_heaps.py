"""A process whose threads share heaps stays small, one whose threads each have their own does not."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

_HEAPS_AFTER_THREADS = """
import ctypes, re, sys, threading
from webapp.server.heaps import share_heaps
if sys.argv[1] == "shared":
    share_heaps()
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
together = threading.Barrier(8)
def work():
    together.wait()
    assert libc.malloc(1000)
    together.wait()
threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
libc.malloc_stats()
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has a heap per thread")
def test_threads_share_heaps() -> None:
    assert _heaps("own") > _heaps("shared") == 2


def _heaps(mode: str) -> int:
    """How many there are after eight threads took memory at once."""
    command = [sys.executable, "-c", _HEAPS_AFTER_THREADS, mode]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    return told.count("Arena ")
