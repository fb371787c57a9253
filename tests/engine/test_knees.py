"""Knees that bend backwards become straight; all others stay as they are."""

from __future__ import annotations

import numpy as np

from engine.fitting.knees import not_backwards
from engine.skeleton import JOINT
from tests.engine.bodies import STANDING, turned

KNEE, HIP, ANKLE = (JOINT[f"left_{part}"] for part in ("knee", "hip", "ankle"))
AHEAD = np.cross(STANDING[JOINT["neck"]] - STANDING[JOINT["pelvis"]], STANDING[JOINT["right_hip"]] - STANDING[HIP])
AHEAD = AHEAD / np.linalg.norm(AHEAD)


def _with_knee(metres_ahead: float) -> np.ndarray:
    body = np.array(STANDING, dtype=float)
    body[KNEE] = (body[HIP] + body[ANKLE]) / 2 + metres_ahead * AHEAD
    return body


def test_the_nose_is_ahead() -> None:
    assert (STANDING[JOINT["nose"]] - STANDING[JOINT["neck"]]) @ AHEAD > 0


def test_a_knee_bends_forwards_only() -> None:
    bodies = np.stack([_with_knee(0.2), _with_knee(-0.2)])
    for turn in (0.0, 1.0, 2.5):
        around = turned(bodies, yaw=turn)
        fixed = not_backwards(around)
        np.testing.assert_array_equal(fixed[0], around[0])
        middle = (fixed[1, HIP] + fixed[1, ANKLE]) / 2
        np.testing.assert_allclose(fixed[1, KNEE], middle, atol=0.01)
        others = [joint for joint in range(19) if joint != KNEE]
        np.testing.assert_array_equal(fixed[1, others], around[1, others])
