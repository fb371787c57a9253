"""The shape of pixels: width over height. Everything after capture works on square ones.

Recorders and film formats store fewer columns (or rows) than are shown; a sample aspect ratio says by how much.
"""

from __future__ import annotations

import re
from fractions import Fraction

SQUARE = Fraction(1)
NARROWEST, WIDEST = Fraction(1, 8), Fraction(8)
"""Ratios beyond these come from damaged files: recorders use up to 4."""

_RATIO = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)(?:[:/](\d{1,6}(?:\.\d{1,6})?))?")


def parse_pixel_aspect(text: str) -> Fraction | None:
    """'2:1', '64/45' or '1.333' as a ratio; None for anything else, and for implausible ratios."""
    match = _RATIO.fullmatch(text.strip())
    if match is None or (match[2] is not None and Fraction(match[2]) == 0):
        return None
    ratio = Fraction(match[1]) / Fraction(match[2] or "1")
    return ratio if is_plausible(ratio) else None


def is_plausible(ratio: Fraction) -> bool:
    return NARROWEST <= ratio <= WIDEST


def square_size(width: int, height: int, pixel_aspect: Fraction) -> tuple[int, int]:
    """(width, height) of the same picture with square pixels: one side grows, so that no detail is lost."""
    if pixel_aspect >= 1:
        return round(width * pixel_aspect), height
    return width, round(height / pixel_aspect)
