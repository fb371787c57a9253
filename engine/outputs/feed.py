"""Where outputs take their moments from: the slot of snapshots, of which each takes the newest at its own pace."""

from __future__ import annotations

import time
from collections.abc import Callable

from engine.outputs.moment import Moment
from engine.snapshot_slot import SnapshotSlot
from engine.types import Snapshot


class Feed:
    """One for all outputs; it has no state of its own."""

    def __init__(self, snapshots: SnapshotSlot, text_of: Callable[[int, Snapshot], str]) -> None:
        """`text_of(version, snapshot)` makes the JSON of a scene, once for all who ask."""
        self._snapshots, self._text_of = snapshots, text_of

    def newer(self, seen: int, timeout: float) -> tuple[int, Moment] | None:
        """(version, moment) newer than version `seen`, waiting up to `timeout` s; see `SnapshotSlot.wait_newer`."""
        newer = self._snapshots.wait_newer(seen, timeout)
        if newer is None:
            return None
        version, snapshot = newer
        wall_time = time.time() - (time.monotonic() - snapshot.frame.captured_at)
        return version, Moment(snapshot, wall_time, lambda: self._text_of(version, snapshot))

    @property
    def closed(self) -> bool:
        return self._snapshots.closed
