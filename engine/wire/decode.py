"""Decodes scenes from JSON: to the public `Scene`, and to the engine's own types for replays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from engine import geometry, types
from engine.distortion import shortest
from engine.errors import PosecastError
from engine.skeleton import JOINT_COUNT
from engine.wire.encode import VERSION, Wire
from engine.wire.scene import Array, Camera, Person, Scene

_MISSING = (np.nan, np.nan, 0.0)
_SCENE_FIELDS = frozenset({"version", *Scene.__dataclass_fields__})
_PERSON_FIELDS = frozenset(Person.__dataclass_fields__)


def parse_scene(wire: Any) -> Scene:
    """The scene that JSON-ready data describes; fields unknown to this version are in `extra`.

    Raises PosecastError if it is not a scene, or of a later version of the format.
    """
    try:
        if wire["version"] != VERSION:
            raise PosecastError(f"the scene has version {wire['version']!r:.20}, not {VERSION}", "update posecast")
        return _scene(wire)
    except KeyError as error:
        raise _not_a_scene(f"{error} is missing") from error
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        raise _not_a_scene(str(error)) from error


def camera_from_wire(wire: Wire) -> geometry.Camera | None:
    """The engine's camera of a scene that `scene_to_wire` wrote; None in scenes of older versions."""
    if "camera" not in wire:
        return None
    return _engine_camera(wire["camera"], wire["image_size"], wire["up"])


def _engine_camera(told: Wire, image_size: Any, up: str) -> geometry.Camera:
    width, height = image_size
    R, t = _shaped(told["R"], (3, 3)), _shaped(told["t"], (3,))
    provenance = geometry.Provenance(told["source"], told["intrinsics"], told["revision"])
    fx, fy, cx, cy = (float(told[name]) for name in ("fx", "fy", "cx", "cy"))
    distortion = shortest(told.get("distortion", ()))
    return geometry.Camera((width, height), fx, fy, cx, cy, R, t, up, provenance, distortion=distortion)


def scene_from_wire(wire: Wire, camera: geometry.Camera) -> types.Scene:
    """The engine's scene, seen by `camera`; `wire` must come from `scene_to_wire`."""
    cameras = {
        name: _engine_camera(told, told["image_size"], wire["up"]) for name, told in wire.get("cameras", {}).items()
    }
    people = tuple(_tracked(person, camera) for person in wire["people"])
    return types.Scene(wire["frame"], wire["time"], people, camera, cameras)


def found_from_wire(wire: Wire) -> types.Found:
    """The people of the scene in 2D, and what found them; `wire` must come from `scene_to_wire`."""
    poses = tuple(_pose2d(person["keypoints_2d"], person["score"]) for person in wire["people"])
    return types.Found(poses, backend_from_wire(wire))


def backend_from_wire(wire: Wire) -> types.BackendInfo:
    """The backend that computed the scene."""
    return types.BackendInfo(wire["backend"], wire["device"], wire["precision"])


def events_from_wire(wire: Mapping[str, Any]) -> tuple[types.Event, ...]:
    """The events of a scene; none in scenes of older versions."""
    return tuple(_event(event) for event in wire.get("events", ()))


def _event(wire: Mapping[str, Any]) -> types.Event:
    return types.Event(
        kind=str(wire["kind"]),
        time=float(wire["time"]),
        wall_time=float(wire["wall_time"]),
        label=str(wire["label"]),
        person=None if wire["person"] is None else int(wire["person"]),
        people=tuple(int(person) for person in wire.get("people", ())),
        zone=wire.get("zone"),
        value=None if wire.get("value") is None else float(wire["value"]),
    )


def _scene(wire: Mapping[str, Any]) -> Scene:
    width, height = wire["image_size"]
    return Scene(
        frame=int(wire["frame"]),
        time=float(wire["time"]),
        wall_time=float(wire["wall_time"]),
        image_size=(int(width), int(height)),
        people=tuple(_person(person) for person in wire["people"]),
        up=str(wire["up"]),
        fps=float(wire["fps"]),
        backend=str(wire["backend"]),
        device=str(wire["device"]),
        precision=str(wire["precision"]),
        timings_ms=dict(wire["timings_ms"]),
        camera=_camera(wire["camera"]) if "camera" in wire else None,
        events=events_from_wire(wire),
        extra={name: value for name, value in wire.items() if name not in _SCENE_FIELDS},
    )


def _camera(wire: Mapping[str, Any]) -> Camera:
    return Camera(
        source=str(wire["source"]),
        intrinsics=str(wire["intrinsics"]),
        revision=int(wire["revision"]),
        R=_shaped(wire["R"], (3, 3)),
        t=_shaped(wire["t"], (3,)),
        **{name: float(wire[name]) for name in ("fx", "fy", "cx", "cy", "height_m", "tilt_deg", "roll_deg")},
        distortion=shortest(wire.get("distortion", ())),
    )


def _shaped(values: Any, shape: tuple[int, ...]) -> Array:
    array = np.array(values, np.float64)
    if array.shape != shape:
        raise ValueError(f"numbers of shape {shape} are expected for a camera, not {array.shape}")
    return array


def _person(wire: Mapping[str, Any]) -> Person:
    return Person(
        id=int(wire["id"]),
        score=float(wire["score"]),
        keypoints_2d=_keypoints(wire["keypoints_2d"]),
        joints_3d=_joints(wire["joints_3d"]),
        joints_camera=_joints(wire["joints_camera"]),
        colour=None if wire.get("colour") is None else int(wire["colour"]),
        height_m=None if wire.get("height_m") is None else float(wire["height_m"]),
        height_kind=wire.get("height_kind"),
        extra={name: value for name, value in wire.items() if name not in _PERSON_FIELDS},
    )


def _tracked(wire: Wire, camera: geometry.Camera) -> types.Person:
    views = {
        name: types.PersonView(_pose2d(view["keypoints_2d"], wire["score"]), view["error_px"])
        for name, view in wire.get("views", {}).items()
    }
    joints = _joints(wire["joints_camera"])
    if views and joints is not None:  # they are in the frame of the first camera that sees the person
        joints = np.asarray(camera.camera_from_world(_rows(wire["joints_3d"])), np.float64)
    pose3d = None if joints is None else types.Pose3D(joints.astype(np.float32))
    pose2d = _pose2d(wire["keypoints_2d"], wire["score"])
    return types.Person(
        wire["id"], pose2d, pose3d, wire.get("height_m"), wire.get("height_kind", "assumed"),
        colour=wire.get("colour"), angles=wire.get("angles"), views=views,
    )  # fmt: skip


def _pose2d(entries: Any, score: float) -> types.Pose2D:
    keypoints = _keypoints(entries).astype(np.float32)
    return types.Pose2D(keypoints[:, :2], keypoints[:, 2], score)


def _keypoints(entries: Any) -> Array:
    """(19, 3) x, y, confidence; NaN, NaN, 0 for null."""
    return _rows([_MISSING if entry is None else entry for entry in entries])


def _joints(entries: Any) -> Array | None:
    """(19, 3) metres; None for an empty list."""
    return _rows(entries) if len(entries) else None


def _rows(entries: Any) -> Array:
    rows = np.array(entries, np.float64)
    if rows.shape != (JOINT_COUNT, 3):
        raise ValueError(f"{JOINT_COUNT} x 3 numbers are expected for a person, not {rows.shape}")
    return rows


def _not_a_scene(reason: str) -> PosecastError:
    return PosecastError(f"not a scene: {reason:.200}", "scenes are the lines that `posecast infer` writes")
