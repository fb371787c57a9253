"""Suggests which tracks are of the same person, lost and found again under another id."""

from __future__ import annotations

import numpy as np

from engine.motion.recording import Recording, Track
from engine.skeleton import PELVIS

LONGEST_S = 10.0
"""Seconds after which a new id is not taken for somebody who was lost."""
_REACH_M, _SPEED, _FARTHEST_M = 0.4, 1.5, 1.5
"""Metres that a person may be off, metres that this grows by a second, and the most that it grows to: the depth of one
camera is that uncertain, people walk at that speed, and beyond that it may be anybody."""


def suggest_merges(recording: Recording) -> tuple[tuple[int, ...], ...]:
    """Groups of ids that are probably one person each, as `Edits.merged` takes them.

    A track may continue another one if it begins at most LONGEST_S after that one's end, within reach of where the
    person was last placed. Pairs that are nearest in time and place are joined first; each track has one successor.
    """
    placed = [track for track in recording.tracks if track.placed.any()]
    costs = [
        (cost, before.id, after.id)
        for before in placed
        for after in placed
        if before is not after and (cost := _cost(recording, before, after)) < np.inf
    ]
    successor: dict[int, int] = {}
    for _, before, after in sorted(costs):
        if before not in successor and after not in successor.values():
            successor[before] = after
    return tuple(_chain(first, successor) for first in successor if first not in successor.values())


def _cost(recording: Recording, before: Track, after: Track) -> float:
    """Seconds between the two, and those that the distance takes; infinite where that is too far in time or place."""
    gap = float(recording.times[after.rows[0]] - recording.times[before.rows[-1]])
    if not 0 < gap <= LONGEST_S:
        return np.inf
    end, start = before.joints[before.placed][-1, PELVIS], after.joints[after.placed][0, PELVIS]
    distance = float(np.linalg.norm(start - end))
    return gap + distance / _SPEED if distance <= min(_REACH_M + _SPEED * gap, _FARTHEST_M) else np.inf


def _chain(first: int, successor: dict[int, int]) -> tuple[int, ...]:
    chain = [first]
    while chain[-1] in successor:
        chain.append(successor[chain[-1]])
    return tuple(chain)
