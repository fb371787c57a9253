"""Puts bodies where they are seen: the least squares of rays, expected body, bone lengths and depth, in C++."""

from __future__ import annotations

import numpy as np

from engine import _native
from engine.bones import BONES, LIMB_COUNT, with_lengths
from engine.geometry import Array

ITERATIONS = 2
"""Gauss-Newton steps: a third one moves joints by less than a millimetre."""
LENGTH_ERROR_M = np.where(np.arange(len(BONES)) < LIMB_COUNT, 0.006, 0.03)
"""(B,) standard deviations: limbs are stiff, trunk and head bend a little."""
DEPTH_ERROR_M = 0.02
"""Standard deviation of the depth, which is filtered beforehand."""


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


def relaxed(
    start: Array, body: Array, errors: Array, rays: Array, weights: Array, lengths: Array, depth: Array
) -> Array:
    """(P, 19, 3) joints near `start`, camera frame, with exactly these (P, B) lengths of the limbs.

    `body`: (P, 19, 3) expected, relative to the pelvis, with (P, 19) errors in metres; `weights`: (P, 19) of the rays,
    1 / m^2; `depth`: (P,) of the pelvis.
    """
    people = len(start)
    joints = _native.relax(
        start, body, errors**-2, rays, weights, BONES, lengths, LENGTH_ERROR_M**-2,
        depth, np.full(people, DEPTH_ERROR_M**-2), ITERATIONS,
    )  # fmt: skip
    return with_lengths(joints, lengths)
