"""Polygons on the floor: (x, z) corners in metres, in order along the edge."""

from __future__ import annotations

import math
from collections.abc import Sequence

Point = tuple[float, float]


def depth(point: Point, corners: Sequence[Point]) -> float:
    """Metres from the edge: positive inside, negative outside."""
    x, z = point
    inside, nearest = False, math.inf
    before = corners[-1]
    for corner in corners:
        (x0, z0), (x1, z1) = before, corner
        if (z0 > z) != (z1 > z) and x < x0 + (z - z0) / (z1 - z0) * (x1 - x0):
            inside = not inside
        nearest = min(nearest, _distance(x - x0, z - z0, x1 - x0, z1 - z0))
        before = corner
    return nearest if inside else -nearest


def area(corners: Sequence[Point]) -> float:
    """Square metres (the shoelace formula); 0 for corners on a line."""
    twice = 0.0
    before = corners[-1]
    for corner in corners:
        twice += before[0] * corner[1] - corner[0] * before[1]
        before = corner
    return abs(twice) / 2


def _distance(x: float, z: float, dx: float, dz: float) -> float:
    """From (x, z) to the line from the origin to (dx, dz)."""
    length = dx * dx + dz * dz
    along = min(1.0, max(0.0, (x * dx + z * dz) / length)) if length > 0 else 0.0
    return math.hypot(x - along * dx, z - along * dz)
