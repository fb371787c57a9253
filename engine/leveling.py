"""Leveling: estimates the up direction and the floor from standing people.

In: a camera whose tilt is unknown or wrong, and bodies in its frame, collected over some seconds. Out: the camera
with which the people stand upright on the floor. Only its rotation and its height change.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.errors import PosecastError
from engine.geometry import Array, Camera, CameraSpec, Provenance, rotation_between
from engine.skeleton import JOINT, JOINT_COUNT, NECK

MIN_STANDING = 10
"""Minimum number of bodies: one person in ten frames, or ten people in one. A single one is off by up to 10 degrees."""
MAX_BODIES = 600
"""Maximum number of bodies; more are thinned out evenly, since the search compares all pairs."""
MAX_BEND_DEG = 25.0
"""Maximum angle between torso and legs of a standing person."""
CONSENSUS_DEG = 12.0
"""Maximum angle to the most common direction: the spread of single estimates."""
MIN_SHARE = 0.4
"""Minimum share of the straight bodies that must agree on a direction."""
ANKLE_HEIGHT_M = 0.08
"""Height of the ankle joint above the sole, for a person 1.8 m tall."""

_ANKLES = [JOINT["left_ankle"], JOINT["right_ankle"]]
_HIPS = [JOINT["left_hip"], JOINT["right_hip"]]
_HINT = "have somebody stand or walk upright, fully visible from head to feet, for a few seconds, and try again"


def level(camera: Camera, bodies: Array) -> CameraSpec:
    """The camera with its extrinsics turned and raised so that people stand upright on the floor at height 0.

    bodies: (N, 19, 3) metres, camera frame; people over time, in any order. The camera's place above the floor's
    plane, its heading and `up` are kept. PosecastError if too few stand, or they do not agree.
    """
    standing, directions = _standing(_thinned(np.asarray(bodies, dtype=float).reshape(-1, JOINT_COUNT, 3)))
    up_in_camera, agreeing = _common_direction(directions)
    floor_below_camera = _floor_below(standing[agreeing], up_in_camera)
    correction = rotation_between(camera.R.T @ up_in_camera, camera.up_vector)
    R = camera.R @ correction.T
    sideways = camera.position - camera.height * camera.up_vector
    position = sideways + floor_below_camera * camera.up_vector
    spec = CameraSpec(R, -R @ position, camera.up, provenance=Provenance("estimated"))
    has_lens = camera.provenance.intrinsics == "file"
    return replace(spec, K=camera.K, resolution=camera.image_size) if has_lens else spec


def _thinned(bodies: Array) -> Array:
    return bodies[:: -(-len(bodies) // MAX_BODIES)] if len(bodies) else bodies


def _standing(bodies: Array) -> tuple[Array, Array]:
    """(N, 19, 3) -> (M, 19, 3) those whose legs and torso are in line, and (M, 3) unit vectors from ankles to neck."""
    ankles, hips = bodies[:, _ANKLES].mean(axis=1), bodies[:, _HIPS].mean(axis=1)
    torso, legs = _unit(bodies[:, NECK] - hips), _unit(hips - ankles)
    straight = (torso * legs).sum(axis=1) > np.cos(np.radians(MAX_BEND_DEG))
    if straight.sum() < MIN_STANDING:
        raise PosecastError(
            f"too few standing people for leveling: seen {straight.sum()} times, required {MIN_STANDING}", _HINT
        )
    return bodies[straight], _unit(bodies[straight, NECK] - ankles[straight])


def _unit(vectors: Array) -> Array:
    """(N, 3) -> (N, 3) of length 1."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9))


def _common_direction(directions: Array) -> tuple[Array, Array]:
    """(M, 3) unit vectors -> (3,) the mean of the largest group that agrees, and (M,) who belongs to it."""
    near = directions @ directions.T > np.cos(np.radians(CONSENSUS_DEG))
    group = near[near.sum(axis=1).argmax()]
    for _ in range(3):  # the mean moves to the middle of its group
        mean = _unit(directions[group].mean(axis=0, keepdims=True))[0]
        group = directions @ mean > np.cos(np.radians(CONSENSUS_DEG))
    if group.sum() < max(MIN_STANDING, MIN_SHARE * len(directions)):
        raise PosecastError(
            f"people do not agree on which way is up: {group.sum()} of {len(directions)} within "
            f"{CONSENSUS_DEG:.0f} degrees", _HINT,
        )  # fmt: skip
    return np.asarray(mean), np.asarray(group)


def _floor_below(standing: Array, up_in_camera: Array) -> float:
    """Metres from the camera down to the floor: the median over the lower ankle of everyone standing."""
    ankles = -(standing[:, _ANKLES] @ up_in_camera)
    return float(np.median(ankles.max(axis=1))) + ANKLE_HEIGHT_M
