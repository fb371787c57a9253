"""How frames relate to a camera that was calibrated at another image size: scaled, rotated or cropped.

A phone held upright rotates its picture; a 16:9 camera that delivers 4:3 crops the sides, and a 4:3 sensor that
delivers 16:9 crops top and bottom. Anything else is a different picture, to which K does not apply.
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
"""Maximum relative difference of two aspect ratios that rounding, and padding to multiples of 16, explain."""
_CROPPED = {4 / 3, 16 / 9}


def is_turned(calibrated: Size, frame: Size) -> bool:
    """Whether one of the two is portrait and the other landscape."""
    return (calibrated[0] - calibrated[1]) * (frame[0] - frame[1]) < 0


def fit(calibrated: Size, frame: Size) -> Fit:
    """How frames result from the calibrated picture, after a quarter turn if `is_turned`."""
    own, given = (max(size) / min(size) for size in (calibrated, frame))
    if abs(own / given - 1) <= SAME_ASPECT:
        return "scaled"
    known = {aspect for aspect in _CROPPED for one in (own, given) if abs(one / aspect - 1) <= SAME_ASPECT}
    return "cropped" if known == _CROPPED else "misfit"


def framed(K: Array, calibrated: Size, frame: Size, turn: int) -> Array | None:
    """(3, 3) K for frames of another size; None if the two do not fit.

    `turn`: quarter turns clockwise of a picture that `is_turned`, 1 or -1; 0 if the direction is unknown.
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
    """K after a quarter turn. If the direction is unknown, the principal point is set to the middle."""
    width, height = size
    cx, cy = float(K[0, 2]), float(K[1, 2])
    centre = {1: (height - cy, cx), -1: (cy, width - cx)}.get(turn, (height / 2, width / 2))
    return np.array([[K[1, 1], 0.0, centre[0]], [0.0, K[0, 0], centre[1]], [0.0, 0.0, 1.0]])


def quarter_turn(roll_deg: float) -> int:
    """Quarter turns clockwise that make the picture of a camera with this roll upright: -1, 0 or 1.

    0 also if the camera is upright: its pose then describes the rotated picture already.
    """
    return 0 if abs(roll_deg) <= 45 or abs(roll_deg) >= 135 else int(math.copysign(1, roll_deg))


def turned_axes(turn: int) -> Array:
    """(3, 3): rotation from the original camera axes to those after `turn` quarter turns clockwise."""
    return np.array([[0.0, -turn, 0.0], [turn, 0.0, 0.0], [0.0, 0.0, 1.0]]) if turn else np.eye(3)
