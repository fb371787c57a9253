"""Joint angles, by one table of definitions that the page evaluates as well: `angles.json`, `GET /api/angles`.

A vector of the table is a sum of joints with weights, {"left_knee": 1, "left_hip": -1}, or {"up": 1}. A frame is made
of a first axis, which is kept, and a second one, made perpendicular to it. Three kinds of angles:

    between        of vectors a and b, 0 to 180
    in_plane       atan2(sine, cosine) of a vector's components in a frame, -180 to 180
    out_of_plane   asin(sine / length) of a component, -90 to 90

An angle is NaN where a joint is missing, where a vector or frame has no direction, and in_plane where less than a tenth
of the vector lies in the plane. docs/data.md has the definitions in words.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from engine.geometry import Array as Points
from engine.motion.motion import Array
from engine.motion.placing import y_up_from
from engine.skeleton import JOINT

DEFINITIONS_FILE = Path(__file__).with_name("angles.json")
DEFINITIONS: Mapping[str, Any] = json.loads(DEFINITIONS_FILE.read_text(encoding="utf-8"))
NAMES: tuple[str, ...] = tuple(each["name"] for each in DEFINITIONS["angles"])
"""Names of the angles, in the table's order."""

_SMALLEST_M = 1e-6
"""Metres below which a vector has no direction."""
_IN_PLANE = 0.1
"""Part of a vector that must lie in the plane in which its angle is measured."""
_UP = np.array([0.0, 1.0, 0.0])


def angles(joints: Points, *, up: str) -> dict[str, Array]:
    """(T, 19, 3) metres in a world whose axis `up` points up -> name: (T,) degrees, NaN where not defined."""
    turned = np.asarray(joints, np.float64) @ y_up_from(up).T
    with np.errstate(invalid="ignore", divide="ignore"):
        frames = {name: _frame(turned, each) for name, each in DEFINITIONS["frames"].items()}
        return {each["name"]: np.degrees(_angle(turned, frames, each)) for each in DEFINITIONS["angles"]}


def published(joints: Points, *, up: str) -> dict[str, float]:
    """(19, 3) metres -> the angles of one person that are defined, as a scene has them: degrees, to 0.1."""
    values = {name: float(value[0]) for name, value in angles(joints[None], up=up).items()}
    return {name: round(value, 1) for name, value in values.items() if np.isfinite(value)}


def _angle(joints: Array, frames: Mapping[str, Array], definition: Mapping[str, Any]) -> Array:
    """(T,) radians."""
    if definition["kind"] == "between":
        a, b = _vector(joints, definition["a"]), _vector(joints, definition["b"])
        sine = np.linalg.norm(np.cross(a, b), axis=-1)
        return np.where(_length(a) * _length(b) > 0, np.arctan2(sine, (a * b).sum(axis=-1)), np.nan)
    vector, frame = _vector(joints, definition["vector"]), frames[definition["frame"]]
    sine, length = _component(vector, frame, definition["sine"]), _length(vector)
    if definition["kind"] == "out_of_plane":
        return np.asarray(np.arcsin(np.clip(sine / length, -1, 1)))
    cosine = _component(vector, frame, definition["cosine"])
    return np.where(np.hypot(sine, cosine) >= _IN_PLANE * length, np.arctan2(sine, cosine), np.nan)


def _vector(joints: Array, weights: Mapping[str, float]) -> Array:
    """(T, 3) metres."""
    if "up" in weights:
        return np.broadcast_to(_UP, (len(joints), 3))
    return np.asarray(sum(weight * joints[:, JOINT[name]] for name, weight in weights.items()))


def _frame(joints: Array, definition: Mapping[str, Any]) -> Array:
    """(T, 3, 3) with columns x, y, z in the world that is turned y up."""
    if "first" not in definition:
        return np.broadcast_to(np.eye(3), (len(joints), 3, 3))
    (kept, first), (other, second) = definition["first"], definition["second"]
    axes = {kept: _unit(_vector(joints, first))}
    second = _vector(joints, second)
    axes[other] = _unit(second - (second * axes[kept]).sum(axis=-1, keepdims=True) * axes[kept])
    return np.stack([axes["x"], axes["y"], np.cross(axes["x"], axes["y"])], axis=-1)


def _component(vector: Array, frame: Array, axis: str) -> Array:
    """(T,) metres along an axis of the frame: 'x', '-y', …"""
    along = (vector * frame[:, :, "xyz".index(axis[-1])]).sum(axis=-1)
    return np.asarray(-along if axis[0] == "-" else along)


def _length(vectors: Array) -> Array:
    """(T,) metres; NaN below the smallest."""
    length = np.linalg.norm(vectors, axis=-1)
    return np.where(length >= _SMALLEST_M, length, np.nan)


def _unit(vectors: Array) -> Array:
    return np.asarray(vectors / _length(vectors)[:, None])
