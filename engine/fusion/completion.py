"""Whole bodies from the joints that several cameras fix: the rest follows from what each camera alone would guess.

The lifter's bodies, turned into the world and averaged, say how a joint lies relative to its neighbours; where one
camera sees it, it is put onto that line. The pelvis, which has no keypoint, lies between the hips.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.fusion.sightings import Found, Sighting
from engine.fusion.triangulation import Points
from engine.geometry import Array
from engine.skeleton import JOINT, JOINT_COUNT, LIMBS, PELVIS

GUESS_ERROR_M = 0.12
"""Standard deviation of a joint relative to its neighbours, as the lifter guesses it."""
MIN_FIXED = 4
"""Least number of fixed joints that tell a body's size and place."""
_HIPS = [JOINT["left_hip"], JOINT["right_hip"]]
_NEIGHBOURS = [[b if a == joint else a for a, b in LIMBS if joint in (a, b)] for joint in range(JOINT_COUNT)]


def common_shape(sightings: Sequence[Sighting]) -> Array | None:
    """(19, 3) metres, axes of the world, relative to the pelvis: the mean of what the cameras guess; None without."""
    known = [(one.shape, one.errors) for one in sightings if one.shape is not None]
    if not known:
        return None
    weights = np.stack([1 / errors**2 for _, errors in known])[..., None]
    return np.asarray((np.stack([shape for shape, _ in known]) * weights).sum(axis=0) / weights.sum(axis=0))


def size_of(joints: Array, fixed: Found, shape: Array) -> float | None:
    """How much larger than `shape` the fixed joints are; None if too few are."""
    if np.count_nonzero(fixed) < MIN_FIXED:
        return None
    x, s = joints[fixed], shape[fixed]
    x, s = x - x.mean(axis=0), s - s.mean(axis=0)
    return float(np.clip((x * s).sum() / max((s * s).sum(), 1e-9), 0.5, 1.6))


def completed(points: Points, sightings: Sequence[Sighting], shape: Array, expected: Array | None) -> Array:
    """(19, 3) metres, world frame: fixed joints as they are, others beside their neighbours, as in `shape`.

    `shape` has the person's size. `expected` (19, 3), NaN where unknown, is preferred: it comes of a moment ago.
    """
    joints, known = points.joints.copy(), points.fixed.copy()
    if not known.any():
        raise ValueError("no joint is fixed")
    while not known.all():
        sources = {joint: _sources(joint, known) for joint in np.flatnonzero(~known).tolist()}
        level = [joint for joint, near in sources.items() if near]
        for joint in level:
            near = sources[joint]
            guess = (joints[near] + shape[joint] - shape[near]).mean(axis=0)
            if expected is not None and np.isfinite(expected[joint]).all():
                guess = expected[joint]
            joints[joint] = _on_lines(joint, guess, sightings, points.used)
        known[level] = True
    return joints


def placed_by_one(sighting: Sighting, size: float) -> Array | None:
    """(19, 3) metres, world frame: the body that one camera guesses, `size` times the assumed height; None without."""
    if sighting.body is None:
        return None
    centre = sighting.camera.position
    return np.asarray(centre + size * (sighting.body - centre))


def _sources(joint: int, known: Found) -> list[int]:
    """The known joints that tell where another one is; every joint is reached in the end."""
    hips = [hip for hip in _HIPS if known[hip]] if joint == PELVIS else []
    return hips or [other for other in _NEIGHBOURS[joint] if known[other]]


def _on_lines(joint: int, guess: Array, sightings: Sequence[Sighting], used: Found) -> Array:
    """The place near `guess` that lies on the lines of the cameras that see the joint."""
    A, b = np.eye(3) / GUESS_ERROR_M**2, guess / GUESS_ERROR_M**2
    for row, one in enumerate(sightings):
        if used[row, joint]:
            weight = one.weights[joint] / max(float(one.depths(guess)), 0.1) ** 2
            A = A + weight * one.M[joint].T @ one.M[joint]
            b = b - weight * one.M[joint].T @ one.d[joint]
    return np.asarray(np.linalg.solve(A, b))
