"""Whether a camera's pose is plausible. A transposed rotation is a rotation, too, so only the scene can tell."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from engine.geometry import UP_AXES, Array, Camera, CameraSpec

MAX_ROLL_DEG = 15.0
"""Maximum roll of a mounted camera, degrees."""
TILT_DEG = (-20.0, 80.0)
"""Range of downward tilt, degrees. A camera that looks straight down more likely has another up axis."""
IN_VIEW_DEG = 45.0
"""Maximum angle between the optical axis and the world's origin, degrees: the origin is where people are."""


def is_upright(camera: Camera) -> bool:
    """Whether the camera is on or above the world's origin plane and neither on its side nor upside down."""
    return abs(camera.roll) <= MAX_ROLL_DEG and TILT_DEG[0] <= camera.tilt_down <= TILT_DEG[1] and camera.height >= 0


def without_lens(R: Array, t: Array, up: str) -> Camera:
    """A camera with this pose and arbitrary intrinsics."""
    return CameraSpec(R, t, up).for_image(1, 1)


def degrees_off_axis(t: Array) -> float:
    """The angle between the optical axis and the world's origin; 0 where the camera is at the origin."""
    distance = float(np.linalg.norm(t))
    return 0.0 if distance == 0 else float(np.degrees(np.arccos(np.clip(t[2] / distance, -1, 1))))


def stands(R: Array, t: Array, ups: Iterable[str] = UP_AXES) -> bool:
    """Whether the pose is plausible with one of `ups` as the up axis, looking at the world's origin. Any unit."""
    return degrees_off_axis(t) <= IN_VIEW_DEG and bool(upright_axes(R, t, ups))


def upright_axes(R: Array, t: Array, ups: Iterable[str] = UP_AXES) -> list[str]:
    """The axes of `ups` with which the camera is upright."""
    return [up for up in ups if is_upright(without_lens(R, t, up))]
