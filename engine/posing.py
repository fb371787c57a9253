"""Turns and moves a camera to a given tilt, roll and height, keeping where it looks and stands otherwise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.geometry import Array, Camera, CameraSpec, axis_vector

_STRAIGHT = 1e-6
"""Length of a horizontal direction below which it has none: the camera looks straight up or down."""


def standing_at(spec: CameraSpec, height_m: float) -> CameraSpec:
    """The camera with its place moved along `up` to `height_m` metres above the world's origin plane."""
    up = axis_vector(spec.up)
    position = -spec.R.T @ spec.t
    return replace(spec, t=-spec.R @ (position + (height_m - position @ up) * up))


def posed(camera: Camera, tilt_deg: float, roll_deg: float, height_m: float) -> tuple[Array, Array]:
    """(R, t) with this tilt below the horizon, roll (clockwise) and height above the world's origin plane.

    The heading and the place above that plane stay as they are.
    """
    up, heading = camera.up_vector, _heading(camera)
    right = np.cross(heading, up)
    tilt, roll = np.radians(tilt_deg), np.radians(roll_deg)
    forward = np.cos(tilt) * heading - np.sin(tilt) * up
    down = np.cross(forward, right)
    R = np.stack([np.cos(roll) * right + np.sin(roll) * down, np.cos(roll) * down - np.sin(roll) * right, forward])
    position = camera.position + (height_m - camera.height) * up
    return R, -R @ position


def _heading(camera: Camera) -> Array:
    """(3,) horizontal unit vector, world frame: where the camera looks, or the top of its picture points to."""
    up = camera.up_vector
    for direction in (camera.R[2], -camera.R[1], camera.R[0]):
        level = direction - (direction @ up) * up
        if np.linalg.norm(level) > _STRAIGHT:
            return np.asarray(level / np.linalg.norm(level))
    raise ValueError("R is not a rotation")
