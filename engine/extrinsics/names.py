"""The names that people give to the parts of a camera, and shapes that values must have."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.errors import PosecastError
from engine.geometry import Array

ROTATION = (
    "R", "rotation", "rotation_matrix", "rotation_vector", "rvec", "R_matrix", "rot", "rot_mat", "r_vec",
)  # fmt: skip
TRANSLATION = ("t", "translation", "translation_vector", "tvec", "t_vec", "trans", "trans_vec")
INTRINSICS = ("K", "camera_matrix", "M", "intrinsic_matrix", "intrinsics", "intrinsic", "cam_matrix", "mtx")
DISTORTION = ("distCoef", "dist_coeffs", "dist_coef", "distortion", "distortion_coefficients", "D", "dist")
RESOLUTION = ("resolution", "image_size", "img_size", "size", "image_resolution")
WIDTH = ("image_width", "width")
HEIGHT = ("image_height", "height")
UNIT = ("unit", "units")


MAX_NUMBER = 1e12
"""A camera a million kilometres away, in millimetres."""


def find(values: dict[str, Any], names: tuple[str, ...]) -> tuple[str, Any] | None:
    """(name in the file, value) of the first of `names` that is there; case and underscores do not matter.

    A name spelled as here is preferred: `t` is not `T` where a file has both.
    """
    for name in names:
        if values.get(name) is not None:
            return name, values[name]
    plain = {_plain(name): name for name, value in values.items() if value is not None}
    return next(((plain[_plain(name)], values[plain[_plain(name)]]) for name in names if _plain(name) in plain), None)


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").replace(" ", "").lower()


def numbers(name: str, value: Any, wanted: str) -> Array:
    """`value` as an array of finite numbers of any shape."""
    try:
        array = np.array(value, dtype=float)
    except (TypeError, ValueError, OverflowError) as error:
        raise PosecastError(
            f"{name} is not made of numbers in rows of one length", f"{name} must be {wanted}"
        ) from error
    if not np.isfinite(array).all():
        raise PosecastError(f"{name} holds NaN or infinity", f"{name} must be {wanted}")
    if (np.abs(array) > MAX_NUMBER).any():
        raise PosecastError(f"{name} holds a number out of all bounds", f"{name} must be {wanted}")
    return array


def shape_error(name: str, array: Array, wanted: str) -> PosecastError:
    shape = " x ".join(str(length) for length in array.shape) or "a single number"
    return PosecastError(f"{name} is {shape}", f"{name} must be {wanted}")
