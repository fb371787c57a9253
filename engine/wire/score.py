"""A person's published score: the mean confidence of the keypoints found, 0..1."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.skeleton import PELVIS
from engine.types import Pose2D


def found_keypoints(pose: Pose2D) -> NDArray[np.bool_]:
    """(19,) whether each keypoint was found. The pelvis never is: it exists in 3D only."""
    found = np.isfinite(pose.keypoints).all(axis=1) & (pose.scores > 0)
    found[PELVIS] = False
    return found


def score(pose: Pose2D) -> float:
    """The score in the wire format, in `Settings.min_score` and in every export; 0 if no keypoint was found."""
    found = pose.scores[found_keypoints(pose)]
    return float(np.clip(found, 0, 1).mean()) if found.size else 0.0
