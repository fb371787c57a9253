"""The messages of ROS 2 about one snapshot, as JSON-ready data for rosbridge.

/posecast/markers                 visualization_msgs/MarkerArray: joints, bones and ids, for Foxglove and RViz
/posecast/people                  geometry_msgs/PoseArray: pelvis and facing of everybody who was placed
/posecast/body_3/joints           geometry_msgs/PoseArray: the 19 joints of person 3 in the order of docs/data.md
/tf                               tf2_msgs/TFMessage: the camera and its optical frame
/humans/bodies/tracked            hri_msgs/IdsList (REP 155)
/humans/bodies/body_3/skeleton2d  hri_msgs/Skeleton2D
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np

from engine.geometry import Array, Camera
from engine.outputs.ros_frames import (
    OPTICAL,
    UNTURNED,
    WORLD,
    camera_transforms,
    facing,
    ros_from_camera,
    vectors,
)
from engine.overlay import colour_of
from engine.skeleton import JOINTS, LIMBS, PELVIS
from engine.types import Person, Snapshot
from engine.wire.score import found_keypoints

HRI_KEYPOINTS = (
    "nose", "neck",
    "right_shoulder", "right_elbow", "right_wrist", "left_shoulder", "left_elbow", "left_wrist",
    "right_hip", "right_knee", "right_ankle", "left_hip", "left_knee", "left_ankle",
    "left_eye", "right_eye", "left_ear", "right_ear",
)  # fmt: skip
"""The order of hri_msgs/Skeleton2D: the left eye and ear come first, unlike in OpenPose's order, which it is named
after."""
_HRI_ORDER = [JOINTS.index(name) for name in HRI_KEYPOINTS]
LIFETIME_S = 0.5
"""Seconds after which a viewer removes a marker that was not sent again."""
_SPHERE_LIST, _LINE_LIST, _TEXT = 7, 5, 9
"""Types of visualization_msgs/Marker."""
_JOINT = {"x": 0.05, "y": 0.05, "z": 0.05}
_BONE = {"x": 0.025, "y": 0.0, "z": 0.0}
_LABEL = {"x": 0.0, "y": 0.0, "z": 0.15}
"""Sizes of the markers, metres."""
_ORIGIN = {"x": 0.0, "y": 0.0, "z": 0.0}
_LABEL_ABOVE_M = 0.25

Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Publication:
    """One message to be published."""

    topic: str
    type: str
    message: Data


def body(person: Person) -> str:
    """The id of a person for ROS, whose names must not start with a digit."""
    return f"body_{person.id}"


def publications(snapshot: Snapshot, wall_time: float) -> Iterator[Publication]:
    """Everything about one snapshot; `wall_time` is its capture, seconds since 1970."""
    camera, stamp = snapshot.scene.camera, stamp_of(wall_time)
    placed = [(person, joints) for person in snapshot.scene.people if (joints := _joints(person, camera)) is not None]
    yield Publication("/tf", "tf2_msgs/msg/TFMessage", {"transforms": camera_transforms(camera, stamp)})
    markers = [marker for person, joints in placed for marker in _markers(person, joints, stamp)]
    yield Publication("/posecast/markers", "visualization_msgs/msg/MarkerArray", {"markers": markers})
    poses = [_pose(vectors(joints[[PELVIS]])[0], facing(joints)) for _, joints in placed]
    yield _pose_array("/posecast/people", poses, stamp)
    for person, joints in placed:
        yield _pose_array(f"/posecast/{body(person)}/joints", [_pose(point) for point in vectors(joints)], stamp)
    yield from _hri(snapshot, stamp)


def stamp_of(wall_time: float) -> dict[str, int]:
    """Seconds since 1970 as builtin_interfaces/Time, to a microsecond, which is what a float holds of them."""
    seconds, microseconds = divmod(round(wall_time * 1e6), 1_000_000)
    return {"sec": seconds, "nanosec": microseconds * 1000}


def _joints(person: Person, camera: Camera) -> Array | None:
    """(19, 3) metres, `posecast_world`; None if the person could not be placed."""
    if person.pose3d is None or not np.isfinite(person.pose3d.joints).all():
        return None
    return ros_from_camera(np.asarray(person.pose3d.joints, dtype=np.float64), camera)


def _pose(position: Data, orientation: Data = UNTURNED) -> Data:
    return {"position": position, "orientation": orientation}


def _pose_array(topic: str, poses: list[Data], stamp: dict[str, int]) -> Publication:
    header = {"stamp": stamp, "frame_id": WORLD}
    return Publication(topic, "geometry_msgs/msg/PoseArray", {"header": header, "poses": poses})


def _markers(person: Person, joints: Array, stamp: dict[str, int]) -> list[Data]:
    points = vectors(joints)
    lines = [points[end] for limb in LIMBS for end in limb]
    top = max(points, key=itemgetter("z"))
    above = {**top, "z": round(top["z"] + _LABEL_ABOVE_M, 4)}
    return [
        _marker("joints", person, stamp, type=_SPHERE_LIST, scale=_JOINT, points=points),
        _marker("bones", person, stamp, type=_LINE_LIST, scale=_BONE, points=lines),
        _marker(
            "ids", person, stamp, type=_TEXT, scale=_LABEL, text=str(person.id),
            pose=_pose(above),
        ),
    ]  # fmt: skip


def _marker(namespace: str, person: Person, stamp: dict[str, int], **fields: Any) -> Data:
    blue, green, red = (round(part / 255, 3) for part in colour_of(person))
    return {
        "header": {"stamp": stamp, "frame_id": WORLD},
        "ns": namespace,
        "id": person.id,
        "action": 0,
        "pose": _pose(_ORIGIN),
        "color": {"r": red, "g": green, "b": blue, "a": 1.0},
        "lifetime": stamp_of(LIFETIME_S),
        **fields,
    }


def _hri(snapshot: Snapshot, stamp: dict[str, int]) -> Iterator[Publication]:
    header = {"stamp": stamp, "frame_id": OPTICAL}
    ids = [body(person) for person in snapshot.scene.people]
    yield Publication("/humans/bodies/tracked", "hri_msgs/msg/IdsList", {"header": header, "ids": ids})
    for person in snapshot.scene.people:
        skeleton = _skeleton_2d(person, snapshot.scene.camera.image_size)
        message = {"header": header, "skeleton": skeleton}
        yield Publication(f"/humans/bodies/{body(person)}/skeleton2d", "hri_msgs/msg/Skeleton2D", message)


def _skeleton_2d(person: Person, size: tuple[int, int]) -> list[Data]:
    """18 x hri_msgs/NormalizedPointOfInterest2D: fractions of the picture; confidence 0 where nothing was found."""
    found = found_keypoints(person.pose2d)[:, None]
    points = np.clip(np.asarray(person.pose2d.keypoints, dtype=np.float64) / size, 0, 1).round(5)
    confidences = np.clip(np.asarray(person.pose2d.scores, dtype=np.float64), 0, 1).round(3)
    rows = np.where(found, np.column_stack([points, confidences]), 0.0)[_HRI_ORDER]
    return [{"x": x, "y": y, "c": c} for x, y, c in rows.tolist()]
