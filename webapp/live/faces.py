"""The heads to cover in pictures for viewers who see blurred faces, over time.

In: snapshots, as they come. Out: circles. The network misses people for a few frames at a time: their last place stays
covered meanwhile, and the cover grows, since they may move.
"""

from __future__ import annotations

import threading

from engine.faces import Circle, head_of
from engine.mosaic import Sighted, picture_of, poses_in_mosaic
from engine.types import Snapshot

HOLD_S = 0.5
"""Seconds for which the head of somebody who is missed stays covered."""
_GROWTH = 1.0
"""Growth of the radius during HOLD_S, as a share."""


class Faces:
    """Remembers heads by person and camera. Thread-safe: the broadcaster tells, and viewers' threads ask."""

    def __init__(self) -> None:
        self._seen: dict[Sighted, tuple[float, Circle]] = {}
        self._lock = threading.Lock()

    def see(self, snapshot: Snapshot) -> tuple[Circle, ...]:
        """Remember the heads of a snapshot, and return the circles to cover in its picture."""
        now = snapshot.frame.captured_at
        height, width = picture_of(snapshot.frame).shape[:2]
        own = {key: head_of(pose, (width, height)) for key, pose in poses_in_mosaic(snapshot.scene).items()}
        circles = {key: circle for key, circle in own.items() if circle is not None}
        with self._lock:
            held = [_held(circle, abs(now - at)) for id, (at, circle) in self._seen.items() if id not in circles]
            self._remember(now, circles)
        return (*circles.values(), *(circle for circle in held if circle is not None))

    def _remember(self, now: float, circles: dict[Sighted, Circle]) -> None:
        newest = max((at for at, _ in self._seen.values()), default=now)
        self._seen = {id: (at, circle) for id, (at, circle) in self._seen.items() if at > max(now, newest) - HOLD_S}
        for id, circle in circles.items():
            if id not in self._seen or self._seen[id][0] <= now:
                self._seen[id] = (now, circle)


def _held(circle: Circle, seconds: float) -> Circle | None:
    """The circle some time after it was seen; None if that is too long ago."""
    return circle.grown(1 + _GROWTH * seconds / HOLD_S) if seconds <= HOLD_S else None
