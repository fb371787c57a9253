"""Describes the engine's state as JSON, for `GET /api/state` and the `state` and `stats` events."""

from __future__ import annotations

import math

from engine.extrinsics import DEFAULT_CALIBRATION, Calibration, calibration_json, describe, frame_warnings
from engine.floor import Floor
from engine.geometry import Camera, CameraSpec
from engine.pipeline import Comparison, EngineState, Side, Stats, Switching
from engine.redaction import redact
from engine.settings import Settings
from engine.types import BackendInfo, View
from engine.wire import Wire, dumps, timings_to_wire

_SHOWN_WHILE_LOADED = ("backend", "device", "precision", "height_size")
"""Settings of a switch under way that the page shows: sources may have passwords, and models paths."""


def describe_state(state: EngineState, problem: str | None) -> Wire:
    """The whole state, with current `stats`; `problem` as in `describe_stats`."""
    return {
        "status": state.status,
        "source": redact(state.settings.source),
        "model": state.settings.model,
        "backend": _describe_backend(state.backend),
        "camera": describe_camera(state.camera, state.calibration, state.settings.fx) if state.camera else None,
        "floor": _describe_floor(state.floor),
        "settings": _describe_settings(state.settings),
        "stats": describe_stats(state.stats, problem),
        "switching": _describe_switching(state.switching),
        "fallback": state.fallback,
        "comparison": describe_comparison(state.comparison),
    }


def _describe_settings(settings: Settings) -> Wire:
    """Without the outputs, which GET /api/outputs tells to operators: their addresses may have passwords."""
    told = {**settings.to_json(), "source": redact(settings.source)}
    del told["outputs"]
    return told


def describe_stats(stats: Stats, problem: str | None) -> Wire:
    """`problem`: why frames do not flow, as `Pipeline.health` tells it."""
    latency = stats.latency_ms
    return {
        "fps": round(stats.fps, 2),
        "captured": stats.captured,
        "processed": stats.processed,
        "dropped": stats.dropped,
        "people": stats.people,
        "stage_ms": timings_to_wire(stats.stage_ms),
        "latency_ms": {"p50": round(latency[0], 2), "p95": round(latency[1], 2)} if latency else None,
        "source_problem": stats.source_problem,
        "source_hint": stats.source_hint,
        "problem": problem,
        **({"cameras": [_describe_view(view, stats.now) for view in stats.views]} if stats.views else {}),
    }


def _describe_view(view: View, now: float) -> Wire:
    """The health of one camera of a rig; `missing_s`: for how long it has delivered no picture."""
    return {
        "name": view.name,
        "problem": view.problem,
        "missing_s": None if view.missing_since is None else round(max(0.0, now - view.missing_since), 1),
        "fps": None if view.rate is None else round(view.rate, 2),
        "offset_s": round(view.offset_s, 4),
        "image_size": None if view.frame is None else [view.frame.image.shape[1], view.frame.image.shape[0]],
    }


def describe_comparison(comparison: Comparison | None) -> Wire | None:
    """Both sides, and how their people differ: pixels of the frame, millimetres, OKS and shares 0..1."""
    if comparison is None:
        return None
    return {
        "status": comparison.status,
        "step": comparison.step,
        "fraction": comparison.fraction,
        "frames": comparison.frames,
        "a": _describe_side(comparison.sides[0]),
        "b": _describe_side(comparison.sides[1]),
        "difference": {name: _rounded(value, 4) for name, value in comparison.difference.items()} or None,
    }


def describe_camera(camera: Camera, calibration: Calibration | None, fx: float | None = None) -> Wire:
    """A camera and its origin; `fx` if it was given separately from the file.

    Intrinsics in pixels of `image_size`; R and t (metres) are camera_from_world; `unit` is that of the file.
    """
    known = calibration or _calibration_of(camera)
    told = describe(known, camera)
    return {
        **told,
        "warnings": [*told["warnings"], *frame_warnings(known.spec, camera, fx)],
        "default": calibration is None,
        "extrinsics": {"R": told["R"], "t": told["t"]},
        "K": [[camera.fx, 0.0, camera.cx], [0.0, camera.fy, camera.cy], [0.0, 0.0, 1.0]],
        "fov_deg": math.degrees(2 * math.atan(camera.image_size[0] / 2 / camera.fx)),
        "tilt_deg": camera.tilt_down,
    }


def _describe_floor(floor: Floor) -> Wire:
    """What is known about the floor from people, with standard deviations; null without an estimate in use."""
    estimate = floor.estimate
    return {
        "state": floor.status.state,
        "reason": floor.status.reason,
        "tilt_sd_deg": None if estimate is None else round(estimate.tilt_sd_deg, 2),
        "height_sd": None if estimate is None else round(estimate.height_sd, 3),
    }


def _describe_switching(switching: Switching | None) -> Wire | None:
    if switching is None:
        return None
    return {
        "to": switching.to,
        "step": switching.step,
        "fraction": switching.fraction,
        "cancellable": switching.cancellable,
        "settings": {name: value for name, value in switching.settings.items() if name in _SHOWN_WHILE_LOADED},
    }


def _describe_side(side: Side) -> Wire:
    return {
        "asked": {"name": side.asked.name, "device": side.asked.device, "precision": side.asked.precision},
        "runs": _describe_backend(side.runs),
        "stage_ms": timings_to_wire(side.stage_ms),
        "people": _rounded(side.people, 2),
    }


def _describe_backend(info: BackendInfo | None) -> Wire | None:
    return None if info is None else {"name": info.name, "device": info.device, "precision": info.precision}


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def camera_file(camera: Camera) -> str:
    """A camera as a JSON file in metres, with intrinsics, which `parse_calibration` reads."""
    spec = CameraSpec(camera.R, camera.t, camera.up, camera.K, camera.image_size, distortion=camera.distortion)
    return dumps(calibration_json(Calibration(spec, "reference", "m")))


def _calibration_of(camera: Camera) -> Calibration:
    """A calibration for a camera that did not come from a file: the neutral one, the floor's, or the source's own."""
    pose = camera.provenance.pose
    if pose == "default":
        return DEFAULT_CALIBRATION
    return Calibration(CameraSpec(camera.R, camera.t, camera.up), "source" if pose == "file" else pose, "m")
