"""Draws a head from ellipses, by the direction it faces."""

from __future__ import annotations

import math

import numpy as np

from engine.capture.stage.brush import LIGHT, ellipse
from engine.capture.stage.pose import Figure
from engine.geometry import Array, Camera
from engine.types import Image

_WHITE, _IRIS = np.array([235.0, 235.0, 235.0]), np.array([40.0, 35.0, 30.0])
_LIPS = np.array([0.7, 0.55, 0.8])


class _Head:
    """A head as seen by the camera; lengths are given in head radii, y up, z out of the face."""

    def __init__(self, image: Image, figure: Figure, camera: Camera, points: dict[str, Array]) -> None:
        self.image = image
        self.points = points
        self.camera = camera
        self.turn = camera.R @ figure.head_rotation  # camera_from_head
        self.radius = figure.body.head / 2
        self.pixels = self.radius * camera.fx / float(points["head"][2])
        self.centre = camera.project(points["head"])
        up = self.turn @ (0.0, 1.0, 0.0)
        self.degrees = math.degrees(math.atan2(up[1], up[0]))

    def offset(self, x: float, y: float, z: float) -> Array:
        """(2,) pixels of a point of the head, without perspective."""
        return self.centre + (self.turn @ (x, y, z))[:2] * self.pixels

    def oval(self, centre: Array, along: float, across: float, colour: Array) -> None:
        ellipse(self.image, centre, (along * self.pixels, across * self.pixels), self.degrees, colour)

    def in_front(self, name: str, by: float) -> bool:
        """Whether a point is nearer to the camera than the centre of the head, by so many metres."""
        return bool(self.points[name][2] < self.points["head"][2] - by)

    def feature(self, name: str) -> Array:
        return self.camera.project(self.points[name])


def draw_head(image: Image, figure: Figure, camera: Camera, points: dict[str, Array]) -> None:
    """`points`: (3,) metres each, camera frame. Draws onto `image`."""
    head = _Head(image, figure, camera, points)
    skin, hair = np.array(figure.body.skin), np.array(figure.body.hair)
    looks_at_camera = head.turn[2, 2] <= 0
    if looks_at_camera:
        head.oval(head.offset(0, 0.14, -0.2), 1.04, 0.9, hair)
        head.oval(head.centre, 1.05, 0.78, skin * 0.75)
        head.oval(head.centre + LIGHT * head.pixels * 0.12, 0.95, 0.68, skin)
        head.oval(head.offset(0, 0.75, 0.1), 0.42, 0.72, hair)
    else:
        head.oval(head.centre, 1.08, 0.82, skin * 0.8)
        head.oval(head.offset(0, 0.12, -0.15), 1.02, 0.9, hair)
    _features(head, skin)


def _features(head: _Head, skin: Array) -> None:
    for name in ("left_ear", "right_ear"):
        if head.in_front(name, -0.02):
            head.oval(head.feature(name), 0.16 * 1.3, 0.16, skin * 0.85)
    for name in ("left_eye", "right_eye"):
        if head.in_front(name, 0.15 * head.radius):
            head.oval(head.feature(name), 0.13, 0.17, _WHITE)
            head.oval(head.feature(name), 0.11, 0.09, _IRIS)
    if head.in_front("nose", 0.0):
        head.oval(head.feature("nose"), 0.2, 0.11, skin * 0.82)
        head.oval(head.offset(0, -0.5, 0.82), 0.07, 0.25, skin * _LIPS)
