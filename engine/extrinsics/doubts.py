"""Warnings about implausible cameras. Nothing is changed here; the user is told.

A camera that would stand below the floor, lie on its side or look away from the world's origin is compared with
the other conventions in which the file may have been written.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.errors import PosecastError
from engine.extrinsics.plausible import degrees_off_axis, is_upright, upright_axes, without_lens
from engine.geometry import UP_AXES, Array, Camera, CameraSpec

BELOW_FLOOR_M = -0.3
"""Metres below the floor at which a camera is implausible, even if the world's origin is a little above the floor."""
AWAY_DEG, TOWARDS_DEG, LEVEL_DEG = 60.0, 30.0, 45.0
"""A camera that looks past the origin by more than AWAY_DEG causes a warning if another reading, tilted by less than
LEVEL_DEG, looks at it within TOWARDS_DEG."""
TRANSPOSED = "R is transposed"
POSE = "R and t are the camera's pose in the world"
POSITION = "t is the camera's position in the world"


def doubts(spec: CameraSpec, up_is_known: bool) -> list[str]:
    """Warnings about `spec`; PosecastError where R must be transposed.

    That is where `up_is_known`, the camera stands below the floor as given, and transposing R puts it right.
    """
    camera = without_lens(spec.R, spec.t, spec.up)
    turned = [name for name, R, t in _other_readings(spec.R, spec.t) if is_upright(without_lens(R, t, spec.up))]
    if is_upright(camera):
        return list(_looks_away(spec))
    where = (
        f"the camera would stand {abs(camera.height):.2f} m {'above' if camera.height >= 0 else 'below'} the world's "
        f"origin, look {camera.tilt_down:.0f} degrees down and be rolled by {camera.roll:.0f} degrees"
    )
    if up_is_known and TRANSPOSED in turned and camera.height < BELOW_FLOOR_M:
        raise PosecastError(
            f"{', or '.join(turned)}: {where}", f'transpose or invert; if it is right as it is, add "up": "{spec.up}"'
        )
    others = [up for up in UP_AXES if up != spec.up]
    fits = turned + [f"{up} is up in the world, not {spec.up}" for up in upright_axes(spec.R, spec.t, others)]
    return [f"{where}; check whether {', or '.join(fits)}"] if fits else [f"{where}; check R, t and the up axis"]


def _other_readings(R: Array, t: Array) -> Iterator[tuple[str, Array, Array]]:
    """Other possible meanings of the file."""
    yield TRANSPOSED, R.T, t
    yield POSE, R.T, -R.T @ t
    yield POSITION, R, -R @ t


def _looks_away(spec: CameraSpec) -> Iterator[str]:
    away = degrees_off_axis(spec.t)
    if away <= AWAY_DEG:
        return
    fits = [name for name, R, t in _other_readings(spec.R, spec.t) if name != TRANSPOSED and _looks_at(R, t, spec.up)]
    if fits:
        yield f"the camera would look {away:.0f} degrees past the world's origin; check whether {', or '.join(fits)}"


def _looks_at(R: Array, t: Array, up: str) -> bool:
    camera: Camera = without_lens(R, t, up)
    return is_upright(camera) and camera.tilt_down <= LEVEL_DEG and degrees_off_axis(t) <= TOWARDS_DEG
