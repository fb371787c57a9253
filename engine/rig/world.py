"""Puts the cameras of a rig into one world: which axis points up, and whether their places make sense together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from engine.errors import PosecastError
from engine.extrinsics.plausible import upright_axes
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
    specs = [camera.spec for camera in cameras if camera.spec is not None]
    if specs:
        axis = up or _common_up(specs)
        cameras = [_with_up(camera, axis) for camera in cameras]
        if up is None and len({spec.up for spec in specs}) > 1:
            warnings.append(
                f'the camera files disagree about which axis points up: {axis} is used; write up = "{axis}"'
            )
    specs_by_name = {camera.name: camera.spec for camera in cameras if camera.spec is not None}
    warnings += check_places(specs_by_name)
    return tuple(cameras), tuple(warnings)


def _told(cameras: Sequence[RigCamera]) -> Iterator[str]:
    """The warnings of the camera files; what is true of all is said once."""
    of = {camera.name: camera.calibration.warnings for camera in cameras if camera.calibration is not None}
    counts = Counter(text for warnings in of.values() for text in set(warnings))
    yield from (text for text, count in counts.items() if count > 1)
    yield from (f"{name}: {text}" for name, warnings in of.items() for text in warnings if counts[text] == 1)


def _common_up(specs: Sequence[CameraSpec]) -> str:
    """The axis that most files say or suggest; of several, the one with which most cameras are upright."""
    said = Counter(spec.up for spec in specs)
    upright = Counter(axis for spec in specs for axis in upright_axes(spec.R, spec.t))
    return max(said, key=lambda axis: (upright[axis], said[axis]))


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
