"""How far the clocks of two cameras of a rig are apart, by the people's own motion.

At the right offset, the lines of sight to everybody's joints meet; at a wrong one they pass each other, by as much as
people have moved meanwhile. In: what both cameras see over some seconds. Out: the seconds to add to the second camera's
times, or None where people move too little, or too few are seen by both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.fusion.grouping import MIN_COMMON
from engine.fusion.sightings import Sighting
from engine.fusion.triangulation import LEAST_SINE
from engine.geometry import Array

LONGEST_S = 1.0
"""Largest offset that is looked for, seconds."""
STEP_S = 1 / 60
NEAR_S = 0.4
"""Seconds from a known offset within which a clock is looked for that drifts."""
SAME_M = 0.35
"""Median distance of the lines beyond which two sightings are not of one person at any offset."""
MOST_MOMENTS = 120
"""Moments of the first camera that are compared, evenly spread: more change nothing but the time that it takes."""
LEAST_PAIRS = 15
"""Least number of moments with somebody whom both cameras see."""
CLEARLY = 0.8
"""The distance at the best offset over that at offsets of a third of a second more and less, at most."""
_APART_S = 0.33
SURE = 3.0
"""Standard deviations beyond which it is no chance."""
_PARTS = 6
"""Parts of the time, each of which is left out once to see how far the result depends on it."""


@dataclass(frozen=True, slots=True)
class Offset:
    """Seconds to add to the second camera's times, and how well the lines meet then."""

    seconds: float
    gap_m: float
    """Median distance of the lines of the same joints, metres."""
    error_s: float
    """Standard deviation of `seconds`, by leaving out parts of the time (jackknife)."""
    interval_s: float
    """Time between two moments of the second camera: the clock is hardly known to less."""

    def is_surely_off(self, frame_s: float, known_s: float = 0.0) -> bool:
        """Whether it differs from `known_s` by more than a frame for sure; no estimate tells less than the interval."""
        least = max(frame_s, self.interval_s)
        return self.error_s <= least and abs(self.seconds - known_s) - SURE * self.error_s > least

    def agrees_with(self, other: Offset) -> bool:
        """Whether both may be the same, by their errors."""
        error = float(np.hypot(self.error_s, other.error_s))
        return abs(self.seconds - other.seconds) <= max(self.interval_s, SURE * error)


Moments = Sequence[tuple[float, Sequence[Sighting]]]
"""Times in seconds, by the camera's own clock, and the people seen then."""


def offset_between(first: Moments, second: Moments, near: float | None = None) -> Offset | None:
    """The offset of the second camera's clock, to a fraction of a frame; None if it cannot be told.

    Looked for is within LONGEST_S, or about the offset `near`, which is quicker.
    """
    if len(second) < 2:
        return None
    first = first[:: max(1, len(first) // MOST_MOMENTS)]
    middle, reach = (0.0, LONGEST_S) if near is None else (near, NEAR_S)
    shifts = middle + np.arange(-reach, reach + STEP_S / 2, STEP_S)
    known: dict[tuple[int, int], list[float]] = {}
    found = [_found(first, second, shift, known) for shift in shifts]
    gaps = _gaps(found)
    if not np.isfinite(gaps).any():
        return None
    best = int(np.nanargmin(gaps))
    apart = round(_APART_S / STEP_S)
    beside = gaps[[index for index in (best - apart, best + apart) if 0 <= index < len(gaps)]]
    if len(beside) == 0 or not gaps[best] < CLEARLY * np.nanmin(np.append(beside, np.inf)):
        return None
    interval = float(np.median(np.diff([time for time, _ in second])))
    steps = _lowest(gaps, best, interval / STEP_S)
    error = _error(found, len(first), interval / STEP_S)
    return Offset(float(shifts[0] + steps * STEP_S), float(gaps[best]), error * STEP_S, interval)


def _found(first: Moments, second: Moments, shift: float, known: dict[tuple[int, int], list[float]]) -> Array:
    """(N, 2): moments of the first camera, and distances of lines if `shift` is added to the second one's times.

    `known` keeps the distances of pairs of moments.
    """
    times = np.array([time for time, _ in second]) + shift
    interval = float(np.median(np.diff(times)))
    found: list[tuple[int, float]] = []
    for index, (time, people) in enumerate(first):
        nearest = int(np.abs(times - time).argmin())
        if abs(times[nearest] - time) <= interval / 2 + 1e-9:
            if (index, nearest) not in known:
                known[index, nearest] = _pairs(people, second[nearest][1])
            found += [(index, distance) for distance in known[index, nearest]]
    return np.array(found, dtype=float).reshape(-1, 2)


def _gaps(found: Sequence[Array]) -> Array:
    """(S,) the median distance for each shift; NaN if too little is seen."""
    return np.array([np.median(one[:, 1]) if len(one) >= LEAST_PAIRS else np.nan for one in found])


def _error(found: Sequence[Array], moments: int, frame: float) -> float:
    """The standard deviation of the best shift, in steps; infinite if a part alone tells it."""
    parts = [np.floor(one[:, 0] * _PARTS / moments) for one in found]
    best = []
    for part in range(_PARTS):
        gaps = _gaps([one[at != part] for one, at in zip(found, parts, strict=True)])
        if not np.isfinite(gaps).any():
            return np.inf
        best.append(_lowest(gaps, int(np.nanargmin(gaps)), frame))
    return float(np.sqrt(_PARTS - 1) * np.std(best))


def _pairs(some: Sequence[Sighting], others: Sequence[Sighting]) -> list[float]:
    """For each person, the distance from the sighting of the other camera that fits best."""
    if not some or not others:
        return []
    least = _distances(some, others).min(axis=1)
    return [float(each) for each in least if each < SAME_M]


def _distances(some: Sequence[Sighting], others: Sequence[Sighting]) -> Array:
    """(P, Q) median distances of the lines of the same joints; infinite where too few of them cross."""
    u, v = (np.stack([one.lines for one in each]) for each in (some, others))
    found = np.einsum("pj,qj->pqj", *(np.stack([one.found for one in each]) for each in (some, others)))
    between = others[0].camera.position - some[0].camera.position
    sines = np.sqrt(np.maximum(1 - np.einsum("pji,qji->pqj", u, v) ** 2, 0.0))
    fixed = found & (sines > LEAST_SINE)
    volumes = np.abs(np.einsum("pji,qji->pqj", np.cross(between, u), v))
    gaps = np.sort(np.where(fixed, volumes / np.maximum(sines, LEAST_SINE), np.inf), axis=-1)
    count = fixed.sum(axis=-1, keepdims=True)
    halves = (np.maximum(count - 1, 0) // 2, count // 2)
    medians = sum(np.take_along_axis(gaps, half, axis=-1)[..., 0] for half in halves) / 2
    return np.asarray(np.where(count[..., 0] >= MIN_COMMON, medians, np.inf))


def _lowest(gaps: Array, best: int, frame: float) -> float:
    """Where the gaps are least, in steps: a parabola through the least ones and those a frame before and after.

    All shifts that make pairs of the same frames have the same gap; the middle of them is where the frames meet.
    """
    first = last = best
    while first > 0 and gaps[first - 1] == gaps[best]:
        first -= 1
    while last < len(gaps) - 1 and gaps[last + 1] == gaps[best]:
        last += 1
    middle = (first + last) / 2
    if not (middle - frame >= 0 and middle + frame <= len(gaps) - 1):
        return middle
    before, after = np.interp((middle - frame, middle + frame), np.arange(len(gaps)), gaps)
    bend = before - 2 * gaps[best] + after
    return middle + frame * float(np.clip((before - after) / (2 * bend), -0.5, 0.5)) if bend > 0 else middle
