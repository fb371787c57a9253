"""How frames of one size show what a camera calibrated at another size sees: scaled, turned or cropped.

A phone held upright turns its picture; a 16:9 camera that gives 4:3 cuts off the sides, and a 4:3 sensor that
gives 16:9 cuts off top and bottom. Everything else is a different picture, of which K says nothing.
"""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
Size = tuple[int, int]
Fit = Literal["scaled", "cropped", "misfit"]

SAME_ASPECT = 0.02
"""Relative difference of two aspects that rounding, and padding to multiples of 16, explain."""
_CROPPED = {4 / 3, 16 / 9}


def is_turned(calibrated: Size, frame: Size) -> bool:
    """Whether one of the two is upright and the other lies."""
    return (calibrated[0] - calibrated[1]) * (frame[0] - frame[1]) < 0


def fit(calibrated: Size, frame: Size) -> Fit:
    """How frames come of the calibrated picture, turned upright first where `is_turned`."""
    own, given = (max(size) / min(size) for size in (calibrated, frame))
    if abs(own / given - 1) <= SAME_ASPECT:
        return "scaled"
    known = {aspect for aspect in _CROPPED for one in (own, given) if abs(one / aspect - 1) <= SAME_ASPECT}
    return "cropped" if known == _CROPPED else "misfit"


def framed(K: Array, calibrated: Size, frame: Size, turn: int) -> Array | None:
    """(3, 3) K for frames of another size, None where the two do not go together.

    `turn`: quarter turns clockwise of a picture that `is_turned`, 1 or -1; 0 where nobody knows which.
    """
    if is_turned(calibrated, frame):
        K, calibrated = _turned(K, calibrated, turn), (calibrated[1], calibrated[0])
    kind = fit(calibrated, frame)
    if kind == "misfit":
        return None
    scale = np.array(frame, dtype=float) / calibrated
    if kind == "cropped":
        scale = np.full(2, scale.max())
    cut = (np.array(calibrated) * scale - frame) / 2 if kind == "cropped" else np.zeros(2)
    out = np.array(K, dtype=float)
    out[:2] *= scale[:, None]
    out[:2, 2] -= cut
    return out


def _turned(K: Array, size: Size, turn: int) -> Array:
    """The principal point is the middle where the direction is not known: right on average."""
    width, height = size
    cx, cy = float(K[0, 2]), float(K[1, 2])
    centre = {1: (height - cy, cx), -1: (cy, width - cx)}.get(turn, (height / 2, width / 2))
    return np.array([[K[1, 1], 0.0, centre[0]], [0.0, K[0, 0], centre[1]], [0.0, 0.0, 1.0]])


def quarter_turn(roll_deg: float) -> int:
    """Quarter turns clockwise that set the picture of a camera rolled like that upright: -1, 0 or 1.

    0 also for one that is upright as it is: then its pose is of the turned picture already.
    """
    return 0 if abs(roll_deg) <= 45 or abs(roll_deg) >= 135 else int(math.copysign(1, roll_deg))


def turned_axes(turn: int) -> Array:
    """(3, 3): camera axes of the picture turned by `turn` quarter turns clockwise, from those before."""
    return np.array([[0.0, -turn, 0.0], [turn, 0.0, 0.0], [0.0, 0.0, 1.0]]) if turn else np.eye(3)
