"""The memory of the estimator: where people stood, averaged by person and place, so that hours take no more room.

Somebody who keeps in one place for minutes says little more than in a second: the errors of a pose, and of the
lifter for it, do not average out. So a stance counts by its place, hardly by its length.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from engine.floor.standing import Standing, unit
from engine.geometry import Array

PLACE = 0.2
"""Distance over the assumed height within which a foot is at the same place, across the line of sight: a short step."""
PLACE_DEPTH = 0.15
"""The same along the line of sight, as a fraction of the depth, which is less certain."""
MAX_STANCES = 160
"""The longest unseen is forgotten for a new one."""
MEMORY = 50
"""Samples over which a stance is averaged; at 10 per second, the last seconds."""
HALF_KNOWN = 7.0
"""Samples after which a stance tells half of what it can: 0.7 seconds."""


@dataclass(slots=True, eq=False)
class _Stance:
    person: int
    foot: Array
    up: Array
    count: int
    seen_at: float

    def is_near(self, foot: Array) -> bool:
        depth = float(np.linalg.norm(self.foot))
        across = float(np.linalg.norm(unit(foot) - self.foot / depth)) * depth
        return across <= PLACE and abs(float(np.linalg.norm(foot)) / depth - 1) <= PLACE_DEPTH

    def add(self, one: Standing, time: float) -> None:
        self.count += 1
        share = 1 / min(self.count, MEMORY)
        self.foot = self.foot + share * (one.foot - self.foot)
        self.up = unit(self.up + share * (one.up - self.up))
        self.seen_at = time


@dataclass(frozen=True, slots=True, eq=False)
class Stances:
    """S stances as arrays, lengths in units of the assumed height, camera frame."""

    person: Array
    """(S,) indices 0.. of the person."""
    foot: Array
    """(S, 3)"""
    up: Array
    """(S, 3) unit vectors."""
    count: Array
    """(S,) number of samples."""

    @property
    def evidence(self) -> float:
        """How much they tell: a stance that lasts counts 1, a single sample an eighth."""
        return float((self.count / (self.count + HALF_KNOWN)).sum())


class Memory:
    """Owns the stances."""

    def __init__(self) -> None:
        self._stances: list[_Stance] = []

    def __len__(self) -> int:
        return len(self._stances)

    def add(self, person: int, one: Standing, time: float) -> None:
        """Add what the person `person` tells at `time` [s]."""
        for stance in reversed(self._stances):
            if stance.person == person and stance.is_near(one.foot):
                stance.add(one, time)
                return
        if len(self._stances) >= MAX_STANCES:
            self._stances.remove(min(self._stances, key=lambda stance: stance.seen_at))
        self._stances.append(_Stance(person, one.foot, one.up, 1, time))

    def forget_before(self, time: float) -> None:
        """Forget the stances not seen since `time` [s]."""
        self._stances = [stance for stance in self._stances if stance.seen_at >= time]

    def shift(self, seconds: float) -> None:
        """Continue on a clock that shows `seconds` more."""
        for stance in self._stances:
            stance.seen_at += seconds

    def stances(self) -> Stances:
        """All of them."""
        known = self._stances
        people = {person: index for index, person in enumerate(_unique(stance.person for stance in known))}
        return Stances(
            np.array([people[stance.person] for stance in known], dtype=int),
            np.array([stance.foot for stance in known]).reshape(-1, 3),
            np.array([stance.up for stance in known]).reshape(-1, 3),
            np.array([stance.count for stance in known], dtype=float),
        )


def _unique(values: Iterable[int]) -> list[int]:
    return list(dict.fromkeys(values))
