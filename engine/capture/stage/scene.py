"""The stage as a whole: the camera, the hall, and everyone in it at a given time."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from engine.capture.stage.cast import CAST, LOOP_S
from engine.capture.stage.pose import Figure
from engine.capture.stage.renderer import draw_figures
from engine.geometry import Array, CameraSpec, FloorTrust, Provenance, intrinsics
from engine.types import Image, Truth

FRAME_RATE = 30
"""Frames per second of the clip; the loop is a whole number of frames."""
IMAGE_SIZE = (1280, 720)
_FOCAL = 0.9 * IMAGE_SIZE[0]
_EYE, _TARGET = np.array([0.0, 1.6, 0.0]), np.array([0.0, 0.95, -5.2])
_BACK_WALL_Z = -9.0
_WALL = np.array([96.0, 84.0, 72.0]), np.array([150.0, 138.0, 126.0])
_FLOOR = np.array([70.0, 88.0, 104.0]), np.array([110.0, 132.0, 150.0])
_LINES = (92, 112, 128)


def _look(eye: Array, target: Array) -> CameraSpec:
    """A level camera at `eye`, looking at `target`; metres, world frame."""
    forward = (target - eye) / np.linalg.norm(target - eye)
    right = np.cross(forward, (0.0, 1.0, 0.0))
    right /= np.linalg.norm(right)
    R = np.stack([right, np.cross(forward, right), forward])
    width, height = IMAGE_SIZE
    K = intrinsics(_FOCAL, _FOCAL, width / 2, height / 2)
    return CameraSpec(
        R, -R @ eye, "+y", K, IMAGE_SIZE, provenance=Provenance("file"), floor=FloorTrust(tilt_deg=0.1, height=0.005)
    )


CAMERA_SPEC = _look(_EYE, _TARGET)
CAMERA = CAMERA_SPEC.for_image(*IMAGE_SIZE)


def truth_at(time: float) -> Truth:
    """Where everyone's joints are at `time` seconds."""
    world = np.stack([figure.joints for figure in _figures(time)])
    camera = CAMERA.camera_from_world(world)
    return Truth(camera.astype(np.float32), world.astype(np.float32), CAMERA)


def render(time: float) -> Image:
    """(720, 1280, 3) uint8 BGR: the stage at `time` seconds."""
    image = _hall().copy()
    draw_figures(image, CAMERA, _figures(time))
    return image


def _figures(time: float) -> list[Figure]:
    u = (time / LOOP_S) % 1.0
    return [actor.figure(u) for actor in CAST]


@cache
def _hall() -> Image:
    """(720, 1280, 3) uint8 BGR: the empty stage. Shared: copy before drawing."""
    width, height = IMAGE_SIZE
    horizon = _on_floor(0.0, _BACK_WALL_Z)[1]
    column = np.concatenate([_gradient(*_WALL, horizon), _gradient(*_FLOOR, height - horizon)])
    image = np.repeat(column[:, None].astype(np.uint8), width, axis=1)
    for x in range(-6, 7):
        cv2.line(image, _on_floor(x, _BACK_WALL_Z), _on_floor(x, -2.0), _LINES, 1, cv2.LINE_AA)
    for z in range(-9, -1):
        cv2.line(image, _on_floor(-8.0, z), _on_floor(8.0, z), _LINES, 1, cv2.LINE_AA)
    image.setflags(write=False)
    return image


def _gradient(first: Array, last: Array, rows: int) -> Array:
    """(rows, 3) BGR."""
    return np.linspace(first, last, rows)


def _on_floor(x: float, z: float) -> tuple[int, int]:
    """Pixels of a point of the floor."""
    u, v = CAMERA.project(CAMERA.camera_from_world(np.array([x, 0.0, z]))).astype(int).tolist()
    return u, v
