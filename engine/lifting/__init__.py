"""From 2D poses to 3D poses in the camera frame: a body for each person, placed where it is seen.

The body comes from the 2D keypoints (`keypoints`, the bundled lifter) or from the network's maps (`maps`, as in the
reference); `placement` puts it in front of the camera. In: the poses of one frame and its camera. Out: a body in
metres for each pose, or None.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import PosecastError
from engine.geometry import Camera
from engine.lifting import maps as from_maps
from engine.lifting.bodies import MIN_CONFIDENCE, Bodies
from engine.lifting.keypoints import MIN_KEYPOINTS, MODEL_HEIGHT_M, bundled_lifter
from engine.lifting.placement import PLACEMENTS, Placement
from engine.skeleton import JOINT_FROM_KEYPOINT, NECK
from engine.types import Maps, Pose2D, Pose3D

__all__ = ["DEFAULT_PLACEMENT", "body_for", "lift", "placement_for"]

Array = NDArray[np.floating[Any]]
Found = NDArray[np.bool_]

DEFAULT_PLACEMENT = {"keypoints": "perspective", "maps": "reference"}
"""The placement that 'auto' means for each kind of body; bodies from maps stay as in the reference."""
MAX_BODY_M = 100.0
"""Maximum metres from the pelvis; larger values, or NaN, come from a network that overflowed."""


def body_for(asked: str, maps: Maps, *, bundled: bool) -> str:
    """'keypoints' or 'maps': what `asked`, one of these or 'auto', means for a model that gives `maps`.

    PosecastError if bodies should be read from maps that the model does not have.
    """
    if asked == "auto":
        return "keypoints" if bundled or maps.features is None else "maps"
    if asked == "maps" and maps.features is None:
        raise PosecastError("this model has no 3D coordinates to read bodies from", "use --body keypoints")
    return asked


def placement_for(asked: str, body: str) -> str:
    """A key of `PLACEMENTS`: what `asked`, one of these or 'auto', means for bodies of this kind."""
    return DEFAULT_PLACEMENT[body] if asked == "auto" else asked


def lift(
    maps: Maps | None,
    poses: Sequence[Pose2D],
    scale: tuple[float, float],
    camera: Camera,
    *,
    body: str = "maps",
    placement: str = "auto",
    height_m: float = 1.80,
) -> list[Pose3D | None]:
    """The 19 joints of each pose, metres, camera frame; None if there is no body or it cannot be placed.

    `scale` is (x, y) network pixels per frame pixel, `camera` that of the frame (its principal point makes padding
    and cropping harmless). `body` is 'keypoints' (at least 5 of them, and no maps) or 'maps' (a neck and a keypoint
    elsewhere).
    `height_m`: how tall people are with 'keypoints'; how long the network's unit is with 'maps'.
    """
    lifted: list[Pose3D | None] = [None] * len(poses)
    chosen = [index for index, pose in enumerate(poses) if _LIFTABLE[body](pose)]
    if not chosen:
        return lifted
    keypoints = np.stack([poses[index].keypoints for index in chosen]).astype(float)
    found = np.stack([poses[index].scores > MIN_CONFIDENCE for index in chosen])
    rays = camera.rays(keypoints)
    if body == "keypoints":
        bodies = _from_keypoints(rays, found, height_m)
    else:
        assert maps is not None
        bodies = from_maps.read(maps, keypoints, found, scale, height_m)
    place = PLACEMENTS[placement_for(placement, body)]
    for row, index in enumerate(chosen):
        lifted[index] = _placed(bodies, row, found[row], rays[row], place)
    return lifted


def _from_keypoints(rays: Array, found: Found, height_m: float) -> Bodies:
    """(P, 19, 2) rays, (P, 19) -> bodies of people who are `height_m` tall."""
    return bundled_lifter()(rays[:, JOINT_FROM_KEYPOINT], found[:, JOINT_FROM_KEYPOINT]).scaled(
        height_m / MODEL_HEIGHT_M
    )


def _has_keypoints(pose: Pose2D) -> bool:
    return bool(np.count_nonzero(pose.scores > MIN_CONFIDENCE) >= MIN_KEYPOINTS)


def _has_neck(pose: Pose2D) -> bool:
    """Whether there is a neck, and the keypoints do not all coincide."""
    found = pose.scores > MIN_CONFIDENCE
    return bool(found[NECK]) and bool((pose.keypoints[found] != pose.keypoints[NECK]).any())


_LIFTABLE = {"keypoints": _has_keypoints, "maps": _has_neck}


def _placed(bodies: Bodies, row: int, found: Found, rays: Array, place: Placement) -> Pose3D | None:
    """One body, placed where it is seen; None if it cannot be placed, or is implausibly large."""
    joints = bodies.joints[row]
    if not np.abs(joints).max() < MAX_BODY_M:
        return None
    translation = place(joints[found], rays[found])
    if translation is None:
        return None
    errors = None if bodies.errors is None else bodies.errors[row]
    return Pose3D((joints + translation).astype(np.float32), errors)
