"""A camera's pose as one matrix [R | t], of 4x4 or 3x4 numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.errors import PosecastError
from engine.extrinsics import names
from engine.extrinsics.names import numbers, plain, shape_error
from engine.extrinsics.readings import GRAPHICS_TO_CAMERA, GRAPHICS_TO_WORLD, TO_CAMERA, TO_WORLD, Given, Meaning
from engine.extrinsics.rotation import checked_rotation
from engine.geometry import Array

_MEANINGS: tuple[tuple[tuple[str, ...], tuple[Meaning, ...]], ...] = (
    (names.POSE_TO_CAMERA, (TO_CAMERA,)),
    (names.POSE_TO_WORLD, (TO_WORLD, GRAPHICS_TO_WORLD)),
    (names.POSE_OF_GRAPHICS, (GRAPHICS_TO_WORLD,)),
    (names.POSE_OF_VIEW, (GRAPHICS_TO_CAMERA, TO_CAMERA)),
    (names.POSE_OF_EITHER, (TO_CAMERA, TO_WORLD, GRAPHICS_TO_WORLD)),
)
_MATRIX = "4x4 or 3x4, [R | t]"


def is_pose_matrix(value: Any) -> bool:
    """Whether the value has the shape of [R | t]."""
    try:
        shape = np.array(value, dtype=float).squeeze().shape
    except (TypeError, ValueError, OverflowError):
        return False
    return shape in ((3, 4), (4, 4), (4, 3), (12,), (16,))


def find_matrix(values: dict[str, Any]) -> tuple[str, Any] | None:
    """The first [R | t], also under a name of intrinsics, as OpenPose writes it."""
    for found in names.every(values, names.POSES):
        if is_pose_matrix(found[1]):
            return found
    for found in names.every(values, names.INTRINSICS):
        if is_pose_matrix(found[1]) and _is_rigid(found[1]):
            return found
    return None


def _is_rigid(value: Any) -> bool:
    rows = np.array(value, dtype=float).squeeze()
    if rows.shape not in ((3, 4), (4, 4)) or not (np.abs(rows[:3, :3]) <= 2).all():
        return False
    return bool(np.abs(rows[:3, :3] @ rows[:3, :3].T - np.eye(3)).max() < 1e-2)


def rows_of(name: str, array: Array) -> tuple[Array, list[str]]:
    """(3, 4) [R | t], and a warning if it was written for row vectors."""
    if array.shape in ((12,), (16,)):
        array = array.reshape(-1, 4)
    if array.shape not in ((3, 4), (4, 4), (4, 3)):
        raise shape_error(name, array, _MATRIX)
    if array.shape == (4, 3) or (array.shape == (4, 4) and array[3, :3].any() and not array[:3, 3].any()):
        return array.T[:3], [f"{name} has t in its last row, as for row vectors (MATLAB): it is read transposed"]
    if array.shape == (4, 4) and not np.allclose(array[3], (0, 0, 0, 1)):
        raise PosecastError(f"{name} has the last row {array[3].tolist()}", f"{name} must be {_MATRIX} over 0 0 0 1")
    return array[:3], []


def from_matrix(name: str, value: Any, up: str) -> tuple[Given, list[str]]:
    rows, transposed = rows_of(name, numbers(name, value, _MATRIX).squeeze())
    R, warnings = checked_rotation(name, rows[:, :3], up)
    plains = {plain(one): meanings for wanted, meanings in _MEANINGS for one in wanted}
    meanings = plains.get(plain(name), (TO_CAMERA,))
    is_loose = plain(name).startswith("extrinsic")  # some programs write the inverse under this name
    meanings = (TO_CAMERA, TO_WORLD) if is_loose else meanings
    return Given(name, (("", R),), rows[:, 3], meanings, leading=is_loose), [*transposed, *warnings]
