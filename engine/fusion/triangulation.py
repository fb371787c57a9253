"""Points from lines: least squares weighted by confidence, robust against views that are wrong.

For each point, every pair of views proposes a place, and so does the place where it was expected. The proposal that
agrees best with all views is refined by a few steps of reweighted least squares with Geman and McClure's weights:

    minimise  sum_v w_v / z_v^2 |M_v X + d_v|^2 / (1 + r_v^2)^2  +  |X - expected|^2 / sigma^2

where r is the distance from the line over FAR expected errors. Views with r > 1 are dropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from engine.fusion.sightings import Found, Sighting
from engine.geometry import Array
from engine.skeleton import JOINT_COUNT

FAR = 3.0
"""Expected errors of a keypoint beyond which its view is dropped for that joint."""
STEPS = 3
LEAST_SINE = 0.12
"""Least sine of the angle between two lines that fix a point: 7 degrees."""
NEAREST_M = 0.1
"""Least distance of a point from a camera that sees it."""
_RIDGE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """The joints of one person."""

    joints: Array
    """(19, 3) metres, world frame; only `fixed` ones mean something."""
    used: Found
    """(V, 19): which views agree."""
    fixed: Found
    """(19,): seen from two directions at least."""


def triangulate(sightings: list[Sighting], expected: Array | None = None, sigma: Array | float = 1.0) -> Points:
    """The joints of a person seen by V cameras; `expected` (19, 3) metres, with (19,) standard deviations, helps."""
    M, d, w = (np.stack([getattr(one, name) for one in sightings], axis=1) for name in ("M", "d", "weights"))
    start = _best_proposal(sightings, M, d, w, expected)
    joints = start
    for _ in range(STEPS):
        z, r = _residuals(sightings, M, d, w, joints)
        joints = _solved(M, d, w / z**2 / (1 + r**2) ** 2, expected, sigma)
    z, r = _residuals(sightings, M, d, w, joints)
    used = (w > 0) & (r < 1)
    return Points(joints, used.T, _angles_suffice(sightings, joints, used))


def _solved(M: Array, d: Array, w: Array, expected: Array | None = None, sigma: Array | float = 1.0) -> Array:
    """(J, V, 2, 3), (J, V, 2), (J, V) -> (J, 3), the weighted least squares."""
    A = np.einsum("jvik,jvil,jv->jkl", M, M, w)
    b = -np.einsum("jvik,jvi,jv->jk", M, d, w)
    if expected is not None:
        trust = np.broadcast_to(1 / np.square(sigma), (len(A),))
        A = A + trust[:, None, None] * np.eye(3)
        b = b + trust[:, None] * expected
    scale = np.trace(A, axis1=1, axis2=2)[:, None, None]
    return np.asarray(np.linalg.solve(A + (_RIDGE * scale + 1e-12) * np.eye(3), b[..., None])[..., 0])


def _best_proposal(sightings: list[Sighting], M: Array, d: Array, w: Array, expected: Array | None) -> Array:
    """(J, 3): of what pairs of views say, and of what was expected, what agrees best with all views."""
    pairs = (list(pair) for pair in combinations(range(len(sightings)), 2))
    proposals = [] if expected is None else [expected]
    proposals += [_solved(M[:, pair], d[:, pair], _of_both(w[:, pair])) for pair in pairs]
    if not proposals:
        return np.zeros((JOINT_COUNT, 3))
    costs = [_cost(sightings, M, d, w, joints) for joints in proposals]
    best = np.argmin(costs, axis=0)
    return np.asarray(np.stack(proposals)[best, np.arange(JOINT_COUNT)])


def _of_both(w: Array) -> Array:
    """(J, 2) weights, 0 where one of both views does not see the joint."""
    return np.where((w > 0).all(axis=1, keepdims=True), w, 0.0)


def _cost(sightings: list[Sighting], M: Array, d: Array, w: Array, joints: Array) -> Array:
    """(J,): the number of views that do not agree, softly counted."""
    _, r = _residuals(sightings, M, d, w, joints)
    return np.asarray(np.where(w > 0, r**2 / (1 + r**2), 0.0).sum(axis=1))


def _residuals(sightings: list[Sighting], M: Array, d: Array, w: Array, joints: Array) -> tuple[Array, Array]:
    """(J, V) depths in metres, and distances from the lines over FAR expected errors; large behind a camera."""
    z = np.stack([one.depths(joints) for one in sightings], axis=1)
    e = np.linalg.norm(np.einsum("jvik,jk->jvi", M, joints) + d, axis=-1)
    safe = np.maximum(z, NEAREST_M)
    r = e / safe * np.sqrt(w) / FAR
    return safe, np.where(z > NEAREST_M, r, 1e3)


def _angles_suffice(sightings: list[Sighting], joints: Array, used: Found) -> Found:
    """(J,): whether two of the views used look from directions that differ, and are not opposite."""
    lines = joints[:, None] - np.stack([one.camera.position for one in sightings])
    lines = lines / np.linalg.norm(lines, axis=-1, keepdims=True)
    fixed = np.zeros(len(joints), bool)
    for a, b in combinations(range(len(sightings)), 2):
        sine = np.linalg.norm(np.cross(lines[:, a], lines[:, b]), axis=-1)
        fixed |= used[:, a] & used[:, b] & (sine > LEAST_SINE)
    return fixed
