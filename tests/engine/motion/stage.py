"""Recordings of the demo stage's truth, with noise and gaps where a test needs them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from engine.capture.stage import CAMERA, truth_at
from engine.motion.motion import Array, Motion
from engine.skeleton import PELVIS
from engine.wire import dumps

RATE = 30.0
PEOPLE = 5


@cache
def truth(seconds: float = 6.0) -> Array:
    """(P, T, 19, 3) metres, world frame, y up. Shared: copy before changing."""
    frames = round(seconds * RATE)
    joints = np.stack([truth_at(frame / RATE).joints_world for frame in range(frames)], axis=1).astype(float)
    joints.setflags(write=False)
    return joints


def motion(person: int = 2, seconds: float = 6.0, noise_m: float = 0.0) -> Motion:
    """One person of the stage, seen in every frame."""
    joints = truth(seconds)[person].copy()
    joints += noise_m * np.random.default_rng(person).standard_normal(joints.shape)
    times = np.arange(len(joints)) / RATE
    keypoints = np.full(joints.shape, 0.9)
    return Motion(person + 1, None, times, joints, keypoints, "+y")


def mpjpe_mm(found: Array, true: Array) -> float:
    """(T, 19, 3) twice, metres -> millimetres, both pelvises at the origin; where both are there."""
    distances = np.linalg.norm(found - found[:, [PELVIS]] - true + true[:, [PELVIS]], axis=-1)
    return float(1000 * np.nanmean(distances))


def wire(frame: int, time: float, people: Iterable[dict[str, Any]], up: str = "+y") -> dict[str, Any]:
    """A scene as JSON-ready data."""
    return {
        "version": 1, "frame": frame, "time": round(time, 4), "wall_time": 1795358400 + time,
        "image_size": list(CAMERA.image_size), "backend": "openvino", "device": "CPU", "precision": "fp32",
        "fps": RATE, "up": up, "timings_ms": {}, "people": list(people),
    }  # fmt: skip


def person_wire(identity: int, joints: Array | None) -> dict[str, Any]:
    """A person as JSON-ready data; `joints` (19, 3) metres, world frame of the stage."""
    if joints is None:
        return {"id": identity, "score": 0.5, "keypoints_2d": [None] * 19, "joints_3d": [], "joints_camera": []}
    in_camera = CAMERA.camera_from_world(joints)
    keypoints: list[Any] = np.column_stack([CAMERA.project(in_camera), np.full(len(joints), 0.9)]).round(3).tolist()
    keypoints[PELVIS] = None
    return {
        "id": identity, "score": 0.9, "keypoints_2d": keypoints,
        "joints_3d": joints.round(4).tolist(), "joints_camera": in_camera.round(4).tolist(),
    }  # fmt: skip


def write_recording(
    path: Path,
    seconds: float = 6.0,
    noise_m: float = 0.0,
    identity: Callable[[int, int], int | None] = lambda person, frame: person + 1,
    time: Callable[[int], float] = lambda frame: frame / RATE,
) -> Path:
    """Write the stage as a recording. `identity(person, frame)` is the id, or None where the person is not seen."""
    joints = truth(seconds)
    noise = noise_m * np.random.default_rng(1).standard_normal(joints.shape)
    with path.open("w", encoding="utf-8") as file:
        for frame in range(joints.shape[1]):
            ids = [(person, identity(person, frame)) for person in range(PEOPLE)]
            there = [
                person_wire(seen, joints[person, frame] + noise[person, frame])
                for person, seen in ids
                if seen is not None
            ]
            file.write(dumps(wire(frame, time(frame), there)) + "\n")
    return path
