"""Checks rotations, and explains what is wrong with a matrix that is not one."""

from __future__ import annotations

import numpy as np

from engine.errors import PosecastError
from engine.extrinsics.names import numbers, shape_error
from engine.geometry import Array, axis_vector, nearest_rotation, rotation_from_vector

EXACT = 1e-9
"""Deviation |R R^T - I| of a rotation written with ten digits: used unchanged."""
ROUNDED = 1e-4
"""Deviation of a rotation written with four digits: made exact without a warning."""
CARELESS = 2e-2
"""Deviation of a rotation written with two digits: made exact, with a warning. Beyond that, it is not a rotation."""
WANTED = "3x3, a rotation that takes world directions to camera directions (x right, y down, z forward)"


def read_rotation(name: str, value: object, up: str) -> tuple[Array, list[str]]:
    """(3, 3) rotation and warnings, from a matrix, 9 numbers, or a rotation vector (axis times radians)."""
    array = numbers(name, value, WANTED)
    if array.size in (3, 9) and array.ndim > 2:
        array = array.squeeze()
    if array.size == 3 and array.ndim <= 2:
        return _from_vector(name, array.ravel()), []
    if array.shape == (3, 3):
        return checked_rotation(name, array, up)
    if array.size == 9 and max(array.shape) == 9:
        R, warnings = checked_rotation(name, array.reshape(3, 3), up)
        return R, [f"{name} is 9 numbers in a row: taken row by row", *warnings]
    raise shape_error(name, array, WANTED + ", or a rotation vector of 3")


def from_quaternion(name: str, wxyz: Array) -> Array:
    """(4,) w, x, y, z of unit length -> (3, 3)."""
    length = float(np.linalg.norm(wxyz))
    if abs(length - 1) > CARELESS:
        raise PosecastError(f"{name} has the length {length:.4g}", f"{name} must be a quaternion of length 1")
    w, x, y, z = wxyz / length
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return np.asarray(np.eye(3) + 2 * w * cross + 2 * cross @ cross)


def from_euler(angles: Array) -> Array:
    """(3,) radians about the fixed axes x, then y, then z, Blender's XYZ -> (3, 3) R_z R_y R_x."""
    about_x, about_y, about_z = (
        rotation_from_vector(angle * axis) for angle, axis in zip(angles, np.eye(3), strict=True)
    )
    return np.asarray(about_z @ about_y @ about_x)


def _from_vector(name: str, vector: Array) -> Array:
    if np.linalg.norm(vector) > 2 * np.pi + 1e-3:
        raise PosecastError(
            f"{name} is a rotation vector of {np.linalg.norm(vector):.1f} radians, more than a full turn",
            f"{name} must be axis times angle in radians, not degrees",
        )
    return rotation_from_vector(vector)


def checked_rotation(name: str, R: Array, up: str) -> tuple[Array, list[str]]:
    """The nearest rotation to (3, 3) `R`, and warnings; PosecastError naming what is wrong if it is not one."""
    lengths = np.linalg.norm(R, axis=1)
    deviation = float(np.abs(R @ R.T - np.eye(3)).max())
    if deviation > CARELESS:
        raise PosecastError(f"{name} is not a rotation: {_what_is_wrong(R, lengths)}", f"{name} must be {WANTED}")
    if np.linalg.det(R) < 0:
        raise PosecastError(f"{name} is mirrored: its determinant is -1", _which_is_mirrored(R, up))
    if deviation <= EXACT:
        return R, []
    warnings = [f"{name} is a rotation only roughly (off by {deviation:.1g}): the nearest one is used"]
    return nearest_rotation(R), warnings if deviation > ROUNDED else []


def _what_is_wrong(R: Array, lengths: Array) -> str:
    if not lengths.all():
        return f"row {int(lengths.argmin()) + 1} is zero"
    cosines = (R / lengths[:, None]) @ (R / lengths[:, None]).T - np.eye(3)
    if np.abs(cosines).max() <= CARELESS:
        if np.ptp(lengths) <= CARELESS * lengths.mean():
            return f"it is a rotation times {lengths.mean():.4g}, divide by that"
        return f"its rows have lengths {', '.join(f'{length:.4g}' for length in lengths)}, and should have 1"
    columns = np.linalg.norm(R, axis=0)
    square = (R / np.maximum(columns, 1e-12)).T @ (R / np.maximum(columns, 1e-12)) - np.eye(3)
    if np.abs(square).max() <= CARELESS:
        return f"its columns have lengths {', '.join(f'{length:.4g}' for length in columns)}, and should have 1"
    first, second = np.unravel_index(int(np.abs(cosines).argmax()), (3, 3))
    return f"rows {min(first, second) + 1} and {max(first, second) + 1} are not at right angles"


def _which_is_mirrored(R: Array, up: str) -> str:
    """What to negate: the camera's y axis if it points up, otherwise x, or an axis of a left-handed world."""
    if R[1] @ axis_vector(up) > 0.5:
        return f"its second row, the image's y, points up ({up}), not down: negate that row, and that of t"
    return "negate the first row (and that of t) if image x points left, or one column if the world is left-handed"
