"""Turning and moving the world."""

from __future__ import annotations

import math

import numpy as np

from engine.geometry import rotation_from_vector
from engine.motion.motion import Array, Motion

_QUARTER = math.pi / 2
_TO_Y = {
    "+y": (0.0, 0.0, 0.0),
    "-y": (2 * _QUARTER, 0.0, 0.0),
    "+z": (-_QUARTER, 0.0, 0.0),
    "-z": (_QUARTER, 0.0, 0.0),
    "+x": (0.0, 0.0, _QUARTER),
    "-x": (0.0, 0.0, -_QUARTER),
}
"""Axis that points up -> the turn that takes it to +y: axis times angle, radians."""


def y_up_from(up: str) -> Array:
    """(3, 3) rotation from a world in which `up` points up to one in which +y does: a turn about one axis.

    From -y and from z the x axis stays; from x the z axis does.
    """
    return np.asarray(np.round(rotation_from_vector(np.array(_TO_Y[up])), 12) + 0.0)


def turn_y_up(motion: Motion) -> Motion:
    """The motion in a world whose y axis points up."""
    joints = motion.joints @ y_up_from(motion.up).T
    return motion.after("turn_y_up", {"up_was": motion.up}, joints=joints, up="+y")


def move(motion: Motion, offset: tuple[float, float, float], turn_deg: float = 0.0) -> Motion:
    """Turn the world about its vertical axis, counterclockwise seen from above, and then move it by `offset` metres."""
    vertical = y_up_from(motion.up).T @ (0.0, math.radians(turn_deg), 0.0)
    joints = motion.joints @ rotation_from_vector(vertical).T + np.array(offset)
    return motion.after("move", {"turn_deg": turn_deg, "offset_m": list(offset)}, joints=joints)
