"""Saves a lens that was calibrated under the name of its camera, so that its sources have it from then on."""

from __future__ import annotations

from dataclasses import replace

from engine.extrinsics import DEFAULT_CALIBRATION, Calibration
from engine.geometry import CameraSpec
from webapp.state.camera_fields import Record, chosen_field, read_camera


def with_lens(before: Calibration | None, lens: CameraSpec) -> Calibration:
    """The camera as it was, with the intrinsics and the distortion of `lens`."""
    known = before or DEFAULT_CALIBRATION
    provenance = replace(known.spec.provenance, intrinsics="file")
    spec = replace(
        known.spec, K=lens.K, resolution=lens.resolution, distortion=lens.distortion, fx=None, provenance=provenance
    )
    return Calibration(spec, "calibrated", "m", known.name, bool(lens.distortion))


def record_with_lens(record: Record, lens: CameraSpec) -> Record:
    """The record of a source with a new lens. A focal length that was given by hand is removed; the pose stays."""
    kept = {name: value for name, value in record.items() if name not in ("fx", "fx_size")}
    return {**kept, "camera": chosen_field(with_lens(read_camera(record), lens))}
