"""What the picture says of every joint, without jumps: keypoints that come and go gain and lose weight gradually.

A keypoint that is not found moves along with the others for as long as it has weight.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.fitting.memory import Memory, Rows
from engine.geometry import Array
from engine.skeleton import JOINT_COUNT, JOINTS

RAMP_S = 0.15
"""Time constant with which the weight of a keypoint that comes or goes changes."""
FORGOTTEN = 0.05
"""Weight below which a keypoint counts as never found."""
NOISE_PER_BOX = np.where([name.endswith("wrist") for name in JOINTS], 0.02, 0.045)
"""(19,) expected error of keypoints over the larger side of their box. Wrists move most, and the lifter, whose joints
the rays correct, misses them most."""
LEAST_NOISE_PX = 1.0
UNSEEN_SCORE = 0.5
"""Confidence of a keypoint that is remembered."""

BLANK = {"rays": np.zeros((JOINT_COUNT, 2)), "presence": np.zeros(JOINT_COUNT)}


def sight(
    memory: Memory, rows: Rows, rays: Array, found: NDArray[np.bool_], dt: Array, fresh: NDArray[np.bool_]
) -> tuple[Array, Array]:
    """(P, 19, 2) rays, any value where not `found`, (P,) seconds since the last frame; `fresh` people have no last one.

    Returns the rays, remembered ones included, and (P, 19) the presence of each, 0 to 1.
    """
    held, presence = memory["rays"][rows], np.where(fresh[:, None], 0.0, memory["presence"][rows])
    remembered = presence > FORGOTTEN
    rays = np.where(found[..., None], rays, held + _move(rays - held, found & remembered)[:, None])
    kept = np.exp(-dt / RAMP_S)[:, None]
    presence = np.where(found, 1 - (1 - presence) * kept, presence * kept)
    presence = np.where(fresh[:, None], found, np.where(presence > FORGOTTEN, presence, 0.0))
    memory["rays"][rows], memory["presence"][rows] = rays, presence
    return rays, presence


def _move(moves: Array, both: NDArray[np.bool_]) -> Array:
    """(P, 2) mean move of the keypoints found both times."""
    count = np.maximum(both.sum(axis=1), 1)[:, None]
    return np.asarray(np.where(both[..., None], moves, 0.0).sum(axis=1) / count)


def ray_noise(keypoints: Array, found: NDArray[np.bool_], fx: float) -> Array:
    """(P, 19, 2) pixels -> (P, 19) expected errors of keypoints, in rays."""
    high = np.where(found[..., None], keypoints, -np.inf).max(axis=1)
    low = np.where(found[..., None], keypoints, np.inf).min(axis=1)
    return np.asarray(np.maximum(NOISE_PER_BOX * (high - low).max(axis=-1, keepdims=True), LEAST_NOISE_PX) / fx)
