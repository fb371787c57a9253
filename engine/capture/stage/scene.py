"""The stage as a whole: its cameras, the hall, and everyone in it at a given time."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from engine.capture.stage.cast import CAST, LOOP_S
from engine.capture.stage.pose import Figure
from engine.capture.stage.renderer import draw_figures
from engine.geometry import Array, Camera, CameraSpec, FloorTrust, Provenance, intrinsics
from engine.types import Image, Truth

FRAME_RATE = 30
"""Frames per second of the clip; the loop is a whole number of frames."""
IMAGE_SIZE = (1280, 720)
_FOCAL = 0.9 * IMAGE_SIZE[0]
_TARGET = np.array([0.0, 0.95, -5.2])
_EYES = ((0.0, 1.6, 0.0), (4.4, 2.2, -1.0), (-4.6, 2.0, -1.4), (2.1, 2.5, -11.2))
"""Metres, world frame: the camera of `demo`, and three others around the people."""
_WALL_M = 9.0
"""Metres from each camera to the wall that it sees behind the people."""
_NEAR_M = 0.5
"""Metres in front of a camera from which on the lines of the floor are drawn."""
_STEPS = 200
"""Points of a line that may be its ends."""
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


CAMERA_SPECS = tuple(_look(np.array(eye), _TARGET) for eye in _EYES)
"""The cameras of `demo:0`, `demo:1`, …"""
CAMERAS = tuple(spec.for_image(*IMAGE_SIZE) for spec in CAMERA_SPECS)
CAMERA_SPEC, CAMERA = CAMERA_SPECS[0], CAMERAS[0]
"""The camera of `demo`."""


def truth_at(time: float, camera: Camera = CAMERA) -> Truth:
    """Where everyone's joints are at `time` seconds, as one of CAMERAS sees them."""
    world = np.stack([figure.joints for figure in _figures(time)])
    seen = camera.camera_from_world(world)
    return Truth(seen.astype(np.float32), world.astype(np.float32), camera)


def render(time: float, camera: Camera = CAMERA) -> Image:
    """(720, 1280, 3) uint8 BGR: the stage at `time` seconds, as one of CAMERAS sees it."""
    image = _hall(camera).copy()
    draw_figures(image, camera, _figures(time))
    return image


def _figures(time: float) -> list[Figure]:
    u = (time / LOOP_S) % 1.0
    return [actor.figure(u) for actor in CAST]


@cache
def _hall(camera: Camera) -> Image:
    """(720, 1280, 3) uint8 BGR: the empty stage. Shared: copy before drawing."""
    width, height = IMAGE_SIZE
    horizon = _foot_of_the_wall(camera)
    column = np.concatenate([_gradient(*_WALL, horizon), _gradient(*_FLOOR, height - horizon)])
    image = np.repeat(column[:, None].astype(np.uint8), width, axis=1)
    for x in range(-6, 7):
        _line(image, camera, (x, -9.0), (x, -2.0))
    for z in range(-9, -1):
        _line(image, camera, (-8.0, z), (8.0, z))
    image.setflags(write=False)
    return image


def _gradient(first: Array, last: Array, rows: int) -> Array:
    """(rows, 3) BGR."""
    return np.linspace(first, last, rows)


def _foot_of_the_wall(camera: Camera) -> int:
    """The row of pixels at which the floor ends."""
    foot = (camera.position + _heading(camera) * _WALL_M) * (1, 0, 1)
    return int(camera.project(camera.camera_from_world(foot))[1])


def _heading(camera: Camera) -> Array:
    """(3,) horizontal unit vector, world frame."""
    forward = camera.R[2] * (1, 0, 1)
    return np.asarray(forward / np.linalg.norm(forward))


def _line(image: Image, camera: Camera, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw the part of a line of the floor, from x, z to x, z in metres, that lies before the camera and its wall."""
    a, b = np.array([(x, 0.0, z) for x, z in (start, end)])
    points = a + (b - a) * np.linspace(0.0, 1.0, _STEPS)[:, None]
    ahead = (points - camera.position) @ _heading(camera)
    points = points[(ahead > _NEAR_M) & (ahead < _WALL_M + _NEAR_M / 10)]
    if len(points) > 1:
        first, last = camera.project(camera.camera_from_world(points[[0, -1]])).astype(int).tolist()
        cv2.line(image, first, last, _LINES, 1, cv2.LINE_AA)
