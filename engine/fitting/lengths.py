"""The lengths of a person's bones, learnt over time: left equal to right, over body height.

Everybody starts at the usual proportions. Trunk, shoulders, hips and head then follow the lifter, each frame weighted
by its expected error. Arms and legs follow the picture: a bone is as long as it looks when it lies across the line of
sight, and never looks longer.
"""

from __future__ import annotations

import numpy as np

from engine.bones import ARMS_AND_LEGS, BONES, PER_HEIGHT, TWIN, lengths_of, stature
from engine.fitting.memory import Memory, Rows
from engine.geometry import Array

MEMORY_FRAMES = 300.0
"""Frames over which the lifter's proportions are averaged."""
USUAL_FRAMES = 60.0
"""Frames that the usual proportions count as."""
LARGEST_STEP = 0.15
"""Maximum deviation of a single frame from the average, as a logarithm, that counts: others are mistakes."""
USUAL_ERROR_M = 0.1
"""Expected error of a joint whose frame counts once."""
SEEN_SHARE = 0.8
"""Share of frames in which a bone looks shorter than it is taken to be; in the rest, noise makes it look longer."""
SEEN_STEP = (0.3, 0.006, 0.001)
"""Steps of the lengths that are seen, as logarithms: the first over the number of frames, at most and at least."""
RANGE = 0.08
"""Maximum deviation from the usual proportions, as a logarithm."""

_IN_SIGHT = np.isin(np.arange(len(BONES)), ARMS_AND_LEGS)
_USUAL = np.log(PER_HEIGHT)

BLANK = {"proportions": np.zeros(len(BONES)), "evidence": np.full(len(BONES), USUAL_FRAMES), "views": 0.0}
"""What is remembered: logarithms of proportions over the usual ones, their weights, and the number of frames."""


def lengths_per_height(memory: Memory, rows: Rows) -> Array:
    """(P, B) lengths over body height, as learnt so far."""
    lengths = np.exp(_USUAL + memory["proportions"][rows])
    return np.asarray(lengths / stature(lengths)[:, None])


def learn_from_bodies(memory: Memory, rows: Rows, joints: Array, errors: Array) -> None:
    """Trunk and head from (P, 19, 3) bodies of single frames, and their (P, 19) expected errors, metres."""
    lengths = lengths_of(joints)
    now = np.log(lengths / stature(lengths)[:, None]) - _USUAL
    now = (now + now[:, TWIN]) / 2
    variance = errors[:, BONES[:, 0]] ** 2 + errors[:, BONES[:, 1]] ** 2
    weight = 2 * USUAL_ERROR_M**2 / ((variance + variance[:, TWIN]) / 2)
    weight = np.where(_IN_SIGHT, 0.0, np.minimum(weight, 2.0))
    before = memory["proportions"][rows]
    evidence = memory["evidence"][rows] * (1 - 1 / MEMORY_FRAMES) + weight
    memory["proportions"][rows] = _plausible(
        before + np.clip(now - before, -LARGEST_STEP, LARGEST_STEP) * weight / evidence
    )
    memory["evidence"][rows] = evidence


def learn_from_sight(memory: Memory, rows: Rows, across: Array, lengths: Array) -> None:
    """Arms and legs from (P, B) lengths across the line of sight, metres, NaN where not seen; `lengths` are in use."""
    memory["views"][rows] += 1
    step = np.clip(SEEN_STEP[0] / memory["views"][rows], SEEN_STEP[2], SEEN_STEP[1])[:, None]
    longer = np.where(np.isfinite(across), np.where(across > lengths, SEEN_SHARE, SEEN_SHARE - 1), 0.0)
    change = np.where(_IN_SIGHT, (longer + longer[:, TWIN]) * step, 0.0)
    memory["proportions"][rows] = _plausible(memory["proportions"][rows] + change)


def _plausible(proportions: Array) -> Array:
    return np.clip(proportions, -RANGE, RANGE)
