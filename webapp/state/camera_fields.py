"""The fields of a source's record in the file of cameras: to JSON, and back with care, since people edit files."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, get_args

import numpy as np

from engine.errors import PosecastError
from engine.extrinsics import (
    Calibration,
    Replacement,
    SourceCamera,
    calibration_json,
    load_calibration,
    parse_calibration,
)
from engine.extrinsics.source_camera import DEFAULTS
from engine.geometry import CameraSpec, FloorTrust, IntrinsicsSource, PoseSource, Provenance
from engine.settings import Settings
from engine.wire import dumps

log = logging.getLogger(__name__)

Record = dict[str, Any]
_SAVED = tuple(name for name in DEFAULTS if name != "extrinsics")
"""Settings of a source that have a field of their name; its camera file is in `camera`."""


def setting_fields(camera: SourceCamera) -> Record:
    """The fields of a record for the settings of `camera`; None for defaults."""
    fields = {name: value if value != DEFAULTS[name] else None for name, value in camera.settings.items()}
    size = None if camera.fx_size is None or camera.settings["fx"] is None else list(camera.fx_size)
    return {**{name: fields[name] for name in _SAVED}, "fx_size": size}


def chosen_field(calibration: Calibration) -> Record:
    """The field `camera` of a record for a camera that is in no file: adjusted by hand."""
    given = calibration.spec.provenance
    origin = {"format": calibration.format, "source": given.pose, "intrinsics": given.intrinsics}
    return {**origin, **calibration_json(calibration)}


def cameras_field(cameras: Mapping[str, Replacement]) -> Record | None:
    """The field `cameras` of a record, for cameras of a rig that were replaced; None without any."""
    return {
        name: {
            **chosen_field(one.calibration),
            "instead_of": chosen_field(Calibration(one.instead_of, "rig", "m")),
        }
        for name, one in cameras.items()
    } or None


def read_cameras(record: Record) -> dict[str, Replacement]:
    """The field `cameras`; one that cannot be read is left out."""
    saved, read = record.get("cameras"), {}
    for name, values in saved.items() if isinstance(saved, dict) else ():
        try:
            chosen = {key: value for key, value in dict(values).items() if key != "instead_of"}
            was, now = read_camera({"camera": values["instead_of"]}), read_camera({"camera": chosen})
        except (PosecastError, KeyError, TypeError, ValueError) as error:
            log.warning("the saved calibration of camera %s is not used: %s", name, error)
            continue
        if was is not None and now is not None:
            read[name] = Replacement(was.spec, now)
    return read


def pose_field(spec: CameraSpec) -> Record:
    """The field `estimated` of a record, for the pose on a floor that was found."""
    trust = None if spec.floor is None else [spec.floor.tilt_deg, spec.floor.height]
    return {"R": np.asarray(spec.R).tolist(), "t": np.asarray(spec.t).tolist(), "up": spec.up, "floor": trust}


def read_camera(record: Record) -> Calibration | None:
    """The field `camera`; PosecastError if its file cannot be read."""
    camera = record.get("camera")
    if not isinstance(camera, dict):
        return None
    if "extrinsics" in camera:
        return load_calibration(str(camera["extrinsics"]))
    values = {name: value for name, value in camera.items() if name not in ("format", "source", "intrinsics")}
    read = parse_calibration(dumps(values).encode(), "the saved camera")
    told: Any = camera.get("source")
    pose: PoseSource = told if told in get_args(PoseSource) else "file"
    lens: Any = camera.get("intrinsics")
    known: IntrinsicsSource = lens if lens in get_args(IntrinsicsSource) else "default"
    spec = replace(read.spec, provenance=Provenance(pose, known))
    return replace(read, spec=spec, format=str(camera.get("format", read.format)), warnings=())


def read_pose(record: Record) -> CameraSpec | None:
    """The field `estimated`; None if there is none."""
    found = record.get("estimated")
    if not isinstance(found, dict):
        return None
    try:
        spec = parse_calibration(dumps({**found, "unit": "m", "floor": None}).encode(), "the saved floor").spec
        trust = found.get("floor")
        return replace(spec, floor=None if trust is None else FloorTrust(*map(float, trust)))
    except (PosecastError, TypeError, ValueError) as error:
        log.warning("the floor that was found before is not used: %s", error)
        return None


def read_fx_size(record: Record) -> tuple[int, int] | None:
    """The field `fx_size`: (width, height)."""
    size = record.get("fx_size")
    if isinstance(size, list) and len(size) == 2 and all(isinstance(side, int) and side > 0 for side in size):
        return size[0], size[1]
    return None


def read_settings(record: Record) -> Mapping[str, Any]:
    """The values of all settings of a source."""
    values = {name: record[name] for name in _SAVED if name in record}
    try:
        Settings().changed(values)
    except PosecastError as error:
        log.warning("settings that were saved for this camera are not used: %s", error)
        values = {}
    return {**DEFAULTS, **values}
