"""What one camera sees of one person, as lines in the rig's world.

A point X of the world lies on the line of a keypoint if M X + d = 0, two equations in metres: with the ray r and the
camera's X_camera = R X + t, these are (X_camera)_xy - r (X_camera)_z.

Seen from behind, people's left and right are easily confused in a picture: a sighting can be relabelled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.geometry import Array, Camera
from engine.lifting.bodies import MIN_CONFIDENCE
from engine.skeleton import JOINT, JOINT_COUNT, JOINTS, OTHER_SIDE, PELVIS
from engine.types import Pose2D, Pose3D

NOISE_PER_BOX = 0.015
"""Expected error of a keypoint over the larger side of the box around all of them."""
LEAST_NOISE_PX = 2.0
"""Pixels of the frame: a cell of the upsampled maps is 2 to 6 of them."""
POWER = 2
"""Power of the confidence that is a keypoint's weight: unsure ones are off by much more."""
EDGE, EDGE_TRUST = 0.015, 0.1
"""Width of the picture's edge over its sides, and the trust in keypoints there."""
UNKNOWN_ERROR_M = 0.15
"""Expected error of a joint of a lifted body that does not say."""

Found = NDArray[np.bool_]

SWAP = np.array([JOINT[OTHER_SIDE[name]] for name in JOINTS])
"""(19,) the joint of the other side, or itself."""
_SIDED = np.flatnonzero(np.arange(JOINT_COUNT) != SWAP)
_FACE = [JOINT["nose"], JOINT["left_eye"], JOINT["right_eye"]]


@dataclass(frozen=True, slots=True, eq=False)
class CameraPoses:
    """The people that one camera sees in one set of frames."""

    name: str
    camera: Camera
    poses: tuple[Pose2D, ...]
    bodies: tuple[Pose3D | None, ...]
    """The same people as the lifter places them, camera frame, for the assumed height."""
    mirrored: tuple[Pose3D | None, ...]
    """The same as `bodies`, if left and right are confused."""


def swapped(pose: Pose2D) -> Pose2D:
    """The pose with left and right exchanged."""
    return Pose2D(pose.keypoints[SWAP], pose.scores[SWAP], pose.score)


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """One person in one camera's picture."""

    view: int
    """Index of the camera."""
    camera: Camera
    pose: Pose2D
    M: Array
    """(19, 2, 3)"""
    d: Array
    """(19, 2) metres."""
    lines: Array
    """(19, 3) unit vectors, world frame, from the camera through the keypoints."""
    weights: Array
    """(19,) confidence over the squared expected error, as of rays; 0 where the keypoint was not found."""
    body: Array | None
    """(19, 3) metres, world frame: the body of the assumed height where one camera would place it; None without."""
    errors: Array
    """(19,) metres: expected errors of the body's joints relative to its pelvis."""
    mirrored: tuple[Array | None, Array]
    """`body` and `errors` if left and right are confused."""
    straight: float = 1.0
    """How much of the sighting has left and right as the network said, 1, or exchanged, -1."""

    @property
    def found(self) -> Found:
        """(19,)"""
        return self.weights > 0

    @property
    def shape(self) -> Array | None:
        """(19, 3) metres, axes of the world, relative to the pelvis."""
        return None if self.body is None else self.body - self.body[PELVIS]

    @property
    def frontality(self) -> float:
        """How surely a face is seen, 0 to 1: left and right are then hardly ever confused."""
        return float(np.minimum(self.pose.scores[_FACE], 1.0).min() ** 3)

    def relabelled(self, order: NDArray[np.intp]) -> Sighting:
        """The sighting whose joint j is what was labelled `order[j]`: j itself, or the joint of the other side."""
        share = float(np.mean(order[_SIDED] != _SIDED))
        pose = Pose2D(self.pose.keypoints[order], self.pose.scores[order], self.pose.score)
        bodies = ((self.body, self.errors), self.mirrored)
        (body, errors), mirrored = bodies if share <= 0.5 else bodies[::-1]
        return replace(
            self, pose=pose, M=self.M[order], d=self.d[order], lines=self.lines[order], weights=self.weights[order],
            body=body, errors=errors, mirrored=mirrored, straight=self.straight * (1 - 2 * share),
        )  # fmt: skip

    def depths(self, joints: Array) -> Array:
        """(..., 3) metres, world frame -> (...) metres in front of the camera."""
        return np.asarray(joints @ self.camera.R[2] + self.camera.t[2])

    def pixel_errors(self, joints: Array) -> Array:
        """(19, 3) metres, world frame -> (19,) pixels from the keypoints; NaN where not found."""
        projected = self.camera.project(self.camera.camera_from_world(joints))
        return np.where(self.found, np.linalg.norm(projected - self.pose.keypoints, axis=-1), np.nan)


def sightings_of(views: Sequence[CameraPoses]) -> list[Sighting]:
    """Everybody in every view."""
    return [sighting for each in sightings_by_view(views) for sighting in each]


def sightings_by_view(views: Sequence[CameraPoses]) -> list[list[Sighting]]:
    """The same, for each view."""
    return [
        [
            _sighting(index, view.camera, pose, body, mirrored)
            for pose, body, mirrored in zip(view.poses, view.bodies, view.mirrored, strict=True)
        ]
        for index, view in enumerate(views)
    ]


def _sighting(view: int, camera: Camera, pose: Pose2D, body: Pose3D | None, mirrored: Pose3D | None) -> Sighting:
    found = pose.scores > MIN_CONFIDENCE
    keypoints = np.where(found[:, None], pose.keypoints, 0.0).astype(float)
    rays = camera.rays(keypoints)[..., None]
    M = camera.R[:2] - rays * camera.R[2]
    d = camera.t[:2] - rays[..., 0] * camera.t[2]
    lines = np.concatenate([rays[..., 0], np.ones((JOINT_COUNT, 1))], axis=1) @ camera.R
    lines /= np.linalg.norm(lines, axis=1, keepdims=True)
    trust = np.minimum(pose.scores, 1.0) ** POWER * np.where(_is_at_edge(keypoints, camera), EDGE_TRUST, 1.0)
    weights = np.where(found, trust, 0.0) / _noise(pose, found, camera) ** 2
    return Sighting(view, camera, pose, M, d, lines, weights, *_placed(body, camera), _placed(mirrored, camera))


def _placed(body: Pose3D | None, camera: Camera) -> tuple[Array | None, Array]:
    """The joints in the world, and their expected errors."""
    if body is None or not np.isfinite(body.joints).all():
        return None, np.full(JOINT_COUNT, UNKNOWN_ERROR_M)
    errors = np.full(JOINT_COUNT, UNKNOWN_ERROR_M) if body.errors is None else np.asarray(body.errors, float)
    return camera.world_from_camera(body.joints.astype(float)), errors


def _is_at_edge(keypoints: Array, camera: Camera) -> Found:
    """Whether keypoints lie at the edge of the picture: the joint is probably outside."""
    margin = EDGE * np.array(camera.image_size)
    return np.asarray(((keypoints < margin) | (keypoints > camera.image_size - margin)).any(axis=-1))


def _noise(pose: Pose2D, found: Found, camera: Camera) -> float:
    """The expected error of a keypoint, as of rays."""
    points = pose.keypoints[found]
    side = float(np.ptp(points, axis=0).max()) if len(points) else 0.0
    return max(NOISE_PER_BOX * side, LEAST_NOISE_PX) / camera.fx
