"""Constant bone lengths, a rigid pelvis and a rigid face: what a skeleton of bones can do."""

from __future__ import annotations

import numpy as np

from engine.motion.humanoid import heads, joints_of
from engine.motion.motion import Motion
from engine.motion.rotations import fit_skeleton, rotations
from engine.skeleton import LIMBS


def constant_bones(motion: Motion) -> Motion:
    """The motion with each bone at its median length, along the direction that it has.

    The joints are those of the humanoid (`engine.motion.humanoid`), moved as a whole so that they lie where they were
    on average. Rows in which a joint is missing become gaps.
    """
    if not motion.placed.any():
        return motion
    skeleton = fit_skeleton(motion.joints)
    joints = joints_of(heads(skeleton, rotations(motion.joints, motion.times, skeleton)))
    joints += (motion.joints - joints).mean(axis=1, keepdims=True)
    figures = {"spread_mm_was": round(_spread_mm(motion.joints), 1), "spread_mm": round(_spread_mm(joints), 1)}
    return motion.after("constant_bones", figures, joints=joints)


def _spread_mm(joints: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    """Mean standard deviation of the limbs' lengths, in millimetres."""
    start, end = np.array(LIMBS).T
    return float(1000 * np.nanstd(np.linalg.norm(joints[:, start] - joints[:, end], axis=-1), axis=0).mean())
