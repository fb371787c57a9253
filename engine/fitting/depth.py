"""The distance of a person along the line of sight: a Kalman filter that moves at constant speed.

It takes several measurements of a frame one after the other, each with its standard deviation: depth from the size in
the picture, and depth from feet that stand on a known floor.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.fitting.memory import Memory, Rows
from engine.geometry import Array

ACCELERATION = 0.7
"""Standard deviation of people's acceleration along the line of sight, m/s^2."""
FIRST_SPEED = 1.0
"""Standard deviation of the speed of somebody new, m/s."""
OUTLIER = 3.0
"""Standard deviations beyond which a measurement counts no further."""

BLANK = {"depth": 0.0, "depth_speed": 0.0, "depth_cov": np.zeros(3)}
"""Metres and metres per second, and their covariance: of depth, of both, of speed."""


def predict(memory: Memory, rows: Rows, dt: Array) -> None:
    """Move on by (P,) seconds."""
    a, b, c = memory["depth_cov"][rows].T
    noise = ACCELERATION**2 * dt**2
    memory["depth"][rows] += memory["depth_speed"][rows] * dt
    memory["depth_cov"][rows] = np.stack(
        [a + 2 * dt * b + dt**2 * c + noise * dt**2 / 4, b + dt * c + noise * dt / 2, c + noise], axis=1
    )


def begin(memory: Memory, rows: Rows, depth: Array, sigma: Array) -> None:
    """Start at (P,) metres with their standard deviations."""
    memory["depth"][rows], memory["depth_speed"][rows] = depth, 0.0
    memory["depth_cov"][rows] = np.stack([sigma**2, np.zeros_like(sigma), np.full_like(sigma, FIRST_SPEED**2)], axis=1)


def measure(memory: Memory, rows: Rows, depth: Array, sigma: Array, valid: NDArray[np.bool_]) -> None:
    """Take (P,) metres with their standard deviations into account, where `valid`."""
    a, b, c = memory["depth_cov"][rows].T
    total = a + sigma**2
    limit = OUTLIER * np.sqrt(total)
    miss = np.where(valid, np.clip(depth - memory["depth"][rows], -limit, limit), 0.0)
    of_depth, of_speed = np.where(valid, (a, b), 0.0) / total
    memory["depth"][rows] += of_depth * miss
    memory["depth_speed"][rows] += of_speed * miss
    memory["depth_cov"][rows] = np.stack([a - of_depth * a, b - of_depth * b, c - of_speed * b], axis=1)
