"""What the network sees in a picture and in its mirror image, averaged: its errors differ, people do not.

In: a picture, and a network. Out: maps of the picture, as of one run.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.skeleton import KEYPOINTS, OTHER_SIDE
from engine.types import Image, Maps

_BACKGROUND = len(KEYPOINTS)
_HEATMAPS = [*(KEYPOINTS.index(OTHER_SIDE[name]) for name in KEYPOINTS), _BACKGROUND]
"""The heatmap that takes each one's place in the mirror."""
_LIMBS_OF_SIDES = ((12, 20), (14, 22), (16, 24), (0, 6), (2, 8), (4, 10), (30, 32), (34, 36), (18, 26))
"""The x channels of the PAFs of right and left limbs (docs/algorithm.md, section 3); y follows."""


def seen_both_ways(image: Image, infer: Callable[[Image], Maps]) -> Maps:
    """Heatmaps and PAFs of a picture (h, w, 3), the mean of both; no features."""
    straight = infer(image)
    back = mirrored(infer(np.ascontiguousarray(image[:, ::-1])))
    half = np.float32(0.5)
    return Maps(None, half * (straight.heatmaps + back.heatmaps), half * (straight.pafs + back.pafs))


def mirrored(maps: Maps) -> Maps:
    """Heatmaps and PAFs of the mirrored picture: left is right, and what points to the right points to the left."""
    pafs = maps.pafs[_pafs(), :, ::-1].copy()
    pafs[::2] *= -1
    return Maps(None, maps.heatmaps[_HEATMAPS, :, ::-1], pafs)


def _pafs() -> list[int]:
    """The channel that takes each one's place in the mirror."""
    channels = list(range(38))
    for right, left in _LIMBS_OF_SIDES:
        channels[right : right + 2], channels[left : left + 2] = [left, left + 1], [right, right + 1]
    return channels
