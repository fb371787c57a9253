"""This machine's clock against that of Redis, by which machines can compare theirs."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from engine.bus.bus import Bus

EVERY_S = 30.0
"""Seconds after which the difference is measured again: clocks are set, and drift."""
_TIMES = 5


@dataclass(frozen=True, slots=True)
class Difference:
    """A clock of this machine minus that of Redis."""

    seconds: float
    uncertainty_s: float
    """Half of the shortest round trip: the difference lies within plus and minus this."""


def difference(bus: Bus, clock: Callable[[], float] = time.time) -> Difference:
    """Measured now, by a few round trips. `BusError` if Redis does not answer."""
    trips = []
    for _ in range(_TIMES):
        before = clock()
        there = bus.time()
        after = clock()
        trips.append(((before + after) / 2 - there, (after - before) / 2))
    shortest = min(half for _, half in trips)
    return Difference(median(found for found, half in trips if half <= 2 * shortest), shortest)


class ComparedClock:
    """A clock of this machine, compared with that of Redis now and then. It belongs to one thread."""

    def __init__(self, bus: Bus, clock: Callable[[], float] = time.time) -> None:
        """`BusError` if Redis does not answer."""
        self._bus, self._clock = bus, clock
        self._measured_at = time.monotonic()
        self._newest = difference(bus, clock)

    def difference(self) -> Difference:
        """Not older than `EVERY_S`. `BusError` if Redis does not answer."""
        if time.monotonic() - self._measured_at >= EVERY_S:
            self._measured_at, self._newest = time.monotonic(), difference(self._bus, self._clock)
        return self._newest
