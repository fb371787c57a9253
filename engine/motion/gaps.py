"""Fills short gaps; long ones stay gaps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.motion.motion import Motion
from engine.motion.splines import interpolate, stretches

LONGEST_S = 0.5
"""Seconds of the longest gap that is filled: on the stage, whose people move fast, joints are 22 mm off on average in
such a gap, and 60 mm in one of 1 s."""


def fill_gaps(motion: Motion, longest_s: float = LONGEST_S) -> Motion:
    """Fill gaps of up to `longest_s` seconds with a spline through the joints around them.

    A gap's length is the time between the values before and after. What stays missing between the first and the last
    value is listed in `done` as `gaps_s`.
    """
    joints = motion.joints.copy()
    missing = ~np.isfinite(joints).all(axis=(1, 2))
    filled = interpolate(motion.times, joints, motion.times[missing], longest_s)
    joints[missing] = np.where(np.isfinite(joints[missing]), joints[missing], filled)
    before, after = motion.placed, np.asarray(np.isfinite(joints).all(axis=(1, 2)))
    figures = {
        "longest_s": longest_s,
        "filled_scenes": int(np.count_nonzero(after & ~before)),
        "gaps_s": stretches(_inside(after), motion.times),
    }
    return motion.after("fill_gaps", figures, joints=joints)


def _inside(present: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """What is missing between the first and the last that is present."""
    rows = np.flatnonzero(present)
    missing = ~present
    if not len(rows):
        return np.zeros_like(present)
    missing[: rows[0]] = missing[rows[-1] :] = False
    return missing
