"""Reads the pose of a camera in a file, and decides what it means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.errors import PosecastError
from engine.extrinsics import names
from engine.extrinsics.fields import Fields
from engine.extrinsics.pose_matrix import find_matrix, from_matrix, rows_of
from engine.extrinsics.pose_parts import from_parts, listed
from engine.extrinsics.readings import Reading, choose


def has_pose(values: dict[str, Any]) -> bool:
    """Whether there is a rotation, a translation, or both in one matrix."""
    fields_of_pose = (*names.ROTATION, *names.TRANSLATION, *names.ROTATION_TO_WORLD)
    if names.find(values, fields_of_pose) is not None or find_matrix(values) is not None:
        return True
    turned = names.find(values, (*names.QUATERNION, *names.EULER))
    return turned is not None and names.find(values, names.POSITION) is not None


def length_of(values: dict[str, Any]) -> float | None:
    """|t| of a camera in the file's unit, which does not depend on the convention."""
    found = find_matrix(values) or names.find(values, (*names.TRANSLATION, *names.POSITION))
    if found is None:
        return None
    try:
        array = np.array(listed(found[1]), dtype=float).squeeze()
        place = array.ravel() if array.size == 3 else rows_of(found[0], array)[0][:, 3]
    except (TypeError, ValueError, OverflowError, PosecastError):
        return None
    usable = np.isfinite(place).all() and bool((np.abs(place) <= names.MAX_NUMBER).all())
    return float(np.linalg.norm(place)) if usable else None


def read_pose(fields: Fields, kind: str, ups: Sequence[str]) -> tuple[Reading, list[str]]:
    """The camera's pose, its t in the file's unit, and warnings. PosecastError if it is missing or ambiguous."""
    up = ups[0] if len(ups) == 1 else "-y"
    found = find_matrix(fields.values)
    if found is not None and not fields.has(names.ROTATION):
        fields.take((found[0],))
        given, warnings = from_matrix(*found, up)
    else:
        given, warnings = from_parts(fields, kind, up)
    reading, more = choose(given, ups)
    return reading, [*warnings, *more]
