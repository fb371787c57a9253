"""The slot of snapshots, in which no reader misses an event.

The newest snapshot wins, so that slow readers skip some. The events of those that a reader skipped come with the next
one that it takes: each reader gets every event once.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from engine.slot import Slot
from engine.types import Event, Snapshot

REMEMBERED = 256
"""Events that are kept for slow readers: those of many minutes."""


class SnapshotSlot(Slot[Snapshot]):
    """A `Slot` of snapshots that remembers the newest events and the version of each."""

    def __init__(self) -> None:
        super().__init__()
        self._events: deque[tuple[int, Event]] = deque(maxlen=REMEMBERED)

    def put(self, value: Snapshot) -> None:
        with self._condition:
            self._events.extend((self._version + 1, event) for event in value.events)
            super().put(value)

    def wait_newer(self, seen: int, timeout: float) -> tuple[int, Snapshot] | None:
        """As `Slot.wait_newer`; the snapshot also has the events of those between it and version `seen`."""
        newer = super().wait_newer(seen, timeout)
        return None if newer is None else (newer[0], self.caught_up(seen, *newer))

    def caught_up(self, seen: int, version: int, snapshot: Snapshot) -> Snapshot:
        """The snapshot of `version` for a reader whose last one was `seen`; 0: it had none, and misses nothing."""
        if seen == 0:
            return snapshot
        with self._condition:
            events = tuple(event for at, event in self._events if seen < at <= version)
        return snapshot if events == snapshot.events else replace(snapshot, events=events)
