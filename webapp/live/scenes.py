"""Serialises the newest scene, once for all users, who see it as a `SceneFeed`: sockets, recorder, `GET /api/scene`."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol, TypeVar

from engine.snapshot_slot import SnapshotSlot
from engine.types import Event, Snapshot
from engine.wire import dumps, scene_to_wire

S = TypeVar("S")


class SceneFeed(Protocol[S]):
    """The newest scene, whatever it is made from: here of snapshots, on a relay of what it receives."""

    @property
    def closed(self) -> bool:
        """Whether there will be no more."""
        ...

    def wait_newer(self, seen: int, timeout: float) -> tuple[int, S] | None:
        """As `Slot.wait_newer`; the scene also has the events of those between it and version `seen`."""
        ...

    def caught_up(self, seen: int, version: int, scene: S) -> S:
        """The scene of `version`, with the events of those that the reader of `seen` has skipped."""
        ...

    def text(self, version: int, scene: S) -> str:
        """Its JSON."""
        ...

    def newest(self) -> str | None:
        """The JSON of the newest scene; None if there has been none."""
        ...


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

    @property
    def closed(self) -> bool:
        return self.snapshots.closed

    def wait_newer(self, seen: int, timeout: float) -> tuple[int, Snapshot] | None:
        return self.snapshots.wait_newer(seen, timeout)

    def caught_up(self, seen: int, version: int, snapshot: Snapshot) -> Snapshot:
        return self.snapshots.caught_up(seen, version, snapshot)

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
