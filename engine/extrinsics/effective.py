"""Chooses the camera in effect from the camera file, the source's own camera, the neutral one, and the settings."""

from __future__ import annotations

from dataclasses import replace

from engine.errors import PosecastError
from engine.extrinsics.calibration import Calibration
from engine.geometry import DEFAULT_CAMERA, CameraSpec
from engine.posing import standing_at
from engine.settings import Settings


def effective_camera(
    settings: Settings,
    calibration: Calibration | None,
    own: CameraSpec | None,
    *,
    estimated: CameraSpec | None = None,
    fx_size: tuple[int, int] | None = None,
) -> CameraSpec:
    """The camera file's, or the source's `own`, or the neutral one, as the settings adjust it.

    `fx` (for frames of `fx_size`) overrides theirs, `up` that of a file, and `camera_height_m` the height of a camera
    whose pose nobody gave; that one has the pose of `estimated`, if the floor was found before and `level` is not off.
    A file without a lens takes what the source's pictures say about theirs.
    """
    spec = calibration.spec if calibration is not None else own or DEFAULT_CAMERA
    if settings.fx is not None:
        spec = replace(spec, fx=settings.fx, fx_size=fx_size)
    if estimated is not None and settings.level == "auto" and spec.provenance.pose == "default":
        provenance = replace(spec.provenance, pose="estimated")
        pose = {name: getattr(estimated, name) for name in ("R", "t", "up", "floor")}
        spec = replace(spec, **pose, provenance=provenance)
    if spec.film_mm is None and own is not None:
        spec = replace(spec, film_mm=own.film_mm)
    if settings.up is not None and can_set_up(calibration):
        spec = replace(spec, up=settings.up)
    if settings.camera_height_m is not None and spec.provenance.pose != "file":
        spec = standing_at(spec, settings.camera_height_m)
    return spec


def can_set_up(calibration: Calibration | None) -> bool:
    """Whether the setting `up` applies: a camera file may leave open which axis points up, nothing else does."""
    return calibration is not None and calibration.format != "named" and calibration.spec.provenance.pose == "file"


def check_up(up: str | None, calibration: Calibration | None) -> None:
    """PosecastError if `up` is set for a camera that has no file."""
    if up is not None and not can_set_up(calibration):
        raise PosecastError(
            f"up is {up}, but there is no camera file", "give a camera file with it; without one, +y points up"
        )
