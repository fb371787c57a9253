"""Puts bodies where they are seen: the least squares of rays, expected body, bone lengths and depth, in C++."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine import _native
from engine.bones import BONES, LIMB_COUNT, with_lengths
from engine.geometry import Array
from engine.skeleton import JOINTS

PASSES = 2
"""Gauss-Newton steps."""
LENGTH_ERROR_M = np.where(np.arange(len(BONES)) < LIMB_COUNT, 0.006, 0.03)
"""(B,) standard deviations: limbs are stiff, trunk and head bend a little."""
DEPTH_ERROR_M = 0.04
"""Standard deviation of the depth, which is filtered beforehand."""

_IS_ANKLE = np.array([name.endswith("ankle") for name in JOINTS])


def placed(bodies: Array, rays: Array, weights: Array) -> Array:
    """(P, 19, 3) bodies, (P, 19, 2) rays and (P, 19) weights -> (P, 3): the translations that put joints on their rays.

    As `engine.lifting.placement.perspective`, weighted; all weights 0 gives no movement.
    """
    total = np.maximum(weights.sum(axis=1), 1e-9)[:, None]
    b = rays * bodies[..., 2:] - bodies[..., :2]
    w = weights[..., None]
    b_mean, r_mean = (w * b).sum(axis=1) / total, (w * rays).sum(axis=1) / total
    spread = rays - r_mean[:, None]
    extent = np.maximum((w * spread * spread).sum(axis=(1, 2)), 1e-12)
    depth = -(w * spread * (b - b_mean[:, None])).sum(axis=(1, 2)) / extent
    return np.concatenate([b_mean + r_mean * depth[:, None], depth[:, None]], axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """What is known of P people in one frame; metres, camera frame, weights in 1 / m^2."""

    body: Array
    """(P, 19, 3) expected joints, relative to the pelvis."""
    errors: Array
    """(P, 19) expected errors of these."""
    rays: Array
    """(P, 19, 2)"""
    ray_weights: Array
    """(P, 19)"""
    lengths: Array
    """(P, B) of the bones."""
    translation: Array
    """(P, 3) the pelvis, whose depth is kept."""
    plane: Array
    """(P, 4) normal n and offset c of the floor under ankles: n X = c."""
    plane_weights: Array
    """(P, 19)"""


def relaxed(problem: Problem) -> Array:
    """(P, 19, 3) joints, camera frame, with exactly the given lengths of the limbs."""
    joints, weights = problem.body + problem.translation[:, None], problem.plane_weights
    for _ in range(PASSES):
        joints = _native.relax(
            joints, problem.body, problem.errors**-2, problem.rays, problem.ray_weights,
            BONES, problem.lengths, LENGTH_ERROR_M**-2, problem.plane, weights,
            problem.translation[:, 2], np.full(len(joints), DEPTH_ERROR_M**-2), 1,
        )  # fmt: skip
        weights = np.maximum(weights, _sunk(problem, joints) * problem.plane_weights.max(axis=1, keepdims=True))
    return with_lengths(joints, problem.lengths)


def _sunk(problem: Problem, joints: Array) -> Array:
    """(P, 19) 1 where an ankle is under the floor, else 0."""
    above = np.einsum("pji,pi->pj", joints, problem.plane[:, :3]) - problem.plane[:, 3:]
    return np.where(_IS_ANKLE & (above < 0), 1.0, 0.0)
