"""A whole body at once: lines of sight, lengths of bones, what single cameras guess, and the moment before.

The 19 joints X of one person minimise, by a few Gauss-Newton steps,

    sum_vj w_vj / z_vj^2 |M_vj X_j + d_vj|^2  +  sum_ab (|X_b - X_a| - L_ab)^2 / l_ab^2
        +  sum_ab |X_b - X_a - B_ab|^2 / b^2  +  sum_j |X_j - E_j|^2 / e^2

with robust weights of the views (as in `triangulation`), the person's lengths L, the bones B of the common shape, and
the joints E that were expected. Where two cameras look along nearly one line, the other terms decide about depth.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.bones import BONES, LIMB_COUNT
from engine.fusion.sightings import Found, Sighting
from engine.fusion.triangulation import FAR, NEAREST_M
from engine.geometry import Array
from engine.skeleton import JOINT, JOINT_COUNT, PELVIS

STEPS = 3
LENGTH_ERROR_M = np.where(np.arange(len(BONES)) < LIMB_COUNT, 0.04, 0.08)
"""(B,) standard deviations of lengths."""
SHAPE_ERROR_M = 0.10
"""Standard deviation of a bone's vector, as the cameras guess it."""
EXPECTED_ERROR_M = 0.10
"""Standard deviation of a joint from where it was expected."""
_LEAST_WEIGHT = 1e-3
_HIPS = [JOINT["left_hip"], JOINT["right_hip"]]
_A, _B = BONES.T
_I = np.eye(3)
_ENDS = np.eye(JOINT_COUNT)[_B] - np.eye(JOINT_COUNT)[_A]
"""(B, 19): 1 at the end of a bone, -1 at its start."""
_PAIRS = np.einsum("ba,bc->bac", _ENDS, _ENDS).reshape(len(BONES), -1)
"""(B, 361): which joints a bone holds together."""


def refined(
    start: Array, sightings: Sequence[Sighting], lengths: Array, shape: Array, expected: Array | None
) -> tuple[Array, Found]:
    """(19, 3) metres, world frame, and (V, 19) which views agree.

    `lengths` (B,) and `shape` (19, 3) are of the person's size; `expected` (19, 3) has NaN where nothing is known.
    """
    M, d, w = (np.stack([getattr(one, name) for one in sightings], axis=1) for name in ("M", "d", "weights"))
    joints = start
    for _ in range(STEPS):
        r, z = _distances(sightings, M, d, w, joints)
        weights = w / z**2 / (1 + r**2) ** 2
        blocks, sides = _lines(M, d, weights, joints)
        if expected is not None:
            blocks, sides = _with_expected(blocks, sides, joints, expected)
        joints = joints + _step(blocks, sides, joints, lengths, shape)
    joints[PELVIS] = joints[_HIPS].mean(axis=0)  # no camera sees it; the lifter's is 3 cm before or behind
    r, _ = _distances(sightings, M, d, w, joints)
    return joints, (w > 0).T & (r < 1).T


def _distances(sightings: Sequence[Sighting], M: Array, d: Array, w: Array, joints: Array) -> tuple[Array, Array]:
    """(J, V): distances from the lines over FAR expected errors, and depths in metres."""
    z = np.maximum(np.stack([one.depths(joints) for one in sightings], axis=1), NEAREST_M)
    e = np.linalg.norm(np.einsum("jvik,jk->jvi", M, joints) + d, axis=-1)
    return e / z * np.sqrt(w) / FAR, z


def _lines(M: Array, d: Array, weights: Array, joints: Array) -> tuple[Array, Array]:
    """(J, 3, 3) and (J, 3): normal equations of the lines for a step from `joints`."""
    residual = np.einsum("jvik,jk->jvi", M, joints) + d
    blocks = np.einsum("jvik,jvil,jv->jkl", M, M, weights)
    return blocks, -np.einsum("jvik,jvi,jv->jk", M, residual, weights)


def _with_expected(blocks: Array, sides: Array, joints: Array, expected: Array) -> tuple[Array, Array]:
    known = np.isfinite(expected[:, :1])
    trust = known / EXPECTED_ERROR_M**2
    return blocks + trust[..., None] * _I, sides + trust * np.where(known, expected - joints, 0.0)


def _step(blocks: Array, sides: Array, joints: Array, lengths: Array, shape: Array) -> Array:
    """(J, 3): the step that all terms agree on."""
    A, g = bone_terms(joints, lengths, shape)
    add_joints(A, blocks + _LEAST_WEIGHT * _I)
    return np.asarray(np.linalg.solve(A, g + sides.reshape(-1))).reshape(-1, 3)


def bone_terms(joints: Array, lengths: Array, shape: Array) -> tuple[Array, Array]:
    """(..., 57, 57) and (..., 57): normal equations of the bones for a step from `joints` (..., 19, 3) metres.

    `lengths` (..., B) and `shape` (..., 19, 3) as in `refined`.
    """
    bones = joints[..., _B, :] - joints[..., _A, :]
    now = np.maximum(np.linalg.norm(bones, axis=-1), 1e-6)
    along = bones / now[..., None]
    stiff = np.einsum("...bi,...bj,b->...bij", along, along, LENGTH_ERROR_M**-2) + _I / SHAPE_ERROR_M**2
    pull = along * ((lengths - now) / LENGTH_ERROR_M**2)[..., None]
    pull += (shape[..., _B, :] - shape[..., _A, :] - bones) / SHAPE_ERROR_M**2
    several, size = joints.shape[:-2], 3 * JOINT_COUNT
    A = (_PAIRS.T @ stiff.reshape(*several, len(BONES), 9)).reshape(*several, JOINT_COUNT, JOINT_COUNT, 3, 3)
    return np.swapaxes(A, -3, -2).reshape(*several, size, size), (_ENDS.T @ pull).reshape(*several, size)


def add_joints(A: Array, blocks: Array) -> None:
    """Add blocks (..., 19, 3, 3), one for each joint, to the diagonal of A (..., 57, 57), in place."""
    diagonal = np.einsum("...jajb->...jab", A.reshape(*A.shape[:-2], JOINT_COUNT, 3, JOINT_COUNT, 3))
    diagonal += blocks
