"""Why people tell nothing about the floor: the reason given most often lately."""

from __future__ import annotations

from collections import defaultdict

KEPT = 0.85
"""Part of the counts that is left after a second."""
NOBODY = "nobody has been seen yet"
TOO_SHORT = "people stood upright for too short a time"


class Reasons:
    """Counts reasons, and forgets them over some seconds."""

    def __init__(self) -> None:
        self._counts: defaultdict[str, float] = defaultdict(float)

    def add(self, reason: str) -> None:
        self._counts[reason] += 1

    def fade(self) -> None:
        """Once a second."""
        for reason in self._counts:
            self._counts[reason] *= KEPT

    def worst(self, somebody_stood: bool) -> str:
        """The most frequent one, in plain words."""
        if somebody_stood:
            return TOO_SHORT
        return max(self._counts, key=lambda reason: self._counts[reason], default=NOBODY)
