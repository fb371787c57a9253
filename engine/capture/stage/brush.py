"""Two shapes with sub-pixel edges: the shaded tube of a limb and the filled ellipse of a face."""

from __future__ import annotations

import cv2
import numpy as np

from engine.geometry import Array
from engine.types import Image

LIGHT = np.array([-0.5, -0.8]) / np.hypot(0.5, 0.8)
"""(2,) unit vector in the picture, towards the light."""

_SUBPIXELS = 16
_SHIFT = 4  # 16 = 2 ** 4
_SHADES = ((1.0, 0.0, 0.62), (0.82, 0.14, 0.82), (0.6, 0.28, 1.0), (0.3, 0.42, 1.13))
"""Nested strips of a tube: width, offset towards the light (both per radius), brightness."""


def tube(image: Image, start: Array, end: Array, start_radius: float, end_radius: float, colour: Array) -> None:
    """A tapered capsule from `start` to `end` (pixels), lit from the upper left; draws onto `image`."""
    along = _unit(end - start)
    across = np.array([-along[1], along[0]])
    if across @ LIGHT <= 0:
        across = -across
    towards_light = across * min(1.0, abs(across @ LIGHT) + 0.25)
    for width, offset, brightness in _SHADES:
        shade = _bgr(colour * brightness)
        a, b = start + towards_light * offset * start_radius, end + towards_light * offset * end_radius
        side_a, side_b = across * start_radius * width, across * end_radius * width
        corners = np.array([a + side_a, b + side_b, b - side_b, a - side_a])
        cv2.fillConvexPoly(image, np.round(corners * _SUBPIXELS).astype(np.int32), shade, cv2.LINE_AA, _SHIFT)
        for centre, radius in ((a, start_radius * width), (b, end_radius * width)):
            cv2.circle(image, _fixed(centre), max(1, int(radius * _SUBPIXELS)), shade, -1, cv2.LINE_AA, _SHIFT)


def ellipse(image: Image, centre: Array, axes: tuple[float, float], degrees: float, colour: Array) -> None:
    """A filled ellipse of two half-axes (pixels), the first along `degrees`; draws onto `image`."""
    half = (max(1, int(axes[0] * _SUBPIXELS)), max(1, int(axes[1] * _SUBPIXELS)))
    cv2.ellipse(image, _fixed(centre), half, degrees, 0, 360, _bgr(colour), -1, cv2.LINE_AA, _SHIFT)


def _unit(vector: Array) -> Array:
    """A limb that points at the camera has no direction in the picture: any will do."""
    length = np.linalg.norm(vector)
    return vector / length if length > 1e-6 else np.array([0.0, 1.0])


def _fixed(point: Array) -> tuple[int, int]:
    x, y = np.round(point * _SUBPIXELS).astype(int).tolist()
    return x, y


def _bgr(colour: Array) -> tuple[float, ...]:
    return tuple(np.clip(colour, 0, 255).tolist())
