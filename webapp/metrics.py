"""Numbers for Prometheus, written by hand: its client library keeps global state, and the format is a few lines."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import deque
from collections.abc import Iterable

from engine.pipeline import Stats

LATENCY_BUCKETS = (0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0, 2.5)
"""Upper bounds, seconds."""


class Metrics:
    """Counters of the web server. Any thread may count."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts = [0] * (len(LATENCY_BUCKETS) + 1)
        self._sum = 0.0
        self._recent: deque[float] = deque(maxlen=256)
        self.problems = 0
        self.switches = 0

    def published(self, latency: float) -> None:
        """A scene went out `latency` seconds after its frame was captured."""
        with self._lock:
            self._counts[bisect_left(LATENCY_BUCKETS, latency)] += 1
            self._sum += latency
            self._recent.append(latency)

    def publish_ms(self) -> dict[str, float] | None:
        """Median and 95th percentile of the newest scenes' way from capture to publication; None before the first."""
        with self._lock:
            recent = sorted(self._recent)
        if not recent:
            return None
        p50, p95 = (recent[round(share * (len(recent) - 1))] for share in (0.5, 0.95))
        return {"p50": round(p50 * 1000, 2), "p95": round(p95 * 1000, 2)}

    def count_problem(self) -> None:
        with self._lock:
            self.problems += 1

    def count_switch(self) -> None:
        with self._lock:
            self.switches += 1

    def text(self, stats: Stats, *, streams: int, sockets: int) -> str:
        """The exposition format, version 0.0.4."""
        with self._lock:
            counts, total = list(self._counts), self._sum
        lines = [
            *_single("posecast_frames_captured_total", "counter", "Frames read from the source.", stats.captured),
            *_single("posecast_frames_processed_total", "counter", "Frames turned into scenes.", stats.processed),
            *_single("posecast_frames_dropped_total", "counter", "Frames that a newer one overtook.", stats.dropped),
            *_single("posecast_fps", "gauge", "Scenes per second at present.", round(stats.fps, 3)),
            *_single("posecast_people", "gauge", "People in the newest scene.", stats.people),
            *_single("posecast_switches_total", "counter", "Changes of the running backend.", self.switches),
            *_single("posecast_problems_total", "counter", "Problems reported.", self.problems),
            *_head("posecast_viewers", "gauge", "Open connections."),
            f'posecast_viewers{{kind="socket"}} {sockets}',
            f'posecast_viewers{{kind="stream"}} {streams}',
            *_head("posecast_stage_seconds", "gauge", "Median time per stage over the last seconds."),
            *(f'posecast_stage_seconds{{stage="{name}"}} {ms / 1000:.6f}' for name, ms in stats.stage_ms.items()),
            *_histogram("posecast_publish_latency_seconds", "From capture to publication of a scene.", counts, total),
        ]
        return "\n".join(lines) + "\n"


def _head(name: str, kind: str, text: str) -> tuple[str, str]:
    return f"# HELP {name} {text}", f"# TYPE {name} {kind}"


def _single(name: str, kind: str, text: str, value: float) -> tuple[str, ...]:
    return (*_head(name, kind, text), f"{name} {value}")


def _histogram(name: str, text: str, counts: list[int], total: float) -> Iterable[str]:
    yield from _head(name, "histogram", text)
    below = 0
    for bound, count in zip((*map(str, LATENCY_BUCKETS), "+Inf"), counts, strict=True):
        below += count
        yield f'{name}_bucket{{le="{bound}"}} {below}'
    yield f"{name}_sum {total:.6f}"
    yield f"{name}_count {below}"
