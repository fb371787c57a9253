"""Decides when to stop restarting what keeps crashing: a crash loop costs resources and hides its cause."""

from __future__ import annotations

from collections import deque

MOST = 5
WITHIN_S = 60.0
"""Number of crashes within a number of seconds after which nothing is restarted."""


class Brake:
    def __init__(self, most: int = MOST, within_s: float = WITHIN_S) -> None:
        self._most = most
        self._within_s = within_s
        self._times: deque[float] = deque(maxlen=most)

    def crashed(self, now: float) -> bool:
        """Note a crash at `now`, seconds; whether there have been too many."""
        self._times.append(now)
        return len(self._times) == self._most and now - self._times[0] < self._within_s
