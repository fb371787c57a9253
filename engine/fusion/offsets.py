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


@dataclass(frozen=True, slots=True)
class Offset:
    """Seconds to add to the second camera's times, and how well the lines meet then."""

    seconds: float
    gap_m: float
    """Median distance of the lines of the same joints, metres."""


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
    gaps = np.array([_gap(first, second, shift, known) for shift in shifts])
    if not np.isfinite(gaps).any():
        return None
    best = int(np.nanargmin(gaps))
    apart = round(_APART_S / STEP_S)
    beside = gaps[[index for index in (best - apart, best + apart) if 0 <= index < len(gaps)]]
    if len(beside) == 0 or not gaps[best] < CLEARLY * np.nanmin(np.append(beside, np.inf)):
        return None
    interval = float(np.median(np.diff([time for time, _ in second])))
    return Offset(float(shifts[0] + _lowest(gaps, best, interval / STEP_S) * STEP_S), float(gaps[best]))


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
