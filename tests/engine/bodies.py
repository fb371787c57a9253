"""Bodies to test with: a plain skeleton, cameras to see it, and what would be found of it in the image."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from engine.geometry import Array, Camera, rotation_from_vector
from engine.skeleton import JOINT, JOINT_COUNT, JOINTS, PELVIS
from engine.types import Pose2D

_PLACES = {
    "neck": (0.0, -0.52, 0.0), "nose": (0.0, -0.68, -0.1), "pelvis": (0.0, 0.0, 0.0),
    "shoulder": (0.18, -0.5, 0.0), "elbow": (0.22, -0.22, 0.02), "wrist": (0.24, 0.03, -0.05),
    "hip": (0.1, 0.02, 0.0), "knee": (0.11, 0.46, -0.02), "ankle": (0.12, 0.9, 0.0),
    "eye": (0.03, -0.72, -0.08), "ear": (0.08, -0.7, 0.0),
}  # fmt: skip
ANKLE_TO_FLOOR_M = 0.08


def _place(name: str) -> tuple[float, float, float]:
    side, _, part = name.rpartition("_")
    x, y, z = _PLACES[part]
    return (-x if side == "right" else x), y, z


STANDING = np.array([_place(name) for name in JOINTS])
"""(19, 3) metres, relative to the pelvis, axes of the camera frame: somebody standing, 1.72 m tall, facing the
camera; the left side is at +x."""

SITTING = STANDING.copy()
"""(19, 3) the same person on a chair."""
for _side in ("left", "right"):
    SITTING[JOINT[f"{_side}_knee"]] += (0.0, -0.4, -0.42)
    SITTING[JOINT[f"{_side}_ankle"]] += (0.0, -0.4, -0.42)


def turned(body: Array, *, yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0) -> Array:
    """The body turned about its own vertical axis, then leaned; radians."""
    lean = rotation_from_vector(np.array([pitch, 0.0, roll]))
    return body @ (lean @ rotation_from_vector(np.array([0.0, yaw, 0.0]))).T


def seen(joints: Array, camera: Camera, *, score: float = 20.0, missing: tuple[int, ...] = ()) -> Pose2D:
    """(19, 3) metres, camera frame -> the pose that a perfect network finds, without the joints in `missing`."""
    keypoints = camera.project(joints).astype(np.float32)
    scores = np.full(JOINT_COUNT, 0.9, np.float32)
    for joint in (PELVIS, *missing):
        keypoints[joint], scores[joint] = np.nan, 0.0
    return Pose2D(keypoints, scores, score)


@st.composite
def rotations(draw: st.DrawFn) -> Array:
    """(3, 3) any rotation."""
    vector = draw(st.tuples(*[st.floats(-3.0, 3.0)] * 3))
    return rotation_from_vector(np.array(vector))


@st.composite
def cameras(draw: st.DrawFn) -> Camera:
    """Cameras of many shapes: landscape and portrait, unequal focal lengths, principal point off the centre."""
    width, height = draw(st.sampled_from([(1280, 720), (720, 1280), (640, 480), (1088, 1920), (333, 250)]))
    fx = draw(st.floats(0.5, 2.0)) * width
    fy = fx * draw(st.floats(0.8, 1.25))
    cx, cy = draw(st.floats(0.3, 0.7)) * width, draw(st.floats(0.3, 0.7)) * height
    t = np.array(draw(st.tuples(*[st.floats(-5.0, 5.0)] * 3)))
    return Camera((width, height), fx, fy, cx, cy, draw(rotations()), t)
