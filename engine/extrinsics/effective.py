"""Chooses the camera in effect from the camera file, the source's own camera, the default, and the settings."""

from __future__ import annotations

from dataclasses import replace

from engine.extrinsics.calibration import Calibration
from engine.geometry import DEFAULT_CAMERA, CameraSpec
from engine.settings import Settings


def effective_camera(settings: Settings, calibration: Calibration | None, own: CameraSpec | None) -> CameraSpec:
    """The camera file's, or the source's `own`, or the default; `up` and `fx` of the settings override theirs."""
    spec = calibration.spec if calibration is not None else own or DEFAULT_CAMERA
    return replace(
        spec,
        up=spec.up if settings.up is None else settings.up,
        fx=spec.fx if settings.fx is None else settings.fx,
    )
