"""This machine's clock against that of Redis, by which machines can compare theirs."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from engine.bus.bus import Bus

_TIMES = 5


@dataclass(frozen=True, slots=True)
class Difference:
    """This machine's wall clock minus that of Redis."""

    seconds: float
    uncertainty_s: float
    """Half of the shortest round trip: the difference lies within plus and minus this."""


def difference(bus: Bus, wall_clock: Callable[[], float] = time.time) -> Difference:
    """Measured now, by a few round trips. `BusError` if Redis does not answer."""
    trips = []
    for _ in range(_TIMES):
        before = wall_clock()
        there = bus.time()
        after = wall_clock()
        trips.append(((before + after) / 2 - there, (after - before) / 2))
    shortest = min(half for _, half in trips)
    return Difference(median(found for found, half in trips if half <= 2 * shortest), shortest)
