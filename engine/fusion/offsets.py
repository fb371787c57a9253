"""How far the clocks of two cameras of a rig are apart, by the people's own motion.

At the right offset, the lines of sight to everybody's joints meet; at a wrong one they pass each other, by as much as
people have moved meanwhile. In: what both cameras see over some seconds. Out: the seconds to add to the second camera's
times, or None where people move too little, or too few are seen by both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.fusion.grouping import MIN_COMMON, meetings
from engine.fusion.sightings import CameraPoses, Sighting, sightings_by_view
from engine.geometry import Array

LONGEST_S = 1.0
"""Largest offset that is looked for, seconds."""
STEP_S = 1 / 60
SAME_M = 0.35
"""Median distance of the lines beyond which two sightings are not of one person at any offset."""
LEAST_PAIRS = 15
"""Least number of moments with somebody whom both cameras see."""
LOOKED_AT = 48
"""Sets after which offsets are estimated."""
CLEARLY = 0.8
"""The distance at the best offset over that at offsets of a third of a second more and less, at most."""
_APART_S = 0.33


@dataclass(frozen=True, slots=True)
class Offset:
    """Seconds to add to the second camera's times, and how well the lines meet then."""

    seconds: float
    gap_m: float
    """Median distance of the lines of the same joints, metres."""


Moments = Sequence[tuple[float, Sequence[Sighting]]]
"""Times in seconds, by the camera's own clock, and the people seen then."""


class OffsetWatch:
    """Looks at the first seconds of a rig, once."""

    def __init__(self) -> None:
        self._seen: dict[str, list[tuple[float, list[Sighting]]]] = {}
        self._done = False

    def see(self, views: Sequence[CameraPoses], times: Mapping[str, float]) -> dict[str, Offset]:
        """One set, with the times of its pictures; by camera, its offset from the first one's clock, when it is known.

        Empty until enough was seen, and ever after it was told.
        """
        if self._done or not views:
            return {}
        for index, one in enumerate(sightings_by_view(views)):
            self._seen.setdefault(views[index].name, []).append((times[views[index].name], one))
        first, *others = self._seen
        if len(self._seen[first]) < LOOKED_AT:
            return {}
        self._done, seen, self._seen = True, self._seen, {}
        found = {name: offset_between(seen[first], seen[name]) for name in others}
        return {name: offset for name, offset in found.items() if offset is not None}


def offset_between(first: Moments, second: Moments) -> Offset | None:
    """The offset of the second camera's clock, to a fraction of a frame; None if it cannot be told."""
    if len(second) < 2:
        return None
    shifts = np.arange(-LONGEST_S, LONGEST_S + STEP_S / 2, STEP_S)
    known: dict[tuple[int, int], list[float]] = {}
    gaps = np.array([_gap(first, second, shift, known) for shift in shifts])
    if not np.isfinite(gaps).any():
        return None
    best = int(np.nanargmin(gaps))
    apart = round(_APART_S / STEP_S)
    beside = gaps[[index for index in (best - apart, best + apart) if 0 <= index < len(gaps)]]
    if len(beside) == 0 or not gaps[best] < CLEARLY * np.nanmin(np.append(beside, np.inf)):
        return None
    return Offset(float(shifts[best] + _between_steps(gaps, best) * STEP_S), float(gaps[best]))


def _gap(first: Moments, second: Moments, shift: float, known: dict[tuple[int, int], list[float]]) -> float:
    """The median distance of lines if `shift` is added to the second camera's times; NaN if too little is seen.

    `known` keeps the distances of pairs of moments.
    """
    times = np.array([time for time, _ in second]) + shift
    interval = float(np.median(np.diff(times)))
    found = []
    for index, (time, people) in enumerate(first):
        nearest = int(np.abs(times - time).argmin())
        if abs(times[nearest] - time) <= interval / 2 + 1e-9:
            if (index, nearest) not in known:
                known[index, nearest] = _pairs(people, second[nearest][1])
            found += known[index, nearest]
    return float(np.median(found)) if len(found) >= LEAST_PAIRS else float("nan")


def _pairs(some: Sequence[Sighting], others: Sequence[Sighting]) -> list[float]:
    """For each person, the distance from the sighting of the other camera that fits best."""
    distances = [[_distance(one, other) for other in others] for one in some]
    return [least for row in distances if (least := min(row, default=SAME_M)) < SAME_M]


def _distance(one: Sighting, other: Sighting) -> float:
    common = np.flatnonzero(one.found & other.found)
    if len(common) < MIN_COMMON:
        return SAME_M
    _, gaps, fixed = meetings(one, other, common)
    return float(np.median(gaps[fixed])) if np.count_nonzero(fixed) >= MIN_COMMON else SAME_M


def _between_steps(gaps: Array, best: int) -> float:
    """Where between the steps a parabola through the least three has its lowest point, -0.5 to 0.5."""
    if not 0 < best < len(gaps) - 1 or not np.isfinite(gaps[best - 1 : best + 2]).all():
        return 0.0
    before, here, after = gaps[best - 1 : best + 2]
    bend = before - 2 * here + after
    return float(np.clip((before - after) / (2 * bend), -0.5, 0.5)) if bend > 0 else 0.0
