"""The content of a camera file as it was understood, its description and its JSON form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.geometry import DEFAULT_CAMERA, REFERENCE_CAMERA, Camera, CameraSpec


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """A camera and its origin."""

    spec: CameraSpec
    """Metres, whatever the file's unit."""
    format: str
    """A key of `formats.FORMATS` for files; 'default', 'named' and similar for cameras that were not read from one."""
    unit: str
    """The file's unit: 'm', 'cm' or 'mm'."""
    name: str | None = None
    """The camera's name in its file."""
    distorted: bool = False
    """Whether the file specifies lens distortion; a model that is not supported is in `warnings`, not in `spec`."""
    warnings: tuple[str, ...] = ()
    """Assumptions and doubts, as sentences for the user."""
    up_is_known: bool = False
    """Whether the file or its format says which axis points up."""
    about_up: tuple[str, ...] = ()
    """Those of the warnings that depend on which axis points up."""


DEFAULT_CALIBRATION = Calibration(DEFAULT_CAMERA, "default", "m")
"""The neutral camera, used if none is given."""
NAMED = {"reference": Calibration(REFERENCE_CAMERA, "named", "cm", "reference")}
"""Cameras that are chosen by name instead of by file."""


def describe(calibration: Calibration, camera: Camera) -> dict[str, Any]:
    """The calibration as JSON; `camera` is `calibration.spec` for the current frame size.

    R and t (metres) are camera_from_world; the position is in the world frame, metres; angles in degrees.
    """
    return {
        "source": camera.provenance.pose,
        "intrinsics": camera.provenance.intrinsics,
        "revision": camera.provenance.revision,
        "format": calibration.format,
        "unit": calibration.unit,
        "name": calibration.name,
        "R": np.asarray(camera.R, dtype=float).tolist(),
        "t": np.asarray(camera.t, dtype=float).tolist(),
        "up": camera.up,
        "fx": camera.fx,
        "fy": camera.fy,
        "cx": camera.cx,
        "cy": camera.cy,
        "image_size": list(camera.image_size),
        "intrinsics_from_file": calibration.spec.K is not None,
        "distorted": calibration.distorted,
        "distortion": list(camera.distortion),
        "position": camera.position.tolist(),
        "height_m": camera.height,
        "tilt_down_deg": camera.tilt_down,
        "roll_deg": camera.roll,
        "warnings": list(calibration.warnings),
    }


def calibration_json(calibration: Calibration) -> dict[str, Any]:
    """The camera in the JSON format that `parse_calibration` reads back equal, in metres."""
    spec = calibration.spec
    values: dict[str, Any] = {} if calibration.name is None else {"name": calibration.name}
    values |= {"R": np.asarray(spec.R, dtype=float).tolist(), "t": np.asarray(spec.t, dtype=float).tolist()}
    values |= {"unit": "m", "up": spec.up}
    if spec.K is not None:
        values["camera_matrix"] = np.asarray(spec.K, dtype=float).tolist()
    if spec.distortion:
        values["distortion"] = list(spec.distortion)
    if spec.resolution is not None:
        values["image_size"] = list(spec.resolution)
    return values
