"""The figure of a test: one person in T-pose before the neutral camera, for targets to show that they receive."""

from __future__ import annotations

import time

import numpy as np

from engine.geometry import DEFAULT_CAMERA
from engine.outputs.moment import Moment
from engine.skeleton import JOINTS, PELVIS
from engine.types import BackendInfo, Frame, Person, Pose2D, Pose3D, Scene, Snapshot
from engine.wire import dumps, scene_to_wire

_SIZE = (1280, 720)
_PELVIS = (0.0, 0.95, -3.0)
"""Metres, world frame of the neutral camera, which has y up and looks along -z."""
_PLACES = {
    "neck": (0.0, 0.52, 0.0), "nose": (0.0, 0.66, 0.1), "pelvis": (0.0, 0.0, 0.0),
    "shoulder": (0.18, 0.5, 0.0), "elbow": (0.46, 0.5, 0.0), "wrist": (0.71, 0.5, 0.0),
    "hip": (0.1, -0.02, 0.0), "knee": (0.1, -0.46, 0.0), "ankle": (0.1, -0.87, 0.0),
    "eye": (0.03, 0.7, 0.08), "ear": (0.08, 0.68, 0.0),
}  # fmt: skip
"""Metres from the pelvis: x to the left side of the person, y up, z ahead."""


def t_pose(identity: int = 1) -> Snapshot:
    """A snapshot of one person who stands upright, faces the camera and stretches the arms sideways."""
    camera = DEFAULT_CAMERA.for_image(*_SIZE)
    joints = camera.camera_from_world(np.array([_place(name) for name in JOINTS]) + _PELVIS)
    keypoints, scores = camera.project(joints).astype(np.float32), np.ones(len(JOINTS), np.float32)
    keypoints[PELVIS], scores[PELVIS] = np.nan, 0
    person = Person(identity, Pose2D(keypoints, scores, 18.0), Pose3D(joints.astype(np.float32)))
    frame = Frame(0, 0.0, time.monotonic(), np.zeros((_SIZE[1], _SIZE[0], 3), np.uint8))
    return Snapshot(Scene(0, 0.0, (person,), camera), frame, BackendInfo("test", "none", "none"))


def test_moment() -> Moment:
    """The figure, now."""
    snapshot, now = t_pose(), time.time()
    return Moment(snapshot, now, lambda: dumps(scene_to_wire(snapshot, fps=0.0, wall_time=now)), test=True)


def _place(name: str) -> tuple[float, float, float]:
    side, _, part = name.rpartition("_")
    x, y, z = _PLACES[part]
    return (-x if side == "right" else x), y, z
