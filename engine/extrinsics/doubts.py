"""Does a camera stand where cameras stand? A transposed rotation is a rotation too: only the scene tells.

A camera that would stand below the floor, or lie on its side, is compared with what the file would mean if it had
been written the other way round. Nothing is changed here: the user is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from engine.errors import PosecastError
from engine.geometry import UP_AXES, Camera, CameraSpec

MAX_ROLL_DEG = 15.0
"""Cameras are put up straighter than this."""
TILT_DEG = (-20.0, 80.0)
"""How far down cameras look. One that looks straight down may well be one with another axis up."""
BELOW_FLOOR_M = -0.3
"""A camera is not this far below the floor, even where the world's origin is a little above it."""
FAR_M, NEAR_M = 100.0, 0.05
"""Distances from the world's origin at which the unit is likely another."""
TRANSPOSED = "R is transposed"


def doubts(spec: CameraSpec, up_is_known: bool) -> list[str]:
    """Warnings about `spec`; PosecastError where R must be transposed.

    That is where `up_is_known`, the camera stands below the floor as given, and transposing R mends it.
    """
    warnings = list(_about_distance(spec))
    camera = _camera(spec)
    if _plausible(camera):
        return warnings
    where = (
        f"the camera would stand {abs(camera.height):.2f} m {'above' if camera.height >= 0 else 'below'} the world's "
        f"origin, look {camera.tilt_down:.0f} degrees down and be rolled by {camera.roll:.0f} degrees"
    )
    turned = [name for name, other in _turned_round(spec) if _plausible(_camera(other))]
    if up_is_known and TRANSPOSED in turned and camera.height < BELOW_FLOOR_M:
        raise PosecastError(
            f"{', or '.join(turned)}: {where}", f'transpose or invert; if it is right as it is, add "up": "{spec.up}"'
        )
    fits = turned + [f"{up} is up in the world, not {spec.up}" for up in UP_AXES if _plausible(_camera(spec, up))]
    return [*warnings, f"{where}; check whether {', or '.join(fits)}"] if fits else warnings


def _turned_round(spec: CameraSpec) -> Iterator[tuple[str, CameraSpec]]:
    """What the file might mean instead."""
    yield TRANSPOSED, replace(spec, R=spec.R.T)
    yield "R and t are the camera's pose in the world", replace(spec, R=spec.R.T, t=-spec.R.T @ spec.t)


def _camera(spec: CameraSpec, up: str | None = None) -> Camera:
    return replace(spec, K=None, up=up or spec.up).for_image(1, 1)


def _plausible(camera: Camera) -> bool:
    return abs(camera.roll) <= MAX_ROLL_DEG and TILT_DEG[0] <= camera.tilt_down <= TILT_DEG[1] and camera.height >= 0


def _about_distance(spec: CameraSpec) -> Iterator[str]:
    distance = float(np.linalg.norm(spec.t))
    if distance > FAR_M:
        yield f"the camera would be {distance:.0f} m from the world's origin: check the unit"
    elif 0 < distance < NEAR_M:
        yield f"the camera would be {distance * 1000:.0f} mm from the world's origin: check the unit"
