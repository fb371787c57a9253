"""Draws people on a frame: limbs, joints, ids. One colour per person, the right side of the body darker."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import cv2
import numpy as np

from engine.mosaic import flattened
from engine.skeleton import JOINTS, LIMBS, NECK, PELVIS
from engine.types import Floats, Image, Person, Scene

PALETTE = ("#6892fd", "#f9997b", "#32f4be", "#eb6b92", "#d2de60", "#20a8c4", "#e5aefb", "#c58a2f")
"""Colours by `Person.colour`; the page uses the same where it is dark (webapp/static/js/palette.js)."""

BACKGROUND = (33, 27, 24)
"""BGR of the skeleton-only view."""
INK = (20, 20, 20)
"""BGR of the ids on their plates."""
RIGHT_SHADE = 0.75
"""Relative brightness of the right side of the body, which distinguishes left and right at a glance.
Darker, some colours would have a contrast below 3:1 on the dark floor."""

_LIMBS_2D = tuple((a, b) for a, b in LIMBS if PELVIS not in (a, b)) + tuple(
    (NECK, index) for index, name in enumerate(JOINTS) if name.endswith("_hip")
)
"""The pelvis has no 2D keypoint: the trunk is drawn from the neck to both hips."""


def colour_of(person: Person) -> tuple[int, int, int]:
    """BGR of a person; by id if they are not tracked."""
    code = PALETTE[(person.id if person.colour is None else person.colour) % len(PALETTE)]
    return int(code[5:7], 16), int(code[3:5], 16), int(code[1:3], 16)


def draw(scene: Scene, image: Image | None = None) -> Image:
    """The scene drawn on a copy of `image` (H, W, 3) BGR, or on an empty canvas of the frame's size.

    The image of a rig is the mosaic of all cameras (`engine.mosaic`).
    """
    scene = flattened(scene)
    width, height = scene.camera.image_size
    canvas = np.full((height, width, 3), BACKGROUND, np.uint8) if image is None else image.copy()
    thickness = max(1, round(min(width, height) / 240))
    for person in scene.people:
        _draw_person(canvas, person, thickness)
    return canvas


def _draw_person(canvas: Image, person: Person, thickness: int) -> None:
    points, found = person.pose2d.keypoints, person.pose2d.scores > 0
    colour = colour_of(person)
    for a, b in _LIMBS_2D:
        if found[a] and found[b]:
            cv2.line(canvas, _pixel(points[a]), _pixel(points[b]), _shade(colour, b), thickness * 2, cv2.LINE_AA)
    for joint in np.flatnonzero(found):
        cv2.circle(canvas, _pixel(points[joint]), thickness * 2, (255, 255, 255), -1, cv2.LINE_AA)
        cv2.circle(canvas, _pixel(points[joint]), thickness * 2, _shade(colour, int(joint)), thickness, cv2.LINE_AA)
    if found.any():
        top = points[found][np.argmin(points[found][:, 1])]
        _draw_tag(canvas, str(person.id), _pixel(top - (0, 8 * thickness)), colour, thickness)


def _draw_tag(canvas: Image, text: str, at: tuple[int, int], colour: tuple[int, int, int], thickness: int) -> None:
    """Draw the id, which consists of digits, on a filled plate, kept inside the picture."""
    digits = _digits(thickness)
    ink = np.hstack([digits[digit] for digit in text])
    height, width = ink.shape
    pad = 2 * thickness
    x = int(np.clip(at[0] - width // 2, pad, max(pad, canvas.shape[1] - width - pad)))
    y = int(np.clip(at[1], height + pad, max(height + pad, canvas.shape[0] - pad)))
    cv2.rectangle(canvas, (x - pad, y - height - pad), (x + width + pad, y + pad), colour, -1, cv2.LINE_AA)
    plate = canvas[y - height : y, x : x + width]
    covered = ink[: plate.shape[0], : plate.shape[1], np.newaxis]  # a picture may be smaller than a plate
    plate[...] = (plate + covered * (np.array(INK) - plate)).round()


@cache
def _digits(thickness: int) -> Mapping[str, Floats]:
    """The share of ink in each pixel, (height, width) 0..1, for each digit.

    Drawn once: OpenCV loads its font, 6 MB, in each thread that draws text, and keeps it as long as the thread lives;
    every viewer of the pictures has a thread.
    """
    font, scale = cv2.FONT_HERSHEY_SIMPLEX, 0.25 * thickness + 0.2
    height = cv2.getTextSize("0123456789", font, scale, thickness)[0][1]
    drawn = {}
    for digit in "0123456789":
        width = cv2.getTextSize(digit, font, scale, thickness)[0][0]
        canvas = np.zeros((height, width), np.uint8)
        cv2.putText(canvas, digit, (0, height), font, scale, 255, thickness, cv2.LINE_AA)
        drawn[digit] = (canvas / 255).astype(np.float32)
    return drawn


def _shade(colour: tuple[int, int, int], joint: int) -> tuple[int, int, int]:
    if not JOINTS[joint].startswith("right"):
        return colour
    blue, green, red = (int(channel * RIGHT_SHADE) for channel in colour)
    return blue, green, red


def _pixel(point: np.ndarray) -> tuple[int, int]:
    return round(float(point[0])), round(float(point[1]))
