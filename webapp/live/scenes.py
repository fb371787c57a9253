"""The newest scene as text, made once however many ask: sockets, recorder, `GET /api/scene`."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from engine.slot import Slot
from engine.types import Snapshot
from engine.wire import dumps, scene_to_wire

_RATE_WINDOW = 2.0
"""Seconds over which the rate of scenes is measured."""


class Scenes:
    """Serialises each snapshot of a slot at most once, with the present rate and the time of day."""

    def __init__(
        self,
        snapshots: Slot[Snapshot],
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self.snapshots = snapshots
        self._clock, self._wall_clock = clock, wall_clock
        self._lock = threading.Lock()
        self._text: tuple[int, str] = (0, "")
        self._marks: deque[tuple[float, int]] = deque()

    def passed(self, version: int) -> None:
        """Version `version` is there, whether or not somebody asks for it: the rate goes by what passes."""
        with self._lock:
            self._mark(self._clock(), version)

    def text(self, version: int, snapshot: Snapshot) -> str:
        """The JSON of `snapshot`, which the slot gave as `version`."""
        with self._lock:
            if self._text[0] != version:
                now = self._clock()
                wall_time = self._wall_clock() - (now - snapshot.frame.captured_at)
                wire = scene_to_wire(snapshot, fps=self._rate(now, version), wall_time=wall_time)
                self._text = version, dumps(wire)
            return self._text[1]

    def newest(self) -> str | None:
        """The JSON of the newest scene; None where there has been none."""
        newest = self.snapshots.wait_newer(0, timeout=0)
        return self.text(*newest) if newest else None

    def _rate(self, now: float, version: int) -> float:
        """Scenes per second: versions count every scene, also those that nobody asked for."""
        self._mark(now, version)
        (since, first) = self._marks[0]
        return (version - first) / (now - since) if now > since else 0.0

    def _mark(self, now: float, version: int) -> None:
        self._marks.append((now, version))
        while len(self._marks) > 2 and self._marks[0][0] < now - _RATE_WINDOW:
            self._marks.popleft()
