"""Where heads are in a picture, and how they are made unrecognisable.

In: people's 2D keypoints. Out: circles around their heads, and pictures without faces. Lengths come from body
proportions: whatever is seen of a body says how large its head must be at least, since a body that is turned or bent
looks shorter, never longer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from engine.skeleton import JOINT, NECK, NOSE
from engine.types import Floats, Image, Pose2D

_FACE = (NOSE, *(JOINT[f"{side}_{part}"] for part in ("eye", "ear") for side in ("left", "right")))
_HIPS, _SHOULDERS = (tuple(JOINT[f"{side}_{part}"] for side in ("left", "right")) for part in ("hip", "shoulder"))

_RADIUS_M = 0.19
"""Radius around a face that covers it with its hair and chin, and what keypoints are off by; metres."""
_RADIUS_ABOVE_NECK_M = 0.26
"""The same around a head that is only known to be above a neck."""
_NECK_TO_HEAD_M = 0.20
_LENGTHS_M = (
    (_SHOULDERS, 0.36),
    *(((NECK, shoulder), 0.19) for shoulder in _SHOULDERS),
    ((NECK, _HIPS[0]), 0.52),
    ((NECK, _HIPS[1]), 0.52),
    ((NECK, NOSE), 0.22),
    *(((JOINT[f"{side}_shoulder"], JOINT[f"{side}_elbow"]), 0.30) for side in ("left", "right")),
    ((_FACE[1], _FACE[2]), 0.063),
    ((_FACE[3], _FACE[4]), 0.15),
    *(((JOINT[f"{side}_eye"], JOINT[f"{side}_ear"]), 0.09) for side in ("left", "right")),
)
"""(keypoints, metres between them) of an adult of 1.75 m; scaling with the person's own size is implied."""
_ENOUGH = 3
"""With fewer lengths, somebody may well be a mistake of the network's: then heads have at most _MOST_OF_FEW."""
_MOST_OF_FEW = 0.15
"""Radius, as a share of the picture's shorter side."""
_LEAST_SHARE, _MOST_SHARE = 1 / 60, 1 / 2
"""The same: at least, for faces of which a single keypoint is known, and at most, where those of a face lie apart."""
_CELLS = 5
"""Squares across a covered head: coarser than any face can be recognised in."""


@dataclass(frozen=True, slots=True)
class Circle:
    """Pixels of the frame."""

    x: float
    y: float
    radius: float

    def grown(self, factor: float) -> Circle:
        return Circle(self.x, self.y, self.radius * factor)


def head_of(pose: Pose2D, image_size: tuple[int, int]) -> Circle | None:
    """The circle around a head: around its face, or above neck or shoulders where no face was found; None without.

    `image_size`: width and height in pixels.
    """
    side = min(image_size)
    points, found = pose.keypoints, pose.scores > 0
    face = [joint for joint in _FACE if found[joint]]
    metre = _pixels_per_metre(points, found, side)
    least, most = side * _LEAST_SHARE, side * _MOST_SHARE
    if face:
        x, y = points[face].mean(axis=0)
        spread = float(np.hypot(*(points[face] - (x, y)).T).max())
        return Circle(float(x), float(y), max(_RADIUS_M * metre, min(1.5 * spread, most), least))
    base = [NECK] if found[NECK] else [joint for joint in _SHOULDERS if found[joint]]
    if not base or metre == 0:
        return None
    x, y = points[base].mean(axis=0) + _upwards(points, found) * _NECK_TO_HEAD_M * metre
    return Circle(float(x), float(y), max(_RADIUS_ABOVE_NECK_M * metre, least))


def _pixels_per_metre(points: Floats, found: np.ndarray, side: int) -> float:
    """0 if nothing is known."""
    seen = [(a, b, metres) for (a, b), metres in _LENGTHS_M if found[a] and found[b]]
    longest = max((float(np.hypot(*(points[a] - points[b]))) / metres for a, b, metres in seen), default=0.0)
    return longest if len(seen) >= _ENOUGH else min(longest, _MOST_OF_FEW * side / _RADIUS_M)


def _upwards(points: Floats, found: np.ndarray) -> np.ndarray:
    """(2,) of length 1: from the hips to the neck, or the picture's own if one of them is unknown."""
    hips = [joint for joint in _HIPS if found[joint]]
    if hips and found[NECK]:
        trunk = points[NECK] - points[hips].mean(axis=0)
        length = float(np.hypot(*trunk))
        if length > 0:
            return np.asarray(trunk / length)
    return np.array([0.0, -1.0])


def covered(image: Image, circles: Iterable[Circle]) -> Image:
    """A copy of (H, W, 3) BGR in which each circle is a few squares of its mean colours."""
    out = image.copy()
    for circle in circles:
        _cover(out, circle)
    return out


def _cover(image: Image, circle: Circle) -> None:
    height, width = image.shape[:2]
    left, right = (int(np.clip(circle.x + side * circle.radius, 0, width)) for side in (-1, 1))
    top, bottom = (int(np.clip(circle.y + side * circle.radius, 0, height)) for side in (-1, 1))
    if right <= left or bottom <= top:
        return
    area = image[top:bottom, left:right]
    cells = cv2.resize(area, (_CELLS, _CELLS), interpolation=cv2.INTER_AREA)
    squares = cv2.resize(cells, (right - left, bottom - top), interpolation=cv2.INTER_NEAREST)
    ys, xs = np.ogrid[top:bottom, left:right]
    inside = (xs - circle.x) ** 2 + (ys - circle.y) ** 2 <= circle.radius**2
    area[inside] = squares[inside]
