"""Similarity of poses in the image, and matching of people by it.

The kernel is COCO's object keypoint similarity; tracking compares people with the previous frame by it, and
agreement compares the people of two backends. Missing keypoints are NaN in, and NaN out.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.skeleton import SIGMAS

Array = NDArray[np.floating[Any]]

MIN_AREA_PX = 1.0
"""Minimum box side: keypoints on one line would have a box without area."""


def box_areas(keypoints: Array) -> Array:
    """(..., 19, 2) pixels -> (...) px^2 of the box around the keypoints found."""
    sides: Array = np.fmax.reduce(keypoints, axis=-2) - np.fmin.reduce(keypoints, axis=-2)
    return np.asarray(np.fmax(sides[..., 0] * sides[..., 1], MIN_AREA_PX))


def keypoint_similarity(a: Array, b: Array, areas: Array, *, widening: Array | float = 1.0) -> Array:
    """(..., 19, 2) and (..., 19, 2) pixels, (...) px^2 -> (..., 19) similarities, 1 where the keypoints coincide.

    exp(-d^2 / (2 area (2 sigma)^2)), d in pixels; `widening` multiplies sigma.
    """
    squared = np.sum((a - b) ** 2, axis=-1)
    radii = 2 * SIGMAS * np.asarray(widening)[..., None]
    return np.asarray(np.exp(-squared / (2 * np.asarray(areas)[..., None] * radii**2)))


def best_pairs(scores: Array, least: float) -> list[tuple[int, int]]:
    """(A, B) scores -> one-to-one pairs (a, b), the highest score first, none below `least`. NaN is never paired."""
    left = np.where(np.isfinite(scores), scores, -np.inf)
    pairs: list[tuple[int, int]] = []
    while left.size and left.max() >= least:
        a, b = (int(index) for index in np.unravel_index(int(left.argmax()), left.shape))
        pairs.append((a, b))
        left[a, :] = left[:, b] = -np.inf
    return pairs
