"""Knees do not bend backwards: where a body's do, they are straight instead.

Backwards is behind the line from hip to ankle, as seen from the pelvis. It is the only limit that 19 joints show: which
way an elbow bends depends on how the upper arm is turned about itself, and a hyperextension is within the errors.
"""

from __future__ import annotations

import numpy as np

from engine.geometry import Array
from engine.skeleton import JOINT, NECK, PELVIS

_LEGS = [[JOINT[f"{side}_{part}"] for part in ("hip", "knee", "ankle")] for side in ("left", "right")]
_LEAST = 1e-6


def not_backwards(bodies: Array) -> Array:
    """(P, 19, 3) metres -> the same with each knee that lies behind the line from hip to ankle moved onto its plane."""
    ahead = _ahead(bodies)
    straight = bodies.copy()
    for hip, knee, ankle in _LEGS:
        along = _unit(bodies[:, ankle] - bodies[:, hip])
        bend = bodies[:, knee] - bodies[:, hip]
        forwards = _unit(ahead - _dot(ahead, along) * along)
        straight[:, knee] -= np.minimum(_dot(bend, forwards), 0.0) * forwards
    return straight


def _ahead(bodies: Array) -> Array:
    """(P, 3) to where the pelvis faces."""
    left_to_right = bodies[:, JOINT["right_hip"]] - bodies[:, JOINT["left_hip"]]
    return _unit(np.cross(bodies[:, NECK] - bodies[:, PELVIS], left_to_right))


def _dot(a: Array, b: Array) -> Array:
    """(P, 3) twice -> (P, 1)."""
    return np.asarray((a * b).sum(axis=-1, keepdims=True))


def _unit(vectors: Array) -> Array:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), _LEAST))
