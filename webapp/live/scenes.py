"""Serialises the newest scene, once for all users: sockets, recorder, `GET /api/scene`."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from engine.snapshot_slot import SnapshotSlot
from engine.types import Event, Snapshot
from engine.wire import dumps, scene_to_wire


class Scenes:
    """Serialises each snapshot of a slot at most once, with the wall time and the current `fps`."""

    def __init__(
        self,
        snapshots: SnapshotSlot,
        fps: Callable[[], float],
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self.snapshots = snapshots
        self._fps, self._clock, self._wall_clock = fps, clock, wall_clock
        self._lock = threading.Lock()
        self._of: tuple[int, tuple[Event, ...]] = (0, ())
        self._text = ""

    def text(self, version: int, snapshot: Snapshot) -> str:
        """The JSON of `snapshot`, which has the given version in the slot, and may have events of skipped ones, too."""
        with self._lock:
            if self._of != (version, snapshot.events):
                wall_time = self._wall_clock() - (self._clock() - snapshot.frame.captured_at)
                wire = scene_to_wire(snapshot, fps=self._fps(), wall_time=wall_time)
                self._of, self._text = (version, snapshot.events), dumps(wire)
            return self._text

    def newest(self) -> str | None:
        """The JSON of the newest scene; None if there has been none."""
        newest = self.snapshots.wait_newer(0, timeout=0)
        return self.text(*newest) if newest else None
