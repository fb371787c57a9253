"""The intrinsics of a camera in a file: K, and the size of the images it is for."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.errors import PosecastError
from engine.extrinsics.names import HEIGHT, INTRINSICS, RESOLUTION, WIDTH, find, numbers, shape_error
from engine.geometry import Array

WANTED = "3x3 with fx, fy, cx, cy in pixels: [[fx, 0, cx], [0, fy, cy], [0, 0, 1]]"
MIN_FOCAL_PX = 10.0
"""Focal lengths below are millimetres, or parts of the image's width."""
MAX_SIDE_PX = 100_000


def read_intrinsics(values: dict[str, Any]) -> tuple[Array | None, list[str]]:
    """(3, 3) intrinsics in pixels, or None where the file has none; and warnings."""
    found = find(values, INTRINSICS)
    if found is None:
        return None, []
    name, K = found[0], numbers(*found, WANTED)
    if K.size != 9 or K.ndim > 2:
        raise shape_error(name, K, WANTED)
    K = K.reshape(3, 3)
    if K[2, :2].any() and not K[:2, 2].any():
        raise PosecastError(f"{name} is transposed: cx and cy are in its last row", f"{name} must be {WANTED}")
    if K[2, :2].any() or K[1, 0] != 0 or abs(K[2, 2] - 1) > 1e-6:
        raise PosecastError(f"{name} is not a matrix of intrinsics", f"{name} must be {WANTED}")
    if K[0, 0] < MIN_FOCAL_PX or K[1, 1] < MIN_FOCAL_PX:
        raise PosecastError(f"{name} has fx {K[0, 0]:.4g} and fy {K[1, 1]:.4g}", f"{name} must be {WANTED}")
    skewed = abs(K[0, 1]) > 1e-3 * K[0, 0]
    return K, [f"{name} has a skew of {K[0, 1]:.4g}, which is not used"] if skewed else []


def read_resolution(values: dict[str, Any]) -> tuple[int, int] | None:
    """(width, height) in pixels, or None where the file does not say."""
    width, height = find(values, WIDTH), find(values, HEIGHT)
    if width is not None and height is not None:
        name, size = f"{width[0]}, {height[0]}", [width[1], height[1]]
    elif (both := find(values, RESOLUTION)) is not None:
        name, size = both[0], both[1]
    else:
        return None
    sides = numbers(name, size, "width and height in pixels").ravel()
    if sides.size != 2 or (sides < 1).any() or (sides > MAX_SIDE_PX).any() or (sides != np.round(sides)).any():
        raise PosecastError(f"{name} is {size!r:.60}", f"{name} must be width and height in pixels")
    return int(sides[0]), int(sides[1])
