"""Small scenes for the tests of the web server: a person standing before the default camera."""

from __future__ import annotations

import numpy as np

from engine.geometry import DEFAULT_CAMERA, CameraSpec
from engine.skeleton import JOINT_COUNT, PELVIS
from engine.types import BackendInfo, Floats, Frame, Person, Pose2D, Pose3D, Scene, Snapshot

BACKEND = BackendInfo("openvino", "CPU", "bf16")
SIZE = (320, 180)


def joints(x: float = 0.0, z: float = 3.0) -> Floats:
    """(19, 3) metres, camera frame: joints on a small spiral around (x, 0, z)."""
    turn = np.linspace(0, 6, JOINT_COUNT)
    return np.stack([x + np.cos(turn) / 4, turn / 4 - 0.7, z + np.sin(turn) / 4], axis=1).astype(np.float32)


def person(id: int = 1, *, x: float = 0.0, has_3d: bool = True, score: float = 0.8) -> Person:
    camera = DEFAULT_CAMERA.for_image(*SIZE)
    keypoints = camera.project(joints(x)).astype(np.float32)
    scores = np.full(JOINT_COUNT, score, np.float32)
    keypoints[PELVIS], scores[PELVIS] = np.nan, 0
    return Person(id, Pose2D(keypoints, scores, 12.5), Pose3D(joints(x)) if has_3d else None)


def snapshot(
    index: int = 0, people: tuple[Person, ...] = (), *, camera: CameraSpec = DEFAULT_CAMERA, captured_at: float = 0.0
) -> Snapshot:
    width, height = SIZE
    image = np.full((height, width, 3), (index * 7) % 256, np.uint8)
    frame = Frame(index, index / 25, captured_at, image)
    scene = Scene(index, index / 25, people, camera.for_image(width, height))
    return Snapshot(scene, frame, BACKEND, {"capture": 2.1, "infer": 24.8889, "decode": 0.2})
