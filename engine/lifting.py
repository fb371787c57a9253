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
    features = maps.features.reshape(JOINT_COUNT, 3, *maps.features.shape[1:])
    return [_lift_one(features, pose, scale, camera, height_m) for pose in poses]


def _lift_one(
    features: Floats, pose: Pose2D, scale: tuple[float, float], camera: Camera, height_m: float
) -> Pose3D | None:
    found = pose.scores > MIN_CONFIDENCE
    seen = pose.keypoints[found].astype(float)
    if not found[NECK] or not np.ptp(seen, axis=0).any():
        return None
    cells = _cells(pose.keypoints, scale, features.shape[2:])
    body = _read(features, cells, found).astype(float) * height_m
    if not np.abs(body).max() < MAX_BODY_M:
        return None
    translation = _place(body[found], camera.rays(seen))
    return None if translation is None else Pose3D((body + translation).astype(np.float32))


def _cells(keypoints: Floats, scale: tuple[float, float], shape: tuple[int, ...]) -> NDArray[np.int64]:
    """(19, 2) frame pixels -> (19, 2) map cells (x, y) that hold them; where missing, any cell."""
    height, width = shape
    cells = np.nan_to_num(keypoints * scale / STRIDE)
    return np.clip(cells, 0, (width - 1, height - 1)).astype(np.int64)


def _read(features: Floats, cells: NDArray[np.int64], found: NDArray[np.bool_]) -> Floats:
    """(19, 3) joints, body-relative: read at the neck, then each chain at its first keypoint found."""
    where = np.repeat(cells[NECK : NECK + 1], JOINT_COUNT, axis=0)
    for chain in CHAINS:
        first = next((joint for joint in chain if found[joint]), None)
        if first is not None:
            where[list(chain)] = cells[first]
    return features[np.arange(JOINT_COUNT), :, where[:, 1], where[:, 0]]


def _place(body: Array, rays: Array) -> Array | None:
    """(3,) metres, camera frame, to add to a body; None where all its joints are at one place.

    body: (K, 3) metres of the joints seen, rays: (K, 2) where they are seen, x/z and y/z, not all equal.
    Taking a body to be as deep everywhere as it is at its origin, P + T_xy = depth * r for each joint, so that
        depth = ||P - mean P|| / ||r - mean r||  (Frobenius),   T = depth * (mean r, 1) - (mean P, 0).
    In rays, neither unequal focal lengths nor the principal point need a term of their own.
    """
    P, r = body[:, :2], rays
    P_mean, r_mean = P.mean(axis=0), r.mean(axis=0)
    depth = np.linalg.norm(P - P_mean) / np.linalg.norm(r - r_mean)
    return np.array([*(depth * r_mean - P_mean), depth]) if depth > 0 else None
