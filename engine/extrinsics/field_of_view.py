"""Fields of view, and how they reveal focal lengths that are not in pixels."""

from __future__ import annotations

import math

MAX_DEG = 150.0
"""Maximum field of view of a rectilinear lens, degrees."""
NO_LENS_DEG = 170.0
"""Field of view, degrees, above which the focal length must be in another unit."""
FULL_FRAME_MM = 36.0
"""Width of the sensor that '35 mm equivalent' focal lengths refer to, mm."""


def field_of_view(focal: float, side: int) -> float:
    """Degrees that `side` pixels see at a focal length in pixels."""
    return math.degrees(2 * math.atan(side / 2 / focal))


def field_of_view_doubts(what: str, fx: float, fy: float, size: tuple[int, int]) -> list[str]:
    """A warning if the field of view is larger than any lens's."""
    angle = max(field_of_view(fx, size[0]), field_of_view(fy, size[1]))
    if angle <= MAX_DEG:
        return []
    return [f"{what} means a field of view of {angle:.0f} degrees: is it in pixels of {size[0]} x {size[1]} images?"]


def not_pixels(focal: float, width: int) -> tuple[str, str]:
    """Error and hint for a focal length that is too short, with its value in pixels if it is in millimetres."""
    error = f"a focal length of {focal:g} pixels is a field of view of {field_of_view(focal, width):.0f} degrees"
    pixels = focal / FULL_FRAME_MM * width
    return error, f"give pixels: if it is {focal:g} mm, of a 36 mm wide sensor: {pixels:.0f} pixels"
