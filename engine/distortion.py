"""Lens distortion as OpenCV defines it: k1 k2 p1 p2 [k3 [k4 k5 k6 [s1 s2 s3 s4]]].

In: image coordinates x/z and y/z. Out: where the lens puts them (`distorted`), and back (`undistorted`). With
r2 = x2 + y2, the radial part is (1 + k1 r2 + k2 r4 + k3 r6) / (1 + k4 r2 + k5 r4 + k6 r6); p1 and p2 are tangential,
and s1 to s4 those of a thin prism.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
Distortion = tuple[float, ...]

LENGTHS = (4, 5, 8, 12)
"""How many coefficients there may be; the tilt of a sensor, OpenCV's 13th and 14th, is not supported."""
_COUNT = LENGTHS[-1]
_WIDEST = 12.0
"""Radius up to which a lens is followed: tan of 85 degrees."""
_RADII = np.linspace(0.0, _WIDEST, 12_001)
_STEPS = 30
_EXACT = 1e-12
"""Error in image coordinates at which the inverse ends: a hundred millionth of a pixel."""


def shortest(coefficients: Sequence[float]) -> Distortion:
    """The same distortion without zeros at its end; empty where there is none. ValueError for other lengths."""
    values = tuple(map(float, coefficients))
    if len(values) == 14 and not any(values[12:]):
        values = values[:12]
    if (values and len(values) not in LENGTHS) or not all(map(math.isfinite, values)):
        raise ValueError(f"distortion must be one of {LENGTHS} finite numbers, not {len(values)}")
    return next((values[:count] for count in (0, *LENGTHS) if not any(values[count:])), values)


def distorted(points: Array, coefficients: Distortion) -> Array:
    """(..., 2) image coordinates of a pinhole -> (..., 2) those of the lens; NaN beyond the rays that it can show."""
    points = np.asarray(points, dtype=np.float64)
    r2 = (points**2).sum(axis=-1, keepdims=True)
    inside = r2 <= reach(coefficients) ** 2
    return np.where(inside, _bent(np.where(inside, points, 0.0), coefficients)[0], np.nan)


def undistorted(points: Array, coefficients: Distortion) -> Array:
    """(..., 2) image coordinates of the lens -> (..., 2) those of a pinhole: the inverse, by Newton's method.

    A point where the lens shows nothing gets the outermost ray towards it.
    """
    wanted = np.asarray(points, dtype=np.float64)
    known = np.isfinite(wanted).all(axis=-1, keepdims=True)
    target = np.where(known, wanted, 0.0)
    found, limit = _within(target, reach(coefficients)), reach(coefficients)
    for _ in range(_STEPS):
        there, (xx, xy, yx, yy) = _bent(found, coefficients)
        dx, dy = np.moveaxis(target - there, -1, 0)
        determinant = xx * yy - xy * yx
        determinant = np.where(np.abs(determinant) < _EXACT, _EXACT, determinant)
        step = np.stack([yy * dx - xy * dy, xx * dy - yx * dx], axis=-1) / determinant[..., None]
        before, found = found, _within(found + step, limit)
        if found.size == 0 or np.abs(found - before).max() < _EXACT:
            break
    return np.where(known, found, np.nan)


def turned(coefficients: Distortion, turn: int) -> Distortion:
    """The distortion of pictures turned by quarter turns clockwise, 1 or -1; 0 if the direction is unknown.

    What has a direction is left out then: it is small, and either guess may double it.
    """
    if not coefficients:
        return ()
    k1, k2, p1, p2, k3, k4, k5, k6, s1, s2, s3, s4 = _all(coefficients)
    prism = (-turn * s3, -turn * s4, turn * s1, turn * s2)
    return shortest((k1, k2, turn * p2, -turn * p1, k3, k4, k5, k6, *prism))


@lru_cache(maxsize=256)
def reach(coefficients: Distortion) -> float:
    """The largest radius x/z that the lens shows: beyond it, points farther out would be shown farther in."""
    k1, k2, _, _, k3, k4, k5, k6, *_ = _all(coefficients)
    r2 = _RADII**2
    below = 1 + r2 * (k4 + r2 * (k5 + r2 * k6))
    shown = _RADII * (1 + r2 * (k1 + r2 * (k2 + r2 * k3))) / np.where(below > 0, below, np.nan)
    grows = np.diff(shown) > 0
    return float(_RADII[-1] if grows.all() else _RADII[grows.argmin()])


def _all(coefficients: Distortion) -> Distortion:
    return (*coefficients, *(0.0,) * (_COUNT - len(coefficients)))


def _within(points: Array, radius: float) -> Array:
    """The points, moved towards the middle where they are farther out than `radius`."""
    r = np.linalg.norm(points, axis=-1, keepdims=True)
    return np.asarray(points * np.minimum(1.0, radius / np.maximum(r, _EXACT)))


def _bent(points: Array, coefficients: Distortion) -> tuple[Array, tuple[Array, Array, Array, Array]]:
    """The points as the lens shows them, and the derivatives of x by x, x by y, y by x and y by y."""
    k1, k2, p1, p2, k3, k4, k5, k6, s1, s2, s3, s4 = _all(coefficients)
    x, y = points[..., 0], points[..., 1]
    r2 = x * x + y * y
    above, below = 1 + r2 * (k1 + r2 * (k2 + r2 * k3)), 1 + r2 * (k4 + r2 * (k5 + r2 * k6))
    radial = above / below
    # by r2
    slope = (k1 + r2 * (2 * k2 + r2 * 3 * k3)) / below - radial * (k4 + r2 * (2 * k5 + r2 * 3 * k6)) / below
    bent_x = x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x * x) + r2 * (s1 + s2 * r2)
    bent_y = y * radial + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y + r2 * (s3 + s4 * r2)
    prism_x, prism_y = 2 * (s1 + 2 * s2 * r2), 2 * (s3 + 2 * s4 * r2)
    shared = 2 * x * y * slope + 2 * p1 * x + 2 * p2 * y
    derivatives = (
        radial + 2 * x * x * slope + 2 * p1 * y + 6 * p2 * x + prism_x * x,
        shared + prism_x * y,
        shared + prism_y * x,
        radial + 2 * y * y * slope + 6 * p1 * y + 2 * p2 * x + prism_y * y,
    )
    return np.stack([bent_x, bent_y], axis=-1), derivatives
