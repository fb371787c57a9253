"""The people of the last seconds, for leveling."""

from __future__ import annotations

import threading
from collections import deque

import numpy as np

from engine.types import Floats, Snapshot

LATELY = 30.0
"""Seconds for which people are remembered."""
_SAMPLE_EVERY = 0.2


class RecentPeople:
    """Thread-safe."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, Floats]] = deque()
        self._last_frame = -1
        self._lock = threading.Lock()

    def see(self, snapshot: Snapshot) -> None:
        """Keep the people of a snapshot, a few times per second."""
        bodies = [person.pose3d.joints for person in snapshot.scene.people if person.pose3d is not None]
        now = snapshot.frame.captured_at
        with self._lock:
            if snapshot.frame.index < self._last_frame:
                self._seen.clear()  # another source: another camera
            self._last_frame = snapshot.frame.index
            if bodies and (not self._seen or now - self._seen[-1][0] >= _SAMPLE_EVERY):
                self._seen.append((now, np.stack(bodies)))
            while self._seen and self._seen[0][0] < now - LATELY:
                self._seen.popleft()

    def bodies(self) -> Floats | None:
        """(N, 19, 3) metres, camera frame; None if nobody was seen."""
        with self._lock:
            seen = [bodies for _, bodies in self._seen]
        return np.concatenate(seen) if seen else None
