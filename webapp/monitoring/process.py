"""What this process takes of the machine: memory, threads, file descriptors, processor time.

The names are Prometheus's own for these figures, so that ready-made dashboards show them. Where a system does not
tell a figure, there is none.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

Figure = tuple[str, str, str, float]
"""Name, kind, text, value."""
_PROC = Path("/proc/self")


class ProcessFigures:
    """Asks the system when it is asked."""

    def __init__(self) -> None:
        self._started = time.time()

    def figures(self) -> Iterator[Figure]:
        yield "process_start_time_seconds", "gauge", "When the server began, since the epoch.", round(self._started, 3)
        yield "process_cpu_seconds_total", "counter", "Processor time used, of all threads.", time.process_time()
        yield "posecast_threads", "gauge", "Threads of Python.", threading.active_count()
        with suppress(OSError, ValueError, IndexError):
            yield "process_resident_memory_bytes", "gauge", "Memory in use.", _resident_bytes()
        with suppress(OSError):
            yield "process_open_fds", "gauge", "Open file descriptors.", len(os.listdir(_descriptors()))  # noqa: PTH208
        with suppress(OSError):
            yield "process_threads", "gauge", "Threads, those of libraries too.", len(list((_PROC / "task").iterdir()))


def _resident_bytes() -> int:
    """From the kernel on Linux; elsewhere the figure is left out."""
    pages = (_PROC / "statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _descriptors() -> Path:
    return Path("/dev/fd") if sys.platform == "darwin" else _PROC / "fd"
