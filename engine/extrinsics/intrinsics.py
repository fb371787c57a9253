"""Reads the intrinsics of a camera in a file: K, and the image size that it is for."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.errors import PosecastError
from engine.extrinsics import names
from engine.extrinsics.field_of_view import NO_LENS_DEG, field_of_view, not_pixels
from engine.extrinsics.fields import Fields
from engine.extrinsics.names import numbers, shape_error
from engine.geometry import Array

WANTED = "3x3 with fx, fy, cx, cy in pixels: [[fx, 0, cx], [0, fy, cy], [0, 0, 1]]"
MIN_FOCAL_PX = 10.0
"""Focal lengths below this are millimetres, or fractions of the image width."""
MAX_SIDE_PX = 100_000
MAX_ASPECT = 1.25
"""Maximum ratio of fx and fy of four numbers in a row; a larger one means that their order is different."""
SAME = 1e-3
"""Maximum relative difference of two K in one file that rounding explains."""
SENSOR_WIDTH = ("sensor_width", "sensor_width_mm", "sensorwidth")


def read_intrinsics(fields: Fields, size: tuple[int, int] | None) -> tuple[Array | None, list[str]]:
    """(3, 3) intrinsics in pixels, or None where the file has none; and warnings. `size`: that of the images."""
    found = fields.take(names.INTRINSICS)
    from_matrix = None if found is None else _from_matrix(*found)
    from_names = _from_names(fields, size)
    if from_names is None:
        return from_matrix or (None, [])
    name, K = from_names
    K, warnings = _checked(name, K)
    if from_matrix is not None and not np.allclose(from_matrix[0], K, rtol=SAME, atol=SAME):
        raise PosecastError(f"{found[0] if found else 'K'} and {name} differ", "keep the correct one")
    return from_matrix or (K, warnings)


def _from_matrix(name: str, value: Any) -> tuple[Array, list[str]]:
    K = numbers(name, value, WANTED)
    if K.size == 4 and max(K.shape) == 4:
        return _checked(name, _from_four(name, *K.ravel()))
    if K.shape in ((3, 4), (4, 4), (16,), (12,)):
        K = K.reshape(-1, 4)
        if K[:3, 3].any() or (len(K) == 4 and K[3, :3].any()):
            raise PosecastError(f"{name} is a projection K [R | t]", f"give K, R and t apart: {name} must be {WANTED}")
        K = K[:3, :3]
    if K.size != 9 or K.ndim > 2:
        raise shape_error(name, K, WANTED)
    return _checked(name, K.reshape(3, 3))


def _from_four(name: str, fx: float, fy: float, cx: float, cy: float) -> Array:
    """K from four numbers fx, fy, cx, cy, as Kalibr and COLMAP write them."""
    if min(fx, fy) <= 0 or max(fx / fy, fy / fx) > MAX_ASPECT:
        raise PosecastError(f"{name} is {fx:.4g}, {fy:.4g}, {cx:.4g}, {cy:.4g}", f"{name} must be fx, fy, cx, cy")
    return np.array([[fx, 0.0, cx], [0.0, fy, cy], [0.0, 0.0, 1.0]])


def _checked(name: str, K: Array) -> tuple[Array, list[str]]:
    if K[2, :2].any() and not K[:2, 2].any():
        raise PosecastError(
            f"{name} is transposed: cx and cy are in its last row",
            f"{name} must be {WANTED}; where it is MATLAB's, R is likely to be transposed, too",
        )
    if K[2, :2].any() or K[1, 0] != 0 or abs(K[2, 2] - 1) > 1e-6:
        raise PosecastError(f"{name} is not a matrix of intrinsics", f"{name} must be {WANTED}")
    if K[0, 0] < MIN_FOCAL_PX or K[1, 1] < MIN_FOCAL_PX:
        raise PosecastError(
            f"{name} means fx {K[0, 0]:.4g} and fy {K[1, 1]:.4g}: millimetres, or parts of the width?",
            f"in pixels, K is {WANTED}",
        )
    skewed = abs(K[0, 1]) > 1e-3 * K[0, 0]
    return K, [f"{name} has a skew of {K[0, 1]:.4g}, which is not used"] if skewed else []


def _from_names(fields: Fields, size: tuple[int, int] | None) -> tuple[str, Array] | None:
    """K of fx, fy, cx, cy, or of a focal length and a principal point; None where there is no focal length."""
    focal = _focal(fields, size)
    if focal is None:
        return None
    name, fx, fy = focal
    centre = _centre(fields)
    if centre is None:
        if size is None:
            raise PosecastError(f"{name} without the principal point or the image size", "give cx and cy, or both")
        centre = (size[0] / 2, size[1] / 2)
    return name, np.array([[fx, 0.0, centre[0]], [0.0, fy, centre[1]], [0.0, 0.0, 1.0]])


def _focal(fields: Fields, size: tuple[int, int] | None) -> tuple[str, float, float] | None:
    x, y = fields.take(names.FX), fields.take(names.FY)
    if x is not None:
        other = y or x
        return x[0], _number(*x), _number(*other)
    found = fields.take(names.FOCAL)
    if found is None:
        return None
    both = _pair(*found, "the focal length in pixels, or fx and fy")
    sensor = fields.take(SENSOR_WIDTH)
    if sensor is None:
        if size is not None and field_of_view(max(both[0], 1e-9), size[0]) > NO_LENS_DEG:
            raise PosecastError(*not_pixels(both[0], size[0]))
        return found[0], *both
    if size is None:
        raise PosecastError(f"{found[0]} in millimetres without the image size", "give the width and height in pixels")
    pixels_per_mm = size[0] / _number(*sensor)
    return found[0], both[0] * pixels_per_mm, both[1] * pixels_per_mm


def _centre(fields: Fields) -> tuple[float, float] | None:
    x, y = fields.take(names.CX), fields.take(names.CY)
    if x is not None and y is not None:
        return _number(*x), _number(*y)
    found = fields.take(names.CENTRE)
    return None if found is None else _pair(*found, "cx and cy in pixels")


def _number(name: str, value: Any) -> float:
    array = numbers(name, value, "a number of pixels")
    if array.size != 1:
        raise shape_error(name, array, "a number of pixels")
    return float(array.ravel()[0])


def _pair(name: str, value: Any, expected: str) -> tuple[float, float]:
    if isinstance(value, dict):
        value = [value.get("x"), value.get("y")]
    array = numbers(name, value, expected).ravel()
    if array.size not in (1, 2):
        raise shape_error(name, array, expected)
    return float(array[0]), float(array[-1])


def read_resolution(fields: Fields) -> tuple[int, int] | None:
    """(width, height) in pixels, or None where the file does not say."""
    width, height = fields.take(names.WIDTH), fields.take(names.HEIGHT)
    if width is not None and height is not None:
        name, size = f"{width[0]}, {height[0]}", [width[1], height[1]]
    elif (both := fields.take(names.RESOLUTION)) is not None:
        name, size = both[0], both[1]
    else:
        return None
    if isinstance(size, dict):
        size = [item for item in (names.find(size, names.WIDTH), names.find(size, names.HEIGHT)) if item is not None]
        size = [item[1] for item in size]
    sides = numbers(name, size, "width and height in pixels").ravel()
    if sides.size != 2 or (sides < 1).any() or (sides > MAX_SIDE_PX).any() or (sides != np.round(sides)).any():
        raise PosecastError(f"{name} is {size!r:.60}", f"{name} must be width and height in pixels")
    return int(sides[0]), int(sides[1])
