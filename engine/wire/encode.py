"""A snapshot as JSON.

In: a `Snapshot`. Out: the dictionary of one JSONL line, one Socket.IO `scene` event, one `GET /api/scene`;
`scene.schema.json` describes it. Pixels are rounded to 0.01, metres to 0.0001 (a tenth of a millimetre),
confidences to 0.001: further digits are noise and would double the traffic.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.geometry import Camera
from engine.mosaic import size_of as mosaic_size
from engine.mosaic import tiles_of
from engine.names import printable
from engine.skeleton import JOINT_COUNT
from engine.types import Event, Person, Pose2D, Pose3D, Scene, Snapshot
from engine.wire.score import found_keypoints, score

VERSION = 1
"""Version of the format; increased when a reader of the old format would misread the new one."""

Wire = dict[str, Any]


def scene_to_wire(snapshot: Snapshot, *, fps: float, wall_time: float) -> Wire:
    """One scene as JSON-ready data; `fps` is the program's own rate, `wall_time` seconds since 1970."""
    scene = snapshot.scene
    wire = {
        "version": VERSION,
        "frame": int(scene.frame_index),
        "time": _number(scene.time, 4),
        "wall_time": _number(wall_time, 3),
        "image_size": _image_size(snapshot),
        "backend": snapshot.backend.name,
        "device": snapshot.backend.device,
        "precision": snapshot.backend.precision,
        "fps": _number(fps, 2),
        "up": scene.camera.up,
        "camera": _camera(scene.camera),
        "timings_ms": timings_to_wire(snapshot.stage_ms),
        "people": [_person(person, scene) for person in scene.people],
        "events": [event_to_wire(event) for event in snapshot.events],
    }
    if scene.cameras:
        wire["cameras"] = _cameras(snapshot)
        wire["mosaic_size"] = list(mosaic_size(snapshot.scene.cameras))
    if snapshot.body is not None:
        wire["body"] = snapshot.body
    return wire


def timings_to_wire(stage_ms: Mapping[str, float]) -> dict[str, float]:
    """Milliseconds per stage, to a microsecond."""
    return {stage: _number(value, 3) for stage, value in stage_ms.items()}


def event_to_wire(event: Event) -> Wire:
    """An event as JSON-ready data; `people`, `zone` and `value` are present where it has them."""
    wire: Wire = {
        "kind": event.kind,
        "time": _number(event.time, 4),
        "wall_time": _number(event.wall_time, 3),
        "person": event.person,
        "label": event.label,
    }
    if event.people:
        wire["people"] = list(event.people)
    if event.zone is not None:
        wire["zone"] = event.zone
    if event.value is not None:
        wire["value"] = _number(event.value, 3)
    return wire


def dumps(wire: Any) -> str:
    """Compact JSON on one line; ValueError for NaN, which JSON does not allow. File names may contain any bytes."""
    text = json.dumps(wire, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text if text.isascii() else printable(text)


def _image_size(snapshot: Snapshot) -> list[int]:
    """Width and height of the frame, or of the first camera's of a rig."""
    if snapshot.scene.cameras:
        return list(snapshot.scene.camera.image_size)
    height, width = snapshot.frame.image.shape[:2]
    return [int(width), int(height)]


def _cameras(snapshot: Snapshot) -> Wire:
    """The cameras of a rig by name: where they stand, where each picture is in the mosaic, and of what time it is."""
    times = {view.name: view.frame.time for view in snapshot.frame.views if view.frame is not None}
    tiles = tiles_of(snapshot.scene.cameras)
    return {
        name: {
            "image_size": list(camera.image_size),
            "tile": [tiles[name].x, tiles[name].y, tiles[name].width, tiles[name].height],
            "time": _number(times[name], 4) if name in times else None,
            **_camera(camera),
        }
        for name, camera in snapshot.scene.cameras.items()
    }


def _camera(camera: Camera) -> Wire:
    """R and t are not rounded to display precision: joints_3d must follow from joints_camera by them."""
    given = camera.provenance
    return {
        "source": given.pose,
        "intrinsics": given.intrinsics,
        "revision": given.revision,
        "R": np.round(np.asarray(camera.R, dtype=np.float64), 8).tolist(),
        "t": np.round(np.asarray(camera.t, dtype=np.float64), 6).tolist(),
        **{name: _number(getattr(camera, name), 3) for name in ("fx", "fy", "cx", "cy")},
        "height_m": _number(camera.height, 4),
        "tilt_deg": _number(camera.tilt_down, 3),
        "roll_deg": _number(camera.roll, 3),
        **({"distortion": [_number(value, 9) for value in camera.distortion]} if camera.distortion else {}),
    }


def _person(person: Person, scene: Scene) -> Wire:
    joints, camera = _placed(person.pose3d), scene.camera
    seen_by = scene.cameras[next(iter(person.views))] if person.views else camera
    wire = {
        "id": int(person.id),
        "score": _number(score(person.pose2d), 3),
        "keypoints_2d": _keypoints(person.pose2d),
        "joints_3d": [] if joints is None else _metres(camera.world_from_camera(joints)),
        "joints_camera": [] if joints is None else _metres(_moved(joints, camera, seen_by)),
    }
    if person.height_m is not None:
        wire["height_m"] = _number(person.height_m, 3)
        wire["height_kind"] = person.height_kind
    if person.colour is not None:
        wire["colour"] = int(person.colour)
    if person.angles is not None:
        wire["angles"] = {name: _number(value, 1) for name, value in person.angles.items()}
    if person.views:
        wire["views"] = {
            name: {"keypoints_2d": _keypoints(view.pose2d), "error_px": _number(view.error_px, 1)}
            for name, view in person.views.items()
        }
    return wire


def _moved(joints: np.ndarray[Any, Any], camera: Camera, other: Camera) -> np.ndarray[Any, Any]:
    """(19, 3) metres, from the frame of one camera to that of another."""
    return joints if other is camera else other.camera_from_world(camera.world_from_camera(joints))


def _keypoints(pose: Pose2D) -> list[list[float] | None]:
    """19 x [x, y, confidence], frame pixels; None for keypoints that were not found."""
    pixels = np.round(np.asarray(pose.keypoints, dtype=np.float64), 2).tolist()
    scores = np.round(np.clip(np.asarray(pose.scores, dtype=np.float64), 0, 1), 3).tolist()
    found = found_keypoints(pose)
    return [[*pixels[joint], scores[joint]] if found[joint] else None for joint in range(JOINT_COUNT)]


def _placed(pose: Pose3D | None) -> np.ndarray[Any, np.dtype[np.float64]] | None:
    """(19, 3) metres, camera frame; None unless every joint is a number."""
    if pose is None or not np.isfinite(pose.joints).all():
        return None
    return np.asarray(pose.joints, dtype=np.float64)


def _metres(points: np.ndarray[Any, Any]) -> list[list[float]]:
    rounded: list[list[float]] = np.round(points, 4).tolist()
    return rounded


def _number(value: float, digits: int) -> float:
    """Rounded; 0 if not finite (a rate before the second frame)."""
    return round(float(value), digits) if math.isfinite(value) else 0.0
