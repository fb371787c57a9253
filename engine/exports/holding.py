"""Poses for formats that know no gaps."""

from __future__ import annotations

import numpy as np

from engine.motion.humanoid import Pose


def held(pose: Pose) -> Pose:
    """The pose with the last known row in each gap, and the first one before it. At least one row is known."""
    known = np.asarray(np.isfinite(pose.positions).all(axis=1))
    rows = np.maximum.accumulate(np.where(known, np.arange(len(known)), -1))
    rows[rows < 0] = np.flatnonzero(known)[0]
    return Pose(pose.positions[rows], pose.rotations[rows])
