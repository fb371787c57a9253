"""Draws figures: every part a shaded tube or a head, the farthest first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np

from engine.capture.stage.brush import tube
from engine.capture.stage.face import draw_head
from engine.capture.stage.pose import SIDES, Figure
from engine.geometry import Array, Camera
from engine.types import Image

Points = dict[str, Array]
"""(3,) metres each, camera frame."""


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    depth: float
    """Metres from the camera: parts are painted in this order, farthest first."""
    draw: Callable[[Image], None]


def draw_figures(image: Image, camera: Camera, figures: Sequence[Figure]) -> None:
    """Shadows, then bodies, onto `image`. Everyone must stand in front of the camera."""
    parts: list[_Part] = []
    for figure in figures:
        _shadows(image, camera, figure)
        points = {name: camera.camera_from_world(point) for name, point in figure.points.items()}
        parts += _parts(figure, camera, points)
    for part in sorted(parts, key=lambda part: -part.depth):
        part.draw(image)


def _shadows(image: Image, camera: Camera, figure: Figure) -> None:
    """Draw a soft dark ellipse on the floor under each ankle."""
    height, width = image.shape[:2]
    for side, _ in SIDES:
        on_floor = camera.camera_from_world(figure.points[f"{side}_ankle"] * (1, 0, 1))
        u, v = camera.project(on_floor).tolist()
        radius = 0.16 * camera.fx / float(on_floor[2])
        left, right = max(0, int(u - 2 * radius)), min(width, int(u + 2 * radius))
        top, bottom = max(0, int(v - radius)), min(height, int(v + radius))
        if right <= left or bottom <= top:
            continue
        dark = np.zeros((bottom - top, right - left), np.float32)
        axes = (max(1, int(1.5 * radius)), max(1, int(0.45 * radius)))
        cv2.ellipse(dark, (int(u - left), int(v - top)), axes, 0, 0, 360, 0.4, -1, cv2.LINE_AA)
        dark = cv2.GaussianBlur(dark, (0, 0), max(0.6, radius * 0.15))
        image[top:bottom, left:right] = image[top:bottom, left:right] * (1 - dark[..., None])


def _parts(figure: Figure, camera: Camera, points: Points) -> Iterator[_Part]:
    for side, _ in SIDES:
        yield from _limbs(figure, camera, points, side)
        yield _flank(figure, camera, points, side)
    body = figure.body
    neck, pelvis, head = points["neck"], points["pelvis"], points["head"]
    yield _tube(figure, camera, neck, pelvis, (0.07, 0.075), np.array(body.shirt), _middle(neck, pelvis) - 0.02)
    hips = points["left_hip"], points["right_hip"]
    yield _tube(figure, camera, *hips, (0.06, 0.06), np.array(body.trousers), float(pelvis[2]) - 0.005)
    yield _tube(figure, camera, neck, (neck + head) / 2, (0.03, 0.03), np.array(body.skin), _middle(neck, head))
    yield _Part(float(head[2]) - 0.03, partial(draw_head, figure=figure, camera=camera, points=points))


def _limbs(figure: Figure, camera: Camera, points: Points, side: str) -> Iterator[_Part]:
    body = figure.body
    for a, b, radii, colour in (
        ("shoulder", "elbow", (0.036, 0.028), body.paint("upper_arm")),
        ("elbow", "wrist", (0.028, 0.019), body.paint("forearm")),
        ("wrist", "hand", (0.02, 0.022), np.array(body.skin)),
        ("hip", "knee", (0.056, 0.038), np.array(body.trousers)),
        ("knee", "ankle", (0.037, 0.024), body.paint("shin")),
        ("heel", "toe", (0.025, 0.022), np.array(body.shoes)),
    ):
        start, end = points[f"{side}_{a}"], points[f"{side}_{b}"]
        yield _tube(figure, camera, start, end, radii, colour, _middle(start, end))


def _flank(figure: Figure, camera: Camera, points: Points, side: str) -> _Part:
    """The side of the trunk, from under the shoulder to beside the hip; as deep as between both."""
    shoulder, hip, neck, pelvis = points[f"{side}_shoulder"], points[f"{side}_hip"], points["neck"], points["pelvis"]
    top = 0.86 * shoulder + 0.14 * neck - 0.02 * (neck - pelvis)
    bottom = 0.75 * hip + 0.25 * pelvis
    depth = float(0.75 * shoulder[2] + 0.25 * hip[2])
    return _tube(figure, camera, top, bottom, (0.052, 0.058), np.array(figure.body.shirt), depth)


def _tube(
    figure: Figure, camera: Camera, start: Array, end: Array, radii: tuple[float, float], colour: Array, depth: float
) -> _Part:
    """`start`, `end`: (3,) metres, camera frame; `radii` in units of the body's thickness."""
    pixels = figure.body.thickness * camera.fx
    draw = partial(
        tube,
        start=camera.project(start),
        end=camera.project(end),
        start_radius=radii[0] * pixels / float(start[2]),
        end_radius=radii[1] * pixels / float(end[2]),
        colour=colour,
    )
    return _Part(depth, draw)


def _middle(a: Array, b: Array) -> float:
    return float(a[2] + b[2]) / 2
