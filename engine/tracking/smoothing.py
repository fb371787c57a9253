"""Smooths joints in 3D: strongly in slow movement, weakly in fast movement, and never the lengths of bones.

In: people with joints in metres, camera frame, and the frames' times. Out: the same, smoothed.

A joint's line of sight is accurate, since it comes from the picture. Its depth is not: it comes from the size in the
image, of which one percent is 5 cm at 5 m, and from what the lifter expects. So lines of sight are smoothed lightly,
which leaves people where they are in the picture; the joints' depths relative to the pelvis more, the pelvis's most.
Bones that keep their lengths before smoothing keep them afterwards.
"""

from __future__ import annotations

import math
import statistics
from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.bones import lengths_of, with_lengths
from engine.filters import OneEuro
from engine.matching import Array
from engine.skeleton import PELVIS
from engine.types import Person, Pose3D

RESTART_AFTER_S = 0.5
"""Seconds after which the filters restart, since the previous pose is outdated."""
DEPTH_WINDOW_S = 0.2
"""Seconds over which the median depth is taken: poses with half of their keypoints hidden jump by metres."""
SIGHT_BETA = 12.0
"""Factor on beta for lines of sight: wrists stay within a few percent of the body's size from their keypoints."""
SIGHT_DERIVATIVE_HZ = 4.0
"""Cutoff of their speed, at which a wrist's turn is noticed within a frame or two."""
RELATIVE_DEPTH_BETA = 4.0
"""Factor on beta for the joints' depths relative to the pelvis, whose noise would look like movement."""
DEPTH_BETA = 0.25
"""Factor on beta for the pelvis's depth, whose noise is about four times that of the joints."""
NEAREST_M = 0.1
"""Minimum distance of a joint from the camera for which a line of sight is defined."""


@dataclass(frozen=True, slots=True)
class SmoothingOptions:
    """The user's options for smoothing; may change between two frames."""

    smoothing: bool = True
    cutoff_hz: float = 1.0
    """One Euro minimum cutoff."""
    beta: float = 1.0
    """One Euro speed coefficient, Hz per m/s."""


class Smoothing:
    """The smoothers of all people of one stream, by id."""

    def __init__(self) -> None:
        self._smoothers: dict[int, PoseSmoother] = {}
        self._now: float | None = None

    def update(
        self, people: Sequence[Person], time: float, options: SmoothingOptions, known: Collection[int]
    ) -> tuple[Person, ...]:
        """People of the frame at `time` [s]; `known` are the ids that may come back, others are forgotten.

        If time stands still or runs backwards, smoothing begins again.
        """
        if self._now is not None and time <= self._now:
            self._smoothers.clear()
        self._now = time
        self._smoothers = {id: smoother for id, smoother in self._smoothers.items() if id in known}
        return tuple(replace(person, pose3d=self._smoothed(person, time, options)) for person in people)

    def _smoothed(self, person: Person, time: float, options: SmoothingOptions) -> Pose3D | None:
        pose = person.pose3d
        if pose is None:
            return None
        if not options.smoothing:
            self._smoothers.pop(person.id, None)
            return pose
        smoother = self._smoothers.setdefault(person.id, PoseSmoother())
        joints = smoother.update(pose.joints, time, cutoff_hz=options.cutoff_hz, beta=options.beta)
        return Pose3D(joints.astype(np.float32), pose.errors)


class PoseSmoother:
    """One Euro filters for one person: for lines of sight, relative depths, and the pelvis's depth."""

    def __init__(self) -> None:
        self._restart(-math.inf)

    def _restart(self, time: float) -> None:
        self._seen_at: float = time
        self._depths: deque[tuple[float, float]] = deque()
        """Recent (time, depth) pairs."""
        self._depth, self._relative, self._sight = OneEuro(), OneEuro(), OneEuro(SIGHT_DERIVATIVE_HZ)
        self._lengths = OneEuro()

    def update(self, joints: Array, time: float, *, cutoff_hz: float, beta: float) -> Array:
        """(19, 3) metres, camera frame, at `time` [s] -> the same, smoothed."""
        if not 0 < time - self._seen_at <= RESTART_AFTER_S:
            self._restart(time)
        dt = time - self._seen_at
        self._seen_at = time
        if not joints[:, 2].min() >= NEAREST_M:
            self._restart(-math.inf)
            return joints
        pelvis = float(joints[PELVIS, 2])
        depth = self._smooth_depth(pelvis, time, dt, cutoff_hz, beta * DEPTH_BETA)
        relative = self._relative.update(
            joints[:, 2] - pelvis, dt, cutoff_hz=cutoff_hz, beta=beta * RELATIVE_DEPTH_BETA
        )
        # The speed of a line of sight times the depth is in metres per second.
        sight = self._sight.update(
            joints[:, :2] / joints[:, 2:], dt, cutoff_hz=cutoff_hz, beta=beta * SIGHT_BETA * depth
        )
        lengths = self._lengths.update(lengths_of(joints), dt, cutoff_hz=cutoff_hz, beta=beta * RELATIVE_DEPTH_BETA)
        depths = np.maximum(relative + depth, NEAREST_M)[:, None]
        return with_lengths(np.hstack([sight * depths, depths]), lengths)

    def _smooth_depth(self, depth: float, time: float, dt: float, cutoff_hz: float, beta: float) -> float:
        """Metres."""
        self._depths.append((time, depth))
        while time - self._depths[0][0] > DEPTH_WINDOW_S:
            self._depths.popleft()
        median = statistics.median(depth for _, depth in self._depths)
        return float(self._depth.update(np.array(median), dt, cutoff_hz=cutoff_hz, beta=beta))
