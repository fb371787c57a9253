"""Adjusts the poses of cameras, and of a board at every moment, so that its corners are where they were seen.

Levenberg and Marquardt's steps on the normal equations, to which each view adds a block of 12 x 12 (its camera and its
board), with Cauchy's weights: corners that are wrong, or a board that moved, hardly count. With residuals r in pixels:

    minimise  sum s^2 log(1 + |r|^2 / s^2)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.geometry import Array, rotation_from_vector

_SCALE_PX = 1.5
"""The scale s of errors beyond which corners count less and less."""
_ROUGH_PX = 30.0
"""The scale that it begins with, since first guesses are pixels off."""
_MOST_STEPS = 60
_CONVERGED = 1e-9
"""Share by which the cost falls in a step that is the last."""
_LEAST_DEPTH_M = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class BoardView:
    """A board as one camera saw it at one moment."""

    camera: int
    moment: int
    R: Array
    """(3, 3) camera_from_board, by this view alone."""
    t: Array
    corners: Array
    """(N, 3) metres, board frame."""
    rays: Array
    """(N, 2)"""
    fx: float


@dataclass(frozen=True, slots=True, eq=False)
class Adjusted:
    """The cameras, camera_from_first, and the errors of all corners."""

    R: Array
    t: Array
    errors: Array
    """(N,) pixels."""
    camera: NDArray[np.intp]
    """(N,) of which camera."""
    sd: Array
    """(C, 6) standard deviations of rotation and translation."""


@dataclass(frozen=True, slots=True, eq=False)
class _Poses:
    """Cameras, then boards: (P, 3, 3) and (P, 3), camera_from_first and first_from_board."""

    R: Array
    t: Array

    def moved(self, step: Array) -> _Poses:
        """After (P, 6) rotation vectors, from the left, and translations."""
        turned = np.stack([rotation_from_vector(one[:3]) @ R for one, R in zip(step, self.R, strict=True)])
        return _Poses(turned, self.t + step[:, 3:])


def adjusted(views: Sequence[BoardView], R: Array, t: Array) -> Adjusted:
    """The best cameras, beginning with `R` and `t` (camera_from_first)."""
    cameras = len(R)
    moments = sorted({view.moment for view in views})
    boards = [_board(next(view for view in views if view.moment == moment), R, t) for moment in moments]
    poses = _Poses(
        np.concatenate([R, [one for one, _ in boards]]).astype(float),
        np.concatenate([t, [one for _, one in boards]]).astype(float),
    )
    places = [(view, view.camera, cameras + moments.index(view.moment)) for view in views]
    for scale in (_ROUGH_PX, _SCALE_PX):
        poses = _settled(places, poses, scale)
    errors = np.concatenate([np.linalg.norm(_residuals(*place, poses), axis=1) for place in places])
    camera = np.repeat([view.camera for view in views], [len(view.rays) for view in views])
    return Adjusted(poses.R[:cameras], poses.t[:cameras], errors, camera, _deviations(places, poses, cameras))


_Place = tuple[BoardView, int, int]
"""A view, and where its camera and its board are among the poses."""


def _board(view: BoardView, R: Array, t: Array) -> tuple[Array, Array]:
    """first_from_board by one view."""
    back = R[view.camera].T
    return back @ view.R, back @ (view.t - t[view.camera])


def _settled(places: Sequence[_Place], poses: _Poses, scale: float) -> _Poses:
    """The poses of least cost; the first camera stays."""
    damping, cost = 1e-3, _cost(places, poses, scale)
    for _ in range(_MOST_STEPS):
        H, g = _normal_equations(places, poses, scale)
        step = np.zeros(len(g))
        step[6:] = -np.linalg.solve(H[6:, 6:] + damping * np.diag(np.diag(H)[6:]), g[6:])
        moved = poses.moved(step.reshape(-1, 6))
        now = _cost(places, moved, scale)
        if now >= cost:
            damping *= 10
            if damping > 1e6:
                break
            continue
        poses, damping, before, cost = moved, damping / 10, cost, now
        if before - cost < _CONVERGED * before:
            break
    return poses


def _residuals(view: BoardView, camera: int, board: int, poses: _Poses) -> Array:
    """(N, 2) pixels."""
    seen = (view.corners @ poses.R[board].T + poses.t[board]) @ poses.R[camera].T + poses.t[camera]
    return np.asarray(view.fx * (seen[:, :2] / np.maximum(seen[:, 2:], _LEAST_DEPTH_M) - view.rays))


def _cost(places: Sequence[_Place], poses: _Poses, scale: float) -> float:
    return sum(
        float(scale**2 * np.log1p((_residuals(*place, poses) ** 2).sum(axis=1) / scale**2).sum()) for place in places
    )


def _normal_equations(places: Sequence[_Place], poses: _Poses, scale: float) -> tuple[Array, Array]:
    """(6P, 6P) and (6P,): weighted, for steps of `_Poses.moved`."""
    size = 6 * len(poses.R)
    H, g = np.zeros((size, size)), np.zeros(size)
    for view, camera, board in places:
        r = _residuals(view, camera, board, poses)
        J = _derivatives(view, camera, board, poses)
        w = 1 / (1 + (r**2).sum(axis=1) / scale**2)
        at = np.r_[6 * camera : 6 * camera + 6, 6 * board : 6 * board + 6]
        H[np.ix_(at, at)] += np.einsum("nik,nil,n->kl", J, J, w)
        g[at] += np.einsum("nik,ni,n->k", J, r, w)
    return H, g


def _derivatives(view: BoardView, camera: int, board: int, poses: _Poses) -> Array:
    """(N, 2, 12) of the residuals by the camera's rotation and translation, and by the board's."""
    C = poses.R[camera]
    on_board = view.corners @ poses.R[board].T
    turned = (on_board + poses.t[board]) @ C.T
    seen = turned + poses.t[camera]
    z = np.maximum(seen[:, 2], _LEAST_DEPTH_M)
    by_point = np.zeros((len(seen), 2, 3))
    by_point[:, 0, 0] = by_point[:, 1, 1] = view.fx / z
    by_point[:, :, 2] = -view.fx * seen[:, :2] / z[:, None] ** 2
    identity = np.broadcast_to(np.eye(3), (len(seen), 3, 3))
    by_pose = np.concatenate([-_cross(turned), identity, -C @ _cross(on_board), C @ identity], axis=2)
    return np.asarray(by_point @ by_pose)


def _cross(v: Array) -> Array:
    """(N, 3) -> (N, 3, 3): the matrices of v x ..."""
    return np.cross(np.eye(3), v[:, None, :]).swapaxes(1, 2) * -1


def _deviations(places: Sequence[_Place], poses: _Poses, cameras: int) -> Array:
    """(C, 6) standard deviations; zeros for the first camera."""
    H, _ = _normal_equations(places, poses, _SCALE_PX)
    squares = np.concatenate([(_residuals(*place, poses) ** 2).sum(axis=1) for place in places])
    weights = 1 / (1 + squares / _SCALE_PX**2)
    freedom = max(2 * len(squares) - (len(H) - 6), 1)
    variance = np.diag(np.linalg.pinv(H[6:, 6:], hermitian=True)) * float(weights @ squares) / freedom
    own = np.sqrt(np.clip(variance[: 6 * (cameras - 1)], 0, None)).reshape(-1, 6)
    return np.concatenate([np.zeros((1, 6)), own])
