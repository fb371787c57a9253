"""Watches the clocks of a rig while it runs: how far apart they are, and how fast they drift.

For some seconds it looks at the people's motion (`offsets`), tells the offsets, rests for a minute, and looks again. An
offset is told only after two looks have found it, of which the second follows at once: one look may be deceived by how
the network errs about somebody who moves to and fro. Clocks of ordinary cameras drift by a few milliseconds a minute,
and files that lost pictures by more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.fusion.offsets import Moments, Offset, offset_between
from engine.fusion.sightings import CameraPoses, Sighting, sightings_by_view

LOOKED_AT, LOOK_S = 48, 3.0
"""Sets and seconds, at least, over which offsets are estimated."""
REST_S = 60.0
"""Seconds between two looks."""
LEAST_LOOKS = 3
"""Looks that tell a drift, if there is a rest between them."""
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
        self._began = 0.0
        self._looks: dict[str, list[tuple[float, Offset]]] = {}
        self._next_at = -np.inf

    def see(self, views: Sequence[CameraPoses], times: Mapping[str, float], now: float) -> dict[str, Clock]:
        """One set at `now` [s], with the times of its pictures: by camera, its clock, when a look is complete.

        Empty while it looks or rests, and where people tell nothing or an offset was not found twice.
        """
        if now < self._next_at or not views:
            return {}
        self._began = self._began if self._seen else now
        for index, one in enumerate(sightings_by_view(views)):
            self._seen.setdefault(views[index].name, []).append((times[views[index].name], one))
        first, *others = self._seen
        if len(self._seen[first]) < LOOKED_AT or now - self._began < LOOK_S:
            return {}
        seen, self._seen = self._seen, {}
        found = {name: self._look(name, seen[first], seen[name], now) for name in others}
        doubted = {name for name, clock in found.items() if clock is not None and not self._is_found_twice(name)}
        self._next_at = now if doubted else now + REST_S
        return {name: clock for name, clock in found.items() if clock is not None and name not in doubted}

    def _is_found_twice(self, name: str) -> bool:
        """Whether the newest offset is hardly any, or was found by the look before as well."""
        looks = [offset for _, offset in self._looks[name][-2:]]
        return not looks[-1].is_surely_off(0.0) or (len(looks) > 1 and looks[-1].agrees_with(looks[0]))

    def _look(self, name: str, first: Moments, second: Moments, now: float) -> Clock | None:
        """What one look tells of a camera. Where it tells nothing, the clock may have jumped: nothing is remembered."""
        before = self._looks.pop(name, [])
        first = first[:: max(1, len(first) // LOOKED_AT)]
        offset = offset_between(first, second, before[-1][1].seconds if before else None)
        if offset is None:
            return None
        looks = self._looks[name] = [*before, (now, offset)][-MOST_LOOKS:]
        if len(looks) < LEAST_LOOKS or now - looks[0][0] < REST_S:
            return Clock(offset, None)
        moments, seconds = np.array([(time, each.seconds) for time, each in looks]).T
        return Clock(offset, float(60 * np.polyfit(moments - moments[0], seconds, 1)[0]))
