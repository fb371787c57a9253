"""Who stands straight, and where: what one body tells about the floor.

In: a body in the camera frame. Out: its foot, the direction from its ankles to its neck, or why it tells nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.geometry import Array
from engine.skeleton import JOINT, NECK

MAX_BEND_DEG = 25.0
"""Maximum angle between the trunk and the line from hips to ankles of somebody who stands straight."""
MAX_KNEE_DEG = 35.0
"""Maximum flexion of the supporting knee: the lifter's own error there is about 12 degrees."""
MAX_STRIDE = 0.35
"""Maximum distance between the ankles over the height: in longer strides the trunk no longer is above the feet."""
MAX_AWAY_DEG = 65.0
"""Maximum angle between a body and the picture's plane there: beyond, the camera looks down on heads."""

_LEFT = [JOINT[f"left_{name}"] for name in ("hip", "knee", "ankle")]
_RIGHT = [JOINT[f"right_{name}"] for name in ("hip", "knee", "ankle")]
_REQUIRED = [NECK, _LEFT[2], _RIGHT[2]]


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """One person as the lifter placed it."""

    joints: Array
    """(19, 3) metres, camera frame."""
    found: NDArray[np.bool_]
    """(19,) whether the joint's keypoint was found."""


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """What somebody who stands straight tells, in units of the assumed height."""

    foot: Array
    """(3,) the lower ankle, camera frame."""
    up: Array
    """(3,) unit vector from the middle of the ankles to the neck, camera frame."""


def standing(body: Body, height_m: float) -> Standing | str:
    """What `body`, assumed to be `height_m` tall, tells; or the reason why it tells nothing, in plain words."""
    joints = np.asarray(body.joints, dtype=float) / height_m
    if not np.isfinite(joints).all() or not joints[:, 2].min() > 0:
        return "nobody is seen well enough"
    if not body.found[_REQUIRED].all():
        return "nobody is seen from head to feet"
    ankles = (joints[_LEFT[2]] + joints[_RIGHT[2]]) / 2
    hips = (joints[_LEFT[0]] + joints[_RIGHT[0]]) / 2
    up = unit(joints[NECK] - ankles)
    left_is_lower = joints[_LEFT[2]] @ up < joints[_RIGHT[2]] @ up
    hip, knee, foot = joints[_LEFT if left_is_lower else _RIGHT]
    if abs(unit(ankles) @ up) > np.sin(np.radians(MAX_AWAY_DEG)):
        return "the camera looks straight down"
    straight = (
        _angle_deg(joints[NECK] - hips, hips - ankles) <= MAX_BEND_DEG
        and _angle_deg(hip - knee, knee - foot) <= MAX_KNEE_DEG
        and float(np.linalg.norm(joints[_LEFT[2]] - joints[_RIGHT[2]])) <= MAX_STRIDE
    )
    return Standing(foot, up) if straight else "nobody stands upright"


def unit(vectors: Array) -> Array:
    """(..., 3) -> (..., 3) of length 1; zeros stay zeros."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12))


def _angle_deg(a: Array, b: Array) -> float:
    return float(np.degrees(np.arccos(np.clip(unit(a) @ unit(b), -1, 1))))
