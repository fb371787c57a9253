"""A camera's pose in parts: a matrix, vector, quaternion or Euler angles, and a translation or a position."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.errors import PosecastError
from engine.extrinsics import names
from engine.extrinsics.fields import Fields
from engine.extrinsics.names import numbers, plain, shape_error
from engine.extrinsics.readings import (
    GRAPHICS_TO_WORLD,
    TO_CAMERA,
    TO_CAMERA_BY_ROWS,
    TO_WORLD,
    TURNED_FROM_POSITION,
    Given,
)
from engine.extrinsics.rotation import from_euler, from_quaternion, read_rotation
from engine.geometry import Array

SAME_ROTATION = 1e-3
"""Maximum difference of two rotations in one file that rounding explains."""
_EITHER = (TO_CAMERA, TO_WORLD, GRAPHICS_TO_WORLD)
_MAYBE_EULER = {"rotation", "r", "rot"}
"""Names under which three numbers may also be Euler angles."""
_VECTORS_ONLY = ("toml", "easymocap")
"""Formats in which three numbers are never Euler angles."""


def from_parts(fields: Fields, kind: str, up: str) -> tuple[Given, list[str]]:
    """A rotation and a translation or position, each in any form; PosecastError if one is missing."""
    turned = fields.take(names.ROTATION)
    if turned is not None and not _is_quaternion(turned[1]):
        return _with_rotation(fields, *turned, kind, up)
    turned = turned or fields.take(names.QUATERNION)
    if turned is not None:
        return _with_quaternion(fields, *turned), []
    if (turned := fields.take(names.ROTATION_TO_WORLD)) is not None:
        name, place, _ = _place(fields)
        R, warnings = read_rotation(*turned, up)
        return Given(f"{turned[0]} and {name}", (("", R),), place, (TO_WORLD, GRAPHICS_TO_WORLD)), warnings
    if (turned := fields.take(names.EULER)) is not None:
        return _with_euler(fields, *turned)
    raise PosecastError(f"no R found; the file contains {fields.told()}", "give R (3x3) or a rotation vector")


def _with_rotation(fields: Fields, name: str, value: Any, kind: str, up: str) -> tuple[Given, list[str]]:
    """A matrix or vector that rotates from the world to the camera, unless the scene contradicts that."""
    place_name, place, is_position = _place(fields)
    R, warnings = read_rotation(name, value, up)
    _refuse_another(fields, name, R, up)
    if np.size(value) == 3 and plain(name) in _MAYBE_EULER and kind not in _VECTORS_ONLY:
        warnings.append(f"{name} is 3 numbers: read as a rotation vector (axis times radians), not as Euler angles")
    return _settled(kind, f"{name} and {place_name}", R, place, place_name, is_position), warnings


def _refuse_another(fields: Fields, name: str, R: Array, up: str) -> None:
    """PosecastError if the file has a second rotation that differs; EasyMocap writes a vector and an equal matrix."""
    for other, value in fields.take_all(names.ROTATION):
        if other != name and not np.allclose(read_rotation(other, value, up)[0], R, atol=SAME_ROTATION):
            raise PosecastError(f"{name} and {other} are different rotations", "keep the correct one")


def _settled(kind: str, told: str, R: Array, place: Array, name: str, is_position: bool) -> Given:
    """The possible meanings of a rotation and a vector; T may be a position, but not in OpenCV's files."""
    rotations = (("", R),)
    if is_position:
        return Given(told, rotations, place, (TURNED_FROM_POSITION, TO_WORLD, GRAPHICS_TO_WORLD))
    if name == "T" and kind == "voxelpose":
        return Given(told, rotations, place, (TURNED_FROM_POSITION, TO_CAMERA), leading=True)
    if kind == "matrix" and plain(name) == "translationvector":
        return Given(told, rotations, place, (TO_CAMERA, TO_CAMERA_BY_ROWS))
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
        raise PosecastError(f"no t found; the file contains {fields.told()}", "give t, 3 numbers")
    t = numbers(found[0], listed(found[1]), expected)
    if t.ndim > 2:
        t = t.squeeze()
    if t.size != 3 or t.ndim > 2:
        raise shape_error(found[0], t, expected)
    return found[0], t.ravel(), is_position


def listed(value: Any) -> Any:
    """{'x': 1, 'y': 2, 'z': 3} -> [1, 2, 3]."""
    if isinstance(value, dict):
        small = {str(name).lower(): item for name, item in value.items()}
        if {"x", "y", "z"} <= small.keys():
            return [small[name] for name in "xyz"]
    return value


def _is_quaternion(value: Any) -> bool:
    keys = {str(key).lower() for key in value} if isinstance(value, dict) else set()
    return {"w", "x", "y", "z"} <= keys or (
        isinstance(value, list) and len(value) == 4 and all(isinstance(item, (int, float)) for item in value)
    )


def _with_quaternion(fields: Fields, name: str, value: Any) -> Given:
    """A quaternion: COLMAP's qvec is wxyz, world to camera; under other names, order and direction may be either."""
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
    """Euler angles: only Blender's `rotation_euler` is read, since the order of others is unknown."""
    place_name, place, _ = _place(fields)
    if not plain(name).startswith("rotationeuler"):
        raise PosecastError(f"{name} are Euler angles, whose order is not known", "give R (3x3) or a rotation vector")
    angles = numbers(name, listed(value), "3 angles").ravel()
    if angles.size != 3:
        raise shape_error(name, angles, "3 angles")
    in_degrees = bool(np.abs(angles).max() > 2 * np.pi)
    R = from_euler(np.radians(angles) if in_degrees else angles)
    told = f"{name} is read as Blender's XYZ Euler angles in {'degrees' if in_degrees else 'radians'}"
    return Given(f"{name} and {place_name}", (("", R),), place, (GRAPHICS_TO_WORLD,)), [told]
