"""The stage's people as four cameras would see them, with noise, ids of their own, and joints that are missed."""

from __future__ import annotations

import numpy as np

from engine.calibration.observations import Seen
from engine.capture import stage
from engine.geometry import Array, Camera
from engine.skeleton import JOINT_COUNT, PELVIS
from engine.types import Pose2D


def seen_by(camera: Camera, number: int, *, people: int = 5, noise: float = 4.0, step: int = 12) -> list[Seen]:
    """What the stage's camera sees in its loop, every `step` frames."""
    random = np.random.default_rng(number)
    ids = random.permutation(people)
    frames = []
    for index in range(0, int(stage.LOOP_S * stage.FRAME_RATE), step):
        joints = stage.truth_at(index / stage.FRAME_RATE, camera).joints_camera.astype(float)
        poses = {int(ids[at]): _pose(camera, joints[at], random, noise) for at in range(people)}
        frames.append(Seen(index / stage.FRAME_RATE, poses))
    return frames


def _pose(camera: Camera, joints: Array, random: np.random.Generator, noise: float) -> Pose2D:
    pixels = camera.project(joints) + random.normal(0, noise, (JOINT_COUNT, 2))
    inside = np.isfinite(pixels).all(axis=1) & (pixels > 0).all(axis=1) & (pixels < camera.image_size).all(axis=1)
    found = inside & (random.random(JOINT_COUNT) > 0.15)
    found[PELVIS] = False
    keypoints = np.where(found[:, None], pixels, np.nan).astype(np.float32)
    return Pose2D(keypoints, np.where(found, 0.8, 0.0).astype(np.float32), 1.0)


def apart(R: Array, other: Array) -> float:
    """Degrees between two rotations."""
    return float(np.degrees(np.arccos(np.clip((np.trace(R @ other.T) - 1) / 2, -1, 1))))
