"""What this process uses of the machine: memory, threads, file descriptors, processor time.

The names are those of Prometheus's own client for these figures, so that ready-made dashboards show them; its collector
knows fewer systems. A figure that the system does not report is left out.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

_PROC = Path("/proc/self")


class ProcessFigures:
    """Reads the figures from the system on request."""

    def __init__(self) -> None:
        self._started = time.time()

    def figures(self) -> Iterator[Metric]:
        yield _gauge("process_start_time_seconds", "When the server began, since the epoch.", round(self._started, 3))
        yield CounterMetricFamily(
            "process_cpu_seconds", "Processor time used, of all threads.", value=time.process_time()
        )
        yield _gauge("posecast_threads", "Threads of Python.", threading.active_count())
        with suppress(OSError, ValueError, IndexError):
            yield _gauge("process_resident_memory_bytes", "Memory in use.", _resident_bytes())
        with suppress(OSError):
            yield _gauge("process_open_fds", "Open file descriptors.", len(os.listdir(_descriptors())))  # noqa: PTH208
        with suppress(OSError):
            yield _gauge("process_threads", "Threads, including those of libraries.", len(os.listdir(_PROC / "task")))  # noqa: PTH208


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def _resident_bytes() -> int:
    """From the kernel on Linux; elsewhere the figure is left out."""
    pages = (_PROC / "statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _descriptors() -> Path:
    return Path("/dev/fd") if sys.platform == "darwin" else _PROC / "fd"
