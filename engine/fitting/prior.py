"""The body that is expected: the lifter's, with the person's own bone lengths, led on from the frames before.

The lifter sees single frames, and its depths jump from one to the next; one body moves steadily.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.bones import with_lengths
from engine.filters import one_euro_step
from engine.fitting.knees import not_backwards
from engine.fitting.memory import Memory, Rows
from engine.geometry import Array
from engine.skeleton import JOINT_COUNT, PELVIS

CUTOFF_HZ = 2.0
BETA = 1.0
"""Of the One Euro filter, Hz and Hz per m/s: the picture corrects what lags behind."""
LEAST_ERROR_M = 0.02
"""Lower limit of the expected errors."""
UNKNOWN_ERROR_M = 0.10
"""Expected error of joints without one (bodies from maps): about the lifter's."""

BLANK = {"body": np.zeros((JOINT_COUNT, 3)), "body_speed": np.zeros((JOINT_COUNT, 3))}


def expected(memory: Memory, rows: Rows, joints: Array, lengths: Array, dt: Array, fresh: NDArray[np.bool_]) -> Array:
    """(P, 19, 3) bodies of single frames and (P, B) metres -> (P, 19, 3) relative to the pelvis, metres."""
    bodies = not_backwards(with_lengths(joints, lengths))
    bodies = bodies - bodies[:, PELVIS : PELVIS + 1]
    new = fresh[:, None, None]
    held, speeds = one_euro_step(
        memory["body"][rows], memory["body_speed"][rows], bodies,
        np.where(fresh, 1.0, dt)[:, None, None], CUTOFF_HZ, BETA,
    )  # fmt: skip
    held, speeds = np.where(new, bodies, held), np.where(new, 0.0, speeds)
    memory["body"][rows], memory["body_speed"][rows] = held, speeds
    return held
