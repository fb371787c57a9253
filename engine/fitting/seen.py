"""The people of one frame as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.fitting.memory import Found
from engine.fitting.prior import LEAST_ERROR_M, UNKNOWN_ERROR_M
from engine.geometry import Array
from engine.lifting.bodies import MIN_CONFIDENCE
from engine.skeleton import JOINT_COUNT, PELVIS
from engine.types import Person, Pose3D

NEAREST_M = 0.1
"""Minimum distance of the pelvis for a body to be fitted."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """P people who have bodies."""

    joints: Array
    """(P, 19, 3) metres, camera frame."""
    errors: Array
    """(P, 19) metres: the expected errors of these."""
    keypoints: Array
    """(P, 19, 2) pixels; any value where not found."""
    scores: Array
    """(P, 19)"""
    found: Found
    """(P, 19)"""


def can_be_fitted(person: Person) -> bool:
    pose = person.pose3d
    return pose is not None and bool(np.isfinite(pose.joints).all()) and bool(pose.joints[PELVIS, 2] >= NEAREST_M)


def seen(people: Sequence[Person]) -> Seen:
    """Each of them can be fitted."""
    poses = [person.pose3d for person in people if person.pose3d is not None]
    scores = np.stack([person.pose2d.scores for person in people]).astype(float)
    return Seen(
        np.stack([pose.joints for pose in poses]).astype(float),
        np.maximum(np.stack([_errors(pose) for pose in poses]).astype(float), LEAST_ERROR_M),
        np.stack([person.pose2d.keypoints for person in people]).astype(float),
        scores,
        scores > MIN_CONFIDENCE,
    )


def _errors(pose: Pose3D) -> Array:
    return np.full(JOINT_COUNT, UNKNOWN_ERROR_M) if pose.errors is None else pose.errors
