"""Bodies from the network's 3D coordinates (docs/algorithm.md, section 4), as the reference reads them.

Every cell of the maps has the joints of the body there, relative to the body, in units of a body's height.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.lifting.bodies import Bodies
from engine.skeleton import CHAINS, JOINT_COUNT, NECK
from engine.types import STRIDE, Floats, Maps

Array = NDArray[np.floating[Any]]


def read(maps: Maps, keypoints: Array, found: NDArray[np.bool_], scale: tuple[float, float], height_m: float) -> Bodies:
    """(P, 19, 2) frame pixels and (P, 19) -> bodies; each person has a neck.

    `scale` is (x, y) network pixels per frame pixel, `height_m` the length of the network's unit.
    """
    assert maps.features is not None
    return Bodies(_read(maps.features, cells_of(keypoints, scale, maps.features.shape[1:]), found) * height_m)


def cells_of(keypoints: Array, scale: tuple[float, float], shape: tuple[int, ...]) -> NDArray[np.int64]:
    """(…, 2) frame pixels -> (…, 2) map cells (x, y) that hold them; where missing, any cell."""
    height, width = shape
    cells = np.where(np.isnan(keypoints), 0.0, keypoints) * scale / STRIDE
    return np.clip(cells, 0, (width - 1, height - 1)).astype(np.int64)


def _read(features: Floats, cells: NDArray[np.int64], found: NDArray[np.bool_]) -> Array:
    """(P, 19, 3) joints, body-relative: read at the neck, then each chain at its first keypoint found."""
    people = np.arange(len(cells))
    where = np.repeat(cells[:, NECK : NECK + 1], JOINT_COUNT, axis=1)
    for chain in CHAINS:
        joints = np.array([*chain, NECK])  # everybody has a neck: joints without a keypoint of their own are read there
        first = joints[found[:, joints].argmax(axis=1)]
        where[:, chain] = cells[people, first][:, None]
    grid = features.reshape(JOINT_COUNT, 3, *features.shape[1:])
    return grid[np.arange(JOINT_COUNT), :, where[..., 1], where[..., 0]].astype(float)
