"""Adjusts the poses of cameras, and of a board at every moment, so that its corners are where they were seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares
from scipy.sparse import lil_matrix

from engine.geometry import Array, rotation_from_vector

_HUBER_PX = 1.5


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


def adjusted(views: Sequence[BoardView], R: Array, t: Array) -> Adjusted:
    """The best cameras, beginning with `R` and `t` (camera_from_first)."""
    moments = sorted({view.moment for view in views})
    boards = [_board(next(view for view in views if view.moment == moment), R, t) for moment in moments]
    start = np.concatenate([*(_vector(R[at], t[at]) for at in range(1, len(R))), *boards])
    places = {moment: 6 * (len(R) - 1 + at) for at, moment in enumerate(moments)}

    def pose(x: Array, view: BoardView) -> tuple[Array, Array]:
        place = places[view.moment]
        B, b = rotation_from_vector(x[place : place + 3]), x[place + 3 : place + 6]
        if view.camera == 0:
            return B, b
        own = 6 * (view.camera - 1)
        C = rotation_from_vector(x[own : own + 3])
        return C @ B, C @ b + x[own + 3 : own + 6]

    def errors(x: Array) -> Array:
        return np.concatenate([_errors(*pose(x, view), view).ravel() for view in views])

    sparsity = lil_matrix((sum(2 * len(view.rays) for view in views), len(start)), dtype=bool)
    row = 0
    for view in views:
        end = row + 2 * len(view.rays)
        sparsity[row:end, places[view.moment] : places[view.moment] + 6] = True
        if view.camera:
            sparsity[row:end, 6 * (view.camera - 1) : 6 * view.camera] = True
        row = end
    solved = least_squares(
        errors, start, jac_sparsity=sparsity, x_scale="jac", loss="huber", f_scale=_HUBER_PX, max_nfev=40
    )  # fmt: skip
    poses = solved.x[: 6 * (len(R) - 1)].reshape(-1, 6)
    camera = np.repeat([view.camera for view in views], [len(view.rays) for view in views])
    return Adjusted(
        np.stack([np.eye(3), *(rotation_from_vector(one[:3]) for one in poses)]),
        np.stack([np.zeros(3), *(one[3:] for one in poses)]),
        np.linalg.norm(errors(solved.x).reshape(-1, 2), axis=1), camera, _deviations(solved, len(R)),
    )  # fmt: skip


def _board(view: BoardView, R: Array, t: Array) -> Array:
    """(6,) first_from_board by one view."""
    back = R[view.camera].T
    return _vector(back @ view.R, back @ (view.t - t[view.camera]))


def _vector(R: Array, t: Array) -> Array:
    return np.concatenate([cv2.Rodrigues(np.ascontiguousarray(R, dtype=np.float64))[0].ravel(), t])


def _errors(R: Array, t: Array, view: BoardView) -> Array:
    """(N, 2) pixels."""
    seen = view.corners @ R.T + t
    return view.fx * (seen[:, :2] / np.maximum(seen[:, 2:], 1e-3) - view.rays)


def _deviations(solved: object, cameras: int) -> Array:
    """(C, 6); zeros for the first camera."""
    J, residuals = solved.jac.toarray(), solved.fun  # type: ignore[attr-defined]
    freedom = max(len(residuals) - J.shape[1], 1)
    variance = np.diag(np.linalg.pinv(J.T @ J, hermitian=True)) * float((residuals**2).sum()) / freedom
    own = np.sqrt(np.clip(variance[: 6 * (cameras - 1)], 0, None)).reshape(-1, 6)
    return np.concatenate([np.zeros((1, 6)), own])
