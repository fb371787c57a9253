"""From maps and 2D poses to 3D poses in the camera frame (design: algorithm, section 4).

The network says how a body is shaped and turned, in units of a body's height and relative to itself; where it
stands follows from how large its keypoints' constellation is in the image.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.geometry import Camera
from engine.skeleton import CHAINS, JOINT_COUNT, NECK
from engine.types import Floats, Maps, Pose2D, Pose3D

Array = NDArray[np.floating[Any]]

STRIDE = 8
"""Network pixels per map cell."""
MIN_CONFIDENCE = 0.1
"""Keypoints must be surer than this to count as found; the decoder's own threshold for peaks."""
MAX_BODY_M = 100.0
"""No joint is farther from its pelvis: what is, or is not even a number, is a network that overflowed."""


def lift(
    maps: Maps, poses: Sequence[Pose2D], scale: tuple[float, float], camera: Camera, *, height_m: float = 1.80
) -> list[Pose3D | None]:
    """Each pose's 19 joints, metres, camera frame; None where a body cannot be placed.

    `scale` is (x, y) network pixels per frame pixel, `camera` that of the frame (its principal point makes padding
    and cropping harmless), `height_m` what the network's unit, a body's height, is taken to be. A pose needs a
    neck, and two keypoints at different places.
    """
    placeable = [index for index, pose in enumerate(poses) if _placeable(pose)]
    lifted: list[Pose3D | None] = [None] * len(poses)
    if not placeable:
        return lifted
    keypoints = np.stack([poses[index].keypoints for index in placeable]).astype(float)
    found = np.stack([poses[index].scores > MIN_CONFIDENCE for index in placeable])
    bodies = _read(maps.features, _cells(keypoints, scale, maps.features.shape[1:]), found) * height_m
    for index, body, seen, rays in zip(placeable, bodies, found, camera.rays(keypoints), strict=True):
        lifted[index] = _placed(body, body[seen, :2], rays[seen])
    return lifted


def _placeable(pose: Pose2D) -> bool:
    """Whether there is a neck, and not all keypoints are at one place."""
    found = pose.scores > MIN_CONFIDENCE
    return bool(found[NECK]) and bool((pose.keypoints[found] != pose.keypoints[NECK]).any())


def _cells(keypoints: Array, scale: tuple[float, float], shape: tuple[int, ...]) -> NDArray[np.int64]:
    """(P, 19, 2) frame pixels -> (P, 19, 2) map cells (x, y) that hold them; where missing, any cell."""
    height, width = shape
    cells = np.where(np.isnan(keypoints), 0.0, keypoints) * scale / STRIDE
    return np.clip(cells, 0, (width - 1, height - 1)).astype(np.int64)


def _read(features: Floats, cells: NDArray[np.int64], found: NDArray[np.bool_]) -> Array:
    """(P, 19, 3) joints, body-relative: read at the neck, then each chain at its first keypoint found."""
    people = np.arange(len(cells))
    where = np.repeat(cells[:, NECK : NECK + 1], JOINT_COUNT, axis=1)
    for chain in CHAINS:
        joints = np.array([*chain, NECK])  # everybody has a neck: read there what has no keypoint of its own
        first = joints[found[:, joints].argmax(axis=1)]
        where[:, chain] = cells[people, first][:, None]
    grid = features.reshape(JOINT_COUNT, 3, *features.shape[1:])
    return grid[np.arange(JOINT_COUNT), :, where[..., 1], where[..., 0]].astype(float)


def _placed(body: Array, P: Array, r: Array) -> Pose3D | None:
    """The body where it is seen; None where its joints are all at one place, or out of all bounds.

    body: (19, 3) metres, body-relative; of the joints seen, P: (K, 2) metres, x and y, and r: (K, 2) rays, x/z and
    y/z. Taking a body to be as deep everywhere as at its origin, P + T_xy = depth * r for each joint, so that
        depth = ||P - mean P|| / ||r - mean r||  (Frobenius),   T = depth * (mean r, 1) - (mean P, 0).
    In rays, neither unequal focal lengths nor the principal point need a term of their own.
    """
    if not np.abs(body).max() < MAX_BODY_M:
        return None
    P_mean, r_mean = P.mean(axis=0), r.mean(axis=0)
    depth = np.linalg.norm(P - P_mean) / np.linalg.norm(r - r_mean)
    if not depth > 0:
        return None
    translation = np.array([*(depth * r_mean - P_mean), depth])
    return Pose3D((body + translation).astype(np.float32))
