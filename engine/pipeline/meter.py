"""Measures frame rate, milliseconds per stage and latency over the last seconds."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.pipeline.state import Stats
from engine.rate import rate
from engine.types import BackendInfo, Snapshot

WINDOW_S = 5.0
WINDOW_FRAMES = 120


@dataclass(frozen=True, slots=True, eq=False)
class _Entry:
    """The measurements of a snapshot, without the snapshot itself, whose pictures would fill the memory."""

    time: float
    latency_ms: float
    backend: BackendInfo
    stage_ms: Mapping[str, float]


class Meter:
    """A sliding window over snapshots, and totals. Written by the worker, read by any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: deque[_Entry] = deque(maxlen=WINDOW_FRAMES)
        self._processed = 0
        self._dropped = 0
        self._people = 0
        self.last: float | None = None
        """When the newest snapshot was made."""

    def record(self, snapshot: Snapshot, now: float, dropped: int) -> None:
        """Count `snapshot`, made at `now`, and the `dropped` frames before it."""
        latency_ms = (now - snapshot.frame.captured_at) * 1000
        with self._lock:
            self._entries.append(_Entry(now, latency_ms, snapshot.backend, snapshot.stage_ms))
            self._people = len(snapshot.scene.people)
            self._processed += 1
            self._dropped += dropped
            self.last = now

    def fps(self, now: float) -> float:
        """Snapshots per second, as of `now`."""
        entries = self._recent(now)
        return rate(len(entries), entries[0].time, entries[-1].time) if entries else 0.0

    def stats(self, now: float, source_problem: str | None) -> Stats:
        """All measurements, as of `now`, except the number of captured frames, which the feed counts."""
        entries = self._recent(now)
        with self._lock:
            processed, dropped, people = self._processed, self._dropped, self._people
        if not entries:
            return Stats(processed=processed, dropped=dropped, source_problem=source_problem)
        same_backend = [entry for entry in entries if entry.backend == entries[-1].backend]
        p50, p95 = np.percentile([entry.latency_ms for entry in same_backend], (50, 95))
        return Stats(
            fps=rate(len(entries), entries[0].time, entries[-1].time),
            processed=processed,
            dropped=dropped,
            people=people,
            stage_ms=_medians([entry.stage_ms for entry in same_backend]),
            latency_ms=(float(p50), float(p95)),
            source_problem=source_problem,
        )

    def _recent(self, now: float) -> list[_Entry]:
        with self._lock:
            return [entry for entry in self._entries if entry.time > now - WINDOW_S]


def _medians(measured: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Median milliseconds of each stage that the newest entry has."""
    return {
        stage: float(np.median([stage_ms[stage] for stage_ms in measured if stage in stage_ms]))
        for stage in measured[-1]
    }
