"""Calm joints in 3D: what moves slowly is smoothed much, what moves fast follows at once.

In: one person's joints, metres, camera frame, at true times. Out: the same, smoothed.

Where a person stands is seen well across the line of sight and badly along it: depth comes from the size in the
image, and one percent of it is 5 cm at 5 m. So the depth is smoothed on its own, and the body moved along its line
of sight, where the image stays the same, before the rest is.
"""

from __future__ import annotations

import math
import statistics
from collections import deque

import numpy as np

from engine.filters import OneEuro
from engine.matching import Array
from engine.skeleton import JOINT_COUNT, PELVIS

RESTART_AFTER_S = 0.5
"""After so long a gap a pose says more than the memory of the one before it."""
DEPTH_WINDOW_S = 0.2
"""Depths of this long are reduced to their median: poses with half their keypoints hidden leap by metres."""
DEPTH_BETA = 0.25
"""Times beta for depth, whose noise is about four times that of the joints and would pass for movement."""
NEAREST_M = 0.1
"""A pelvis nearer to the camera is not on a line of sight worth following."""


class PoseSmoother:
    """One Euro filters for one person: for the depth, and for the place and the joints around it."""

    def __init__(self) -> None:
        self._height_m = 0.0
        self._restart(-math.inf)

    def _restart(self, time: float) -> None:
        self._seen_at: float = time
        self._depths: deque[tuple[float, float]] = deque()
        """(time, depth) of late."""
        self._depth: OneEuro = OneEuro()
        self._rest: OneEuro = OneEuro()

    def update(self, joints: Array, time: float, height_m: float, *, cutoff_hz: float, beta: float) -> Array:
        """(19, 3) metres, camera frame, at `time` [s] -> the same, smoothed.

        `height_m` is how tall the joints take the person to be: when that is changed, memory is scaled along.
        """
        if not 0 < time - self._seen_at <= RESTART_AFTER_S:
            self._restart(time)
        elif height_m != self._height_m:
            self._rescale(height_m / self._height_m)
        dt = time - self._seen_at
        self._seen_at, self._height_m = time, height_m
        pelvis = joints[PELVIS]
        if pelvis[2] < NEAREST_M:
            self._restart(-math.inf)
            return joints
        depth = self._smooth_depth(float(pelvis[2]), time, dt, cutoff_hz, beta * DEPTH_BETA)
        # The direction's speed times the depth is metres per second, as that of the joints is.
        betas = np.full((JOINT_COUNT + 1, 1), beta)
        betas[0] *= depth
        direction_and_joints = np.vstack([pelvis / pelvis[2], joints - pelvis])
        smoothed = self._rest.update(direction_and_joints, dt, cutoff_hz=cutoff_hz, beta=betas)
        return np.asarray(smoothed[1:] + smoothed[0] * depth)

    def _rescale(self, factor: float) -> None:
        """Take the person to be `factor` times as tall and as far away; the direction stays the same."""
        self._depths = deque((time, depth * factor) for time, depth in self._depths)
        self._depth.scale(factor)
        self._rest.scale(np.array([1.0, *[factor] * JOINT_COUNT])[:, None])

    def _smooth_depth(self, depth: float, time: float, dt: float, cutoff_hz: float, beta: float) -> float:
        """Metres."""
        self._depths.append((time, depth))
        while time - self._depths[0][0] > DEPTH_WINDOW_S:
            self._depths.popleft()
        median = statistics.median(depth for _, depth in self._depths)
        return float(self._depth.update(np.array(median), dt, cutoff_hz=cutoff_hz, beta=beta))
