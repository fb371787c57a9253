"""Calm joints in 3D: what moves slowly is smoothed much, what moves fast follows at once.

In: one person's joints, metres, camera frame, at true times. Out: the same, smoothed.
"""

from __future__ import annotations

from engine.filters import OneEuro
from engine.matching import Array
from engine.skeleton import PELVIS

RESTART_AFTER_S = 0.5
"""After so long a gap a pose says more than the memory of the one before it."""


class PoseSmoother:
    """One Euro filters for one person: for where the body is, and for its joints relative to that."""

    def __init__(self) -> None:
        self._seen_at: float | None = None
        self._height_m = 0.0

    def update(self, joints: Array, time: float, height_m: float, *, cutoff_hz: float, beta: float) -> Array:
        """(19, 3) metres, camera frame, at `time` [s] -> the same, smoothed.

        `height_m` is how tall the joints take the person to be: when that is changed, memory is scaled along.
        """
        if self._seen_at is None or not 0 < time - self._seen_at <= RESTART_AFTER_S:
            self._place, self._shape = OneEuro(), OneEuro()
        elif height_m != self._height_m:
            for memory in (self._place, self._shape):
                memory.scale(height_m / self._height_m)
        dt = 0.0 if self._seen_at is None else time - self._seen_at
        self._seen_at, self._height_m = time, height_m
        place = self._place.update(joints[PELVIS], dt, cutoff_hz=cutoff_hz, beta=beta)
        return place + self._shape.update(joints - joints[PELVIS], dt, cutoff_hz=cutoff_hz, beta=beta)
