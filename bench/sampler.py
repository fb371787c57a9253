"""Samples the resources of the serving process, and the latency of its scenes, once a second."""

from __future__ import annotations

import math
import re
import time
import urllib.request

import psutil

_LATENCY = re.compile(r"posecast_publish_latency_seconds_(sum|count) (\S+)")


class Sampler:
    """Samples the worker process of `server`, a gunicorn master, or `server` itself if it has none."""

    def __init__(self, server: int, port: int) -> None:
        self.times: list[float] = []
        self.values: dict[str, list[float]] = {"threads": [], "fds": [], "rss_mb": [], "latency_ms": []}
        self.alive = True
        master = psutil.Process(server)
        self._worker = next(iter(master.children()), master)
        self._metrics = f"http://127.0.0.1:{port}/metrics"
        self._published = (0.0, 0.0)

    def sample(self) -> bool:
        """Measure now; False where the worker has died."""
        try:
            with self._worker.oneshot():
                threads, fds = self._worker.num_threads(), self._worker.num_fds()
                rss = self._worker.memory_info().rss
        except psutil.Error:
            self.alive = False
            return False
        self.times.append(time.monotonic())
        for name, value in (("threads", threads), ("fds", fds), ("rss_mb", rss / 1e6), ("latency_ms", self._latency())):
            self.values[name].append(value)
        return True

    def _latency(self) -> float:
        """Mean milliseconds from capture to publication since the last sample; NaN if nothing was published."""
        with urllib.request.urlopen(self._metrics, timeout=30) as response:
            found = dict(_LATENCY.findall(response.read().decode()))
        total, count = float(found["sum"]), float(found["count"])
        (total_before, count_before), self._published = self._published, (total, count)
        new = count - count_before
        return (total - total_before) / new * 1000 if new > 0 else math.nan
