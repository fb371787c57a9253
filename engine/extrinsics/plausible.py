"""Does a camera stand where cameras stand? A transposed rotation is a rotation too: only the scene tells."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from engine.geometry import UP_AXES, Array, Camera, CameraSpec

MAX_ROLL_DEG = 15.0
"""Cameras are put up straighter than this."""
TILT_DEG = (-20.0, 80.0)
"""How far down cameras look. One that looks straight down may well be one with another axis up."""
IN_VIEW_DEG = 45.0
"""The world's origin is where people are: within this of the middle of the picture."""


def is_upright(camera: Camera) -> bool:
    """Whether it stands on or above the world's origin plane and is neither on its side nor upside down."""
    return abs(camera.roll) <= MAX_ROLL_DEG and TILT_DEG[0] <= camera.tilt_down <= TILT_DEG[1] and camera.height >= 0


def without_lens(R: Array, t: Array, up: str) -> Camera:
    """The camera as far as its pose goes."""
    return CameraSpec(R, t, up).for_image(1, 1)


def degrees_off_axis(t: Array) -> float:
    """The angle between the optical axis and the world's origin; 0 where the camera is at the origin."""
    distance = float(np.linalg.norm(t))
    return 0.0 if distance == 0 else float(np.degrees(np.arccos(np.clip(t[2] / distance, -1, 1))))


def stands(R: Array, t: Array, ups: Iterable[str] = UP_AXES) -> bool:
    """Whether a camera could stand like that with one of `ups` up, and look at the world's origin. Any unit."""
    return degrees_off_axis(t) <= IN_VIEW_DEG and bool(upright_axes(R, t, ups))


def upright_axes(R: Array, t: Array, ups: Iterable[str] = UP_AXES) -> list[str]:
    """The axes that may be up."""
    return [up for up in ups if is_upright(without_lens(R, t, up))]
