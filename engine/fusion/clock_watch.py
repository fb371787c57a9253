"""Watches the clocks of a rig while it runs: how far apart they are, and how fast they drift.

For some sets it looks at the people's motion (`offsets`), tells the offsets, rests for a minute, and looks again.
Clocks of ordinary cameras drift by a few milliseconds a minute, and files that lost pictures by more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.fusion.offsets import Moments, Offset, offset_between
from engine.fusion.sightings import CameraPoses, Sighting, sightings_by_view

LOOKED_AT = 48
"""Sets over which offsets are estimated."""
REST_S = 60.0
"""Seconds between two looks."""
LEAST_LOOKS = 3
"""Looks that tell a drift."""
MOST_LOOKS = 30
"""Newest looks that are remembered."""


@dataclass(frozen=True, slots=True)
class Clock:
    """One camera's clock against the first one's."""

    offset: Offset
    drift_per_minute_s: float | None
    """By how many seconds the offset grows in a minute; None until it was seen often enough."""


class ClockWatch:
    """Looks at the clocks of one rig again and again."""

    def __init__(self) -> None:
        self._seen: dict[str, list[tuple[float, list[Sighting]]]] = {}
        self._looks: dict[str, list[tuple[float, float]]] = {}
        self._next_at = -np.inf

    def see(self, views: Sequence[CameraPoses], times: Mapping[str, float], now: float) -> dict[str, Clock]:
        """One set at `now` [s], with the times of its pictures: by camera, its clock, when a look is complete.

        Empty while it looks or rests, and where people tell nothing.
        """
        if now < self._next_at or not views:
            return {}
        for index, one in enumerate(sightings_by_view(views)):
            self._seen.setdefault(views[index].name, []).append((times[views[index].name], one))
        first, *others = self._seen
        if len(self._seen[first]) < LOOKED_AT:
            return {}
        seen, self._seen, self._next_at = self._seen, {}, now + REST_S
        found = {name: self._look(name, seen[first], seen[name], now) for name in others}
        return {name: clock for name, clock in found.items() if clock is not None}

    def _look(self, name: str, first: Moments, second: Moments, now: float) -> Clock | None:
        """What one look tells of a camera. Where it tells nothing, the clock may have jumped: nothing is remembered."""
        before = self._looks.pop(name, [])
        offset = offset_between(first, second, before[-1][1] if before else None)
        if offset is None:
            return None
        looks = self._looks[name] = [*before, (now, offset.seconds)][-MOST_LOOKS:]
        if len(looks) < LEAST_LOOKS:
            return Clock(offset, None)
        moments, seconds = np.array(looks).T
        return Clock(offset, float(60 * np.polyfit(moments - moments[0], seconds, 1)[0]))
