"""Where a camera stands: from the names in a file to a rotation, three numbers, and what these may mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.errors import PosecastError
from engine.extrinsics import names
from engine.extrinsics.fields import Fields
from engine.extrinsics.names import numbers, plain, shape_error
from engine.extrinsics.readings import (
    GRAPHICS_TO_CAMERA,
    GRAPHICS_TO_WORLD,
    TO_CAMERA,
    TO_WORLD,
    TURNED_FROM_POSITION,
    Given,
    Meaning,
    Reading,
    choose,
)
from engine.extrinsics.rotation import checked_rotation, from_euler, from_quaternion, read_rotation
from engine.geometry import Array

_EITHER = (TO_CAMERA, TO_WORLD, GRAPHICS_TO_WORLD)
_POSE_MEANINGS: tuple[tuple[tuple[str, ...], tuple[Meaning, ...]], ...] = (
    (names.POSE_TO_CAMERA, (TO_CAMERA,)),
    (names.POSE_TO_WORLD, (TO_WORLD, GRAPHICS_TO_WORLD)),
    (names.POSE_OF_GRAPHICS, (GRAPHICS_TO_WORLD,)),
    (names.POSE_OF_VIEW, (GRAPHICS_TO_CAMERA, TO_CAMERA)),
    (names.POSE_OF_EITHER, _EITHER),
)
_VECTOR_NAMES = {plain(name) for name in ("rotation", "R", "rot")}
"""Names under which three numbers may be Euler angles, too."""
SAME_ROTATION = 1e-3
_MATRIX = "4x4 or 3x4, [R | t]"


def is_pose_matrix(value: Any) -> bool:
    """Whether it has the shape of [R | t]."""
    try:
        shape = np.array(value, dtype=float).squeeze().shape
    except (TypeError, ValueError, OverflowError):
        return False
    return shape in ((3, 4), (4, 4), (4, 3), (12,), (16,))


def has_pose(values: dict[str, Any]) -> bool:
    """Whether a rotation, a translation, or both in one matrix are there."""
    fields_of_pose = (*names.ROTATION, *names.TRANSLATION, *names.ROTATION_TO_WORLD)
    if names.find(values, fields_of_pose) is not None or _matrix_in(values) is not None:
        return True
    turned = names.find(values, (*names.QUATERNION, *names.EULER))
    return turned is not None and names.find(values, names.POSITION) is not None


def length_of(values: dict[str, Any]) -> float | None:
    """|t| of a camera in the file's unit, however it is meant."""
    found = _matrix_in(values) or names.find(values, (*names.TRANSLATION, *names.POSITION))
    if found is None:
        return None
    try:
        array = np.array(_listed(found[1]), dtype=float).squeeze()
        place = array.ravel() if array.size == 3 else _rows(found[0], array)[0][:, 3]
    except (TypeError, ValueError, OverflowError, PosecastError):
        return None
    usable = np.isfinite(place).all() and bool((np.abs(place) <= names.MAX_NUMBER).all())
    return float(np.linalg.norm(place)) if usable else None


def read_pose(fields: Fields, kind: str, ups: Sequence[str]) -> tuple[Reading, list[str]]:
    """The camera's pose, its t in the file's unit, and warnings. PosecastError where it is not there, or unclear."""
    up = ups[0] if len(ups) == 1 else "-y"
    found = _matrix_in(fields.values)
    if found is not None and not fields.has(names.ROTATION):
        fields.take((found[0],))
        given, warnings = _from_matrix(*found, up)
    else:
        given, warnings = _from_parts(fields, kind, up)
    reading, more = choose(given, ups)
    return reading, [*warnings, *more]


def _matrix_in(values: dict[str, Any]) -> tuple[str, Any] | None:
    """The first [R | t], also under a name of intrinsics, as OpenPose writes it."""
    for wanted in (names.POSES, names.INTRINSICS):
        for name in wanted:
            found = names.find(values, (name,))
            if found is not None and is_pose_matrix(found[1]) and (wanted is names.POSES or _is_rigid(found[1])):
                return found
    return None


def _is_rigid(value: Any) -> bool:
    rows = np.array(value, dtype=float).squeeze()
    if rows.shape not in ((3, 4), (4, 4)) or not (np.abs(rows[:3, :3]) <= 2).all():
        return False
    return bool(np.abs(rows[:3, :3] @ rows[:3, :3].T - np.eye(3)).max() < 1e-2)


def _rows(name: str, array: Array) -> tuple[Array, list[str]]:
    """(3, 4) [R | t], and a warning where it was written for row vectors."""
    if array.shape in ((12,), (16,)):
        array = array.reshape(-1, 4)
    if array.shape not in ((3, 4), (4, 4), (4, 3)):
        raise shape_error(name, array, _MATRIX)
    if array.shape == (4, 3) or (array.shape == (4, 4) and array[3, :3].any() and not array[:3, 3].any()):
        return array.T[:3], [f"{name} has t in its last row, as for row vectors (MATLAB): it is read transposed"]
    if array.shape == (4, 4) and not np.allclose(array[3], (0, 0, 0, 1)):
        raise PosecastError(f"{name} has the last row {array[3].tolist()}", f"{name} must be {_MATRIX} over 0 0 0 1")
    return array[:3], []


def _from_matrix(name: str, value: Any, up: str) -> tuple[Given, list[str]]:
    rows, transposed = _rows(name, numbers(name, value, _MATRIX).squeeze())
    R, warnings = checked_rotation(name, rows[:, :3], up)
    plains = {plain(one): meanings for wanted, meanings in _POSE_MEANINGS for one in wanted}
    meanings = plains.get(plain(name), (TO_CAMERA,))
    return Given(name, (("", R),), rows[:, 3], meanings), [*transposed, *warnings]


def _from_parts(fields: Fields, kind: str, up: str) -> tuple[Given, list[str]]:
    """A rotation of some kind and a place of some kind."""
    turned = fields.take(names.ROTATION)
    if turned is not None:
        place_name, place, is_position = _place(fields)
        R, warnings = read_rotation(*turned, up)
        _refuse_another(fields, turned[0], R, up)
        if (
            np.size(turned[1]) == 3
            and plain(turned[0]) in {plain(n) for n in _VECTOR_NAMES}
            and kind not in ("toml", "easymocap")
        ):
            warnings.append(
                f"{turned[0]} is 3 numbers: read as a rotation vector (axis times radians), not Euler angles"
            )
        return _settled(fields, kind, f"{turned[0]} and {place_name}", R, place, place_name, is_position), warnings
    if (turned := fields.take(names.ROTATION_TO_WORLD)) is not None:
        name, place, _ = _place(fields)
        R, warnings = read_rotation(*turned, up)
        return Given(f"{turned[0]} and {name}", (("", R),), place, (TO_WORLD, GRAPHICS_TO_WORLD)), warnings
    if (turned := fields.take(names.QUATERNION)) is not None:
        return _with_quaternion(fields, *turned), []
    if (turned := fields.take(names.EULER)) is not None:
        return _with_euler(fields, *turned)
    raise PosecastError(f"no R in it: it says {fields.told()}", "give R (3x3) or a rotation vector")


def _refuse_another(fields: Fields, name: str, R: Array, up: str) -> None:
    """A file may say a rotation as a vector and as a matrix, as EasyMocap does, if both are the same."""
    for other, value in fields.take_all(names.ROTATION):
        if other != name and not np.allclose(read_rotation(other, value, up)[0], R, atol=SAME_ROTATION):
            raise PosecastError(f"{name} and {other} are different rotations", "keep the one that holds")


def _settled(fields: Fields, kind: str, told: str, R: Array, place: Array, name: str, is_position: bool) -> Given:
    """What a rotation from the world to the camera and a place are; T may be a position, but not in OpenCV's files."""
    rotations = (("", R),)
    if is_position:
        return Given(told, rotations, place, (TURNED_FROM_POSITION, TO_WORLD, GRAPHICS_TO_WORLD))
    if name == "T" and kind == "voxelpose":
        return Given(told, rotations, place, (TURNED_FROM_POSITION, TO_CAMERA), leading=True)
    if name == "T" and kind in ("reference", "panoptic"):
        return Given(told, rotations, place, (TO_CAMERA, TURNED_FROM_POSITION))
    return Given(told, rotations, place, (TO_CAMERA,))


def _place(fields: Fields) -> tuple[str, Array, bool]:
    """(name, three numbers, whether the name says that it is the camera's position)."""
    expected = "3 numbers, the world's origin seen from the camera"
    found, is_position = fields.take(names.TRANSLATION), False
    if found is None:
        found, is_position = fields.take(names.POSITION), True
        expected = "3 numbers, the camera's position in the world"
    if found is None:
        raise PosecastError(f"no t in it: it says {fields.told()}", "give t, 3 numbers")
    t = numbers(found[0], _listed(found[1]), expected)
    if t.ndim > 2:
        t = t.squeeze()
    if t.size != 3 or t.ndim > 2:
        raise shape_error(found[0], t, expected)
    return found[0], t.ravel(), is_position


def _listed(value: Any) -> Any:
    """{'x': 1, 'y': 2, 'z': 3} -> [1, 2, 3]."""
    if isinstance(value, dict):
        small = {str(name).lower(): item for name, item in value.items()}
        if {"x", "y", "z"} <= small.keys():
            return [small[name] for name in "xyz"]
    return value


def _with_quaternion(fields: Fields, name: str, value: Any) -> Given:
    """COLMAP's qvec is wxyz and from the world; others may be either, unless they say so."""
    place_name, place, is_position = _place(fields)
    expected = "a quaternion, 4 numbers"
    order = plain(name)[-4:]
    if isinstance(value, dict):
        small = {str(key).lower().lstrip("q"): item for key, item in value.items()}
        value, order = [small.get(key) for key in "wxyz"], "wxyz"
    array = numbers(name, value, expected).ravel()
    if array.size != 4:
        raise shape_error(name, array, expected)
    wxyz, xyzw = from_quaternion(name, array), from_quaternion(name, np.roll(array, 1))
    both = ((", w first", wxyz), (", w last", xyzw))
    orders = {"wxyz": both[:1], "xyzw": both[1:]}.get(order, both)
    told = f"{name} and {place_name}"
    if plain(name) == "qvec":
        return Given(told, (("", wxyz),), place, (TO_CAMERA,))
    if plain(name) == "rotationquaternion":
        return Given(told, (("", wxyz),), place, (GRAPHICS_TO_WORLD,))
    return Given(told, orders, place, _EITHER if is_position else (TO_CAMERA, TURNED_FROM_POSITION, *_EITHER[1:]))


def _with_euler(fields: Fields, name: str, value: Any) -> tuple[Given, list[str]]:
    """Blender's `rotation_euler` is read; elsewhere the order is anybody's."""
    place_name, place, _ = _place(fields)
    if not plain(name).startswith("rotationeuler"):
        raise PosecastError(f"{name} are Euler angles, whose order is not known", "give R (3x3) or a rotation vector")
    angles = numbers(name, _listed(value), "3 angles").ravel()
    if angles.size != 3:
        raise shape_error(name, angles, "3 angles")
    in_degrees = bool(np.abs(angles).max() > 2 * np.pi)
    R = from_euler(np.radians(angles) if in_degrees else angles)
    told = f"{name} is read as Blender's XYZ Euler angles in {'degrees' if in_degrees else 'radians'}"
    return Given(f"{name} and {place_name}", (("", R),), place, (GRAPHICS_TO_WORLD,)), [told]
