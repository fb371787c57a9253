"""Puts the cameras of a rig into one world: which axis points up, and whether their places make sense together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from engine.errors import PosecastError
from engine.extrinsics import Calibration
from engine.extrinsics.doubts import BELOW_FLOOR_M, doubts
from engine.extrinsics.plausible import upright_axes, without_lens
from engine.extrinsics.units import is_of_camera
from engine.geometry import CameraSpec
from engine.rig.rig import RigCamera

SAME_PLACE_M = 0.01
"""Metres within which two cameras stand at the same place."""
NEAR_M = 0.3
"""Metres within which two cameras see depth hardly better than one."""
HIGHEST_M = 100.0
"""Metres from the world's origin beyond which a unit is probably wrong."""


def in_one_world(cameras: Sequence[RigCamera], up: str | None) -> tuple[tuple[RigCamera, ...], tuple[str, ...]]:
    """The cameras with one axis that points up (`up`, if the user says), and warnings about them.

    PosecastError if two stand at the same place.
    """
    warnings = list(_told(cameras))
    posed = [camera.calibration for camera in cameras if camera.calibration and camera.placed]
    if posed:
        axis = up or _common_up(posed)
        cameras = [_with_up(camera, axis) for camera in cameras]
        warnings += [] if up else _about_up(posed, axis)
        warnings += _doubts_about_poses(cameras, axis)
    warnings += check_places({camera.name: camera.spec for camera in cameras if camera.spec is not None})
    warnings += [
        f"{camera.name}: its calibration has no focal length, and a usual one is assumed: give it matrix or K"
        for camera in cameras
        if camera.spec is not None and camera.spec.K is None
    ]
    return tuple(cameras), tuple(warnings)


def _told(cameras: Sequence[RigCamera]) -> Iterator[str]:
    """The warnings of the camera files, except about up; what is true of all is said once."""
    of = {
        camera.name: [text for text in camera.calibration.warnings if text not in camera.calibration.about_up]
        for camera in cameras
        if camera.calibration is not None
    }
    counts = Counter(text for warnings in of.values() for text in set(warnings))
    yield from (text for text, count in counts.items() if count > 1)
    yield from (f"{name}: {text}" for name, warnings in of.items() for text in warnings if counts[text] == 1)


def _common_up(calibrations: Sequence[Calibration]) -> str:
    """The axis that most files say or, if none does, suggest; of several, the one with which most are upright."""
    known = [one.spec for one in calibrations if one.up_is_known]
    said = Counter(spec.up for spec in known or [one.spec for one in calibrations])
    upright = Counter(axis for one in calibrations for axis in upright_axes(one.spec.R, one.spec.t))
    return max(said, key=lambda axis: (upright[axis], said[axis]))


def _about_up(calibrations: Sequence[Calibration], axis: str) -> Iterator[str]:
    if len({one.spec.up for one in calibrations if one.up_is_known}) > 1:
        yield f'the camera files disagree about which axis points up: {axis} is used; write up = "{axis}"'
    elif not any(one.up_is_known for one in calibrations):
        yield f'the files do not say which axis of the world points up: {axis} is used; write up = "{axis}", or another'


def _doubts_about_poses(cameras: Sequence[RigCamera], up: str) -> Iterator[str]:
    """Cameras that would stand below most others' floor: their files may mean something else.

    Those of a rig may hang on their sides. Where the world is the frame of one of them, its floor is not known.
    """
    posed = [(camera.name, camera.placed) for camera in cameras if camera.placed is not None]
    if is_of_camera([float(np.linalg.norm(spec.t)) for _, spec in posed]):
        return
    for name, spec in posed:
        if without_lens(spec.R, spec.t, up).height < BELOW_FLOOR_M:
            yield from (f"{name}: {text}" for text in doubts(spec, up_is_known=False))


def _with_up(camera: RigCamera, up: str) -> RigCamera:
    if camera.calibration is None:
        return camera
    return replace(camera, calibration=replace(camera.calibration, spec=replace(camera.calibration.spec, up=up)))


def check_places(cameras: Mapping[str, CameraSpec]) -> list[str]:
    """Doubts about where the cameras stand; PosecastError if two stand at the same place."""
    return list(_doubts_about_places(cameras))


def _doubts_about_places(cameras: Mapping[str, CameraSpec]) -> Iterator[str]:
    # A file of a lens alone says nothing about the place.
    posed = {name: spec for name, spec in cameras.items() if spec.provenance.pose == "file"}
    places = {name: -spec.R.T @ spec.t for name, spec in posed.items()}
    for one, other in combinations(places, 2):
        distance = float(np.linalg.norm(places[one] - places[other]))
        if distance < SAME_PLACE_M:
            raise PosecastError(
                f"{one} and {other} stand at the same place", "give each its own calibration: two of one file, perhaps"
            )
        if distance < NEAR_M:
            yield f"{one} and {other} are only {distance:.2f} m apart, too near each other to tell distances"
    for name, place in places.items():
        if np.linalg.norm(place) > HIGHEST_M:
            yield f"{name} stands {np.linalg.norm(place):.0f} m from the world's origin: is its calibration in metres?"
