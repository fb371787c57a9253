"""Finds in a screenshot what a person would see on a canvas."""

from __future__ import annotations

import colorsys

import cv2
import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Locator

from engine.overlay import PALETTE

_HUE_TOLERANCE = 8
"""Tolerance of the hue (0..180): shading changes brightness and saturation, hardly the hue."""
_LEAST_SATURATION = 90
_LEAST_BRIGHTNESS = 70


def look(canvas: Locator) -> NDArray[np.uint8]:
    """(H, W, 3) BGR, one pixel per CSS pixel of the element."""
    encoded = np.frombuffer(canvas.screenshot(scale="css"), np.uint8)
    picture = cv2.imdecode(encoded, cv2.IMREAD_COLOR)
    assert picture is not None
    return picture.astype(np.uint8)


def coloured(picture: NDArray[np.uint8], colour: int) -> NDArray[np.bool_]:
    """(H, W) where the picture has a person's colour, lit or shaded; its hue is the same in both themes."""
    code = PALETTE[colour]
    red, green, blue = (int(code[at : at + 2], 16) / 255 for at in (1, 3, 5))
    hue = colorsys.rgb_to_hsv(red, green, blue)[0] * 180
    hsv = cv2.cvtColor(picture, cv2.COLOR_BGR2HSV).astype(int)
    away = np.abs((hsv[..., 0] - hue + 90) % 180 - 90)
    return (away < _HUE_TOLERANCE) & (hsv[..., 1] > _LEAST_SATURATION) & (hsv[..., 2] > _LEAST_BRIGHTNESS)


def differ(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> bool:
    """Whether something has moved between two pictures of the same size."""
    return a.shape == b.shape and int(np.abs(a.astype(int) - b).max()) > 60
