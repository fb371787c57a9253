"""Fields of view, and what they say of focal lengths that are not in pixels."""

from __future__ import annotations

import math

MAX_DEG = 150.0
"""No lens that pictures straight lines straight sees more."""
NO_LENS_DEG = 170.0
"""A field of view that a mistaken unit explains, and nothing else."""
FULL_FRAME_MM = 36.0
"""Width of the sensor that '35 mm equivalents' are about."""


def field_of_view(focal: float, side: int) -> float:
    """Degrees that `side` pixels see at a focal length in pixels."""
    return math.degrees(2 * math.atan(side / 2 / focal))


def field_of_view_doubts(what: str, fx: float, fy: float, size: tuple[int, int]) -> list[str]:
    """A warning where it sees more than lenses do."""
    angle = max(field_of_view(fx, size[0]), field_of_view(fy, size[1]))
    if angle <= MAX_DEG:
        return []
    return [f"{what} means a field of view of {angle:.0f} degrees: is it in pixels of {size[0]} x {size[1]} images?"]


def not_pixels(focal: float, width: int) -> tuple[str, str]:
    """Error and hint about a focal length that is too short, with what it would be if it were millimetres."""
    error = f"a focal length of {focal:g} pixels is a field of view of {field_of_view(focal, width):.0f} degrees"
    pixels = focal / FULL_FRAME_MM * width
    return error, f"give pixels: if it is {focal:g} mm, of a 36 mm wide sensor: {pixels:.0f} pixels"
