"""Bundle adjustment: the poses of cameras and the points that they see, so that rays meet as well as they can.

The points are eliminated from the normal equations (Schur complement), which leaves six unknowns a camera. Large
errors count less (Huber). The first camera stays; so does the distance to the camera farthest from it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from engine.geometry import Array, nearest_rotation, rotation_from_vector

HUBER = 3.0
"""Errors, in standard deviations, beyond which they count linearly."""
_STEPS = 25
_ENOUGH = 1e-5
"""Relative gain below which a step is the last."""


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """C cameras, P points and N rays that say where a camera sees a point."""

    R: Array
    """(C, 3, 3) camera_from_world."""
    t: Array
    """(C, 3)"""
    points: Array
    """(P, 3) world frame."""
    camera: NDArray[np.intp]
    """(N,) who sees"""
    point: NDArray[np.intp]
    """(N,) what"""
    rays: Array
    """(N, 2) x/z and y/z, where."""
    sigma: Array
    """(N,) expected error, in the unit of `rays`."""


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """The problem with the best cameras and points, and how far they are known."""

    problem: Problem
    errors: Array
    """(N,) distance of each ray from its point, in the unit of `rays`."""
    sd: Array
    """(C, 6) standard deviations of rotations (radians, camera axes) and translations; zeros for the first camera."""


def adjust(problem: Problem) -> Solution:
    """Minimise the errors by Levenberg and Marquardt's method."""
    damping, cost = 1e-3, _cost(problem)
    for _ in range(_STEPS):
        system = _system(problem)
        better = _stepped(problem, system, damping)
        found = _cost(better)
        if found < cost:
            gain, problem, cost, damping = (cost - found) / cost, better, found, max(damping / 5, 1e-9)
            if gain < _ENOUGH:
                break
        elif damping > 1e6:
            break
        else:
            damping *= 8
    errors = np.linalg.norm(_residuals(problem)[0], axis=1)
    return Solution(problem, errors, _deviations(problem, _system(problem)))


def _residuals(problem: Problem) -> tuple[Array, Array]:
    """(N, 2) errors and (N, 3) points in the frames of their cameras."""
    R, t = problem.R[problem.camera], problem.t[problem.camera]
    seen = np.einsum("nij,nj->ni", R, problem.points[problem.point]) + t
    z = np.where(np.abs(seen[:, 2:]) < 1e-6, 1e-6, seen[:, 2:])
    return seen[:, :2] / z - problem.rays, np.concatenate([seen[:, :2], z], axis=1)


def _weights(errors: Array, sigma: Array) -> Array:
    size = np.linalg.norm(errors, axis=1) / sigma
    return np.asarray(np.where(size < HUBER, 1.0, HUBER / np.maximum(size, 1e-12)) / sigma**2)


def _cost(problem: Problem) -> float:
    errors, seen = _residuals(problem)
    size = np.linalg.norm(errors, axis=1) / problem.sigma
    behind = seen[:, 2] <= 0
    rho = np.where(size < HUBER, size**2, 2 * HUBER * size - HUBER**2)
    return float(np.where(behind, 1e4, rho).sum())


@dataclass(frozen=True, slots=True, eq=False)
class _System:
    """Blocks of the normal equations: U of cameras, V of points, W between them, and the right sides."""

    U: Array
    V: Array
    W: Array
    """(N, 6, 3), of each ray."""
    of_cameras: Array
    of_points: Array


def _system(problem: Problem) -> _System:
    errors, seen = _residuals(problem)
    weights = _weights(errors, problem.sigma)
    x, y, z = seen.T
    zero = np.zeros_like(x)
    by_seen = np.stack([np.stack([1 / z, zero, -x / z**2], 1), np.stack([zero, 1 / z, -y / z**2], 1)], 1)
    by_point = by_seen @ problem.R[problem.camera]
    # rotation by a small vector w about the camera's axes moves a point by w x (R X)
    moved = seen - problem.t[problem.camera]
    cross = np.stack(
        [np.stack([zero, moved[:, 2], -moved[:, 1]], 1), np.stack([-moved[:, 2], zero, moved[:, 0]], 1),
         np.stack([moved[:, 1], -moved[:, 0], zero], 1)], 1,
    )  # fmt: skip
    by_camera = np.concatenate([by_seen @ cross, by_seen], axis=2)
    cameras, points = (problem.camera, len(problem.R)), (problem.point, len(problem.points))
    weighted = weights[:, None, None] * by_camera
    return _System(
        U=_summed(np.swapaxes(weighted, 1, 2) @ by_camera, *cameras),
        V=_summed(weights[:, None, None] * np.swapaxes(by_point, 1, 2) @ by_point, *points),
        W=np.swapaxes(weighted, 1, 2) @ by_point,
        of_cameras=_summed(-np.einsum("nij,ni->nj", weighted, errors), *cameras),
        of_points=_summed(-weights[:, None] * np.einsum("nij,ni->nj", by_point, errors), *points),
    )


def _summed(values: Array, groups: NDArray[np.intp], count: int) -> Array:
    """(N, ...) -> (count, ...): the sums of the values of each group."""
    size = len(values)
    choose = csr_array((np.ones(size), (groups, np.arange(size))), shape=(count, size))
    return np.asarray(choose @ values.reshape(size, -1)).reshape(count, *values.shape[1:])


def _reduced(problem: Problem, system: _System, damping: float) -> tuple[Array, Array, Array]:
    """The equations of the cameras alone, (6C, 6C) and (6C,), and the inverses of V."""
    count = len(problem.R)
    U = system.U + damping * system.U * np.eye(6)
    V = system.V + (damping * system.V + 1e-9 * np.trace(system.V, axis1=1, axis2=2)[:, None, None]) * np.eye(3)
    inverse = np.linalg.inv(V + 1e-12 * np.eye(3))
    # sum over the rays of each point: dense in cameras, which are few
    flat = _summed(system.W, problem.point * count + problem.camera, len(problem.points) * count)
    flat = flat.reshape(len(problem.points), count * 6, 3)
    through = flat @ inverse
    S = -np.tensordot(through, flat, axes=((0, 2), (0, 2)))
    for camera in range(count):
        S[6 * camera : 6 * camera + 6, 6 * camera : 6 * camera + 6] += U[camera]
    right = system.of_cameras.ravel() - np.einsum("pij,pj->i", through, system.of_points)
    return S, right, inverse


def _gauge(problem: Problem) -> tuple[NDArray[np.intp], Array]:
    """The free unknowns of the cameras, and the direction in which the scale would change."""
    count = len(problem.R)
    places = -np.einsum("cji,cj->ci", problem.R, problem.t)
    far = int(np.linalg.norm(places - places[0], axis=1).argmax())
    direction = np.zeros(6 * count)
    direction[6 * far + 3 : 6 * far + 6] = problem.t[far] / max(float(np.linalg.norm(problem.t[far])), 1e-12)
    return np.arange(6, 6 * count), direction


def _stepped(problem: Problem, system: _System, damping: float) -> Problem:
    S, right, inverse = _reduced(problem, system, damping)
    free, direction = _gauge(problem)
    stiff = S[np.ix_(free, free)] + np.trace(S) * np.outer(direction[free], direction[free])
    step = np.zeros(len(S))
    step[free] = np.linalg.lstsq(stiff, right[free], rcond=None)[0]
    by_camera = step.reshape(-1, 6)
    pull = np.einsum("nij,ni->nj", system.W, by_camera[problem.camera])
    pull = _summed(pull, problem.point, len(problem.points))
    points = problem.points + np.einsum("pij,pj->pi", inverse, system.of_points - pull)
    R = np.stack(
        [nearest_rotation(rotation_from_vector(w) @ old) for w, old in zip(by_camera[:, :3], problem.R, strict=True)]
    )
    return replace(problem, R=R, t=problem.t + by_camera[:, 3:], points=points)


def _deviations(problem: Problem, system: _System) -> Array:
    """(C, 6), for errors as large as they turned out to be."""
    S, _, _ = _reduced(problem, system, 0.0)
    free, direction = _gauge(problem)
    stiff = S[np.ix_(free, free)] + 1e3 * np.trace(S) * np.outer(direction[free], direction[free])
    variance = np.zeros(len(S))
    variance[free] = np.clip(np.diag(np.linalg.pinv(stiff, hermitian=True)), 0, None)
    freedom = max(2 * len(problem.rays) - 3 * len(problem.points) - 6 * (len(problem.R) - 1), 1)
    return np.asarray(np.sqrt(variance * _cost(problem) / freedom).reshape(-1, 6))
