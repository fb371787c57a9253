"""Tests whether a measured quantity stays flat, by its least-squares slope and a limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

WARM_UP = 0.2
"""Share of a run that is not counted: caches fill, libraries load, every backend is opened for the first time."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A quantity rises where it does so faster than `per_hour`, and in the run by more than `noise`: both by the line
    and from the first quarter's median to the last one's."""

    per_hour: float
    noise: float
    """Variation caused by switches, viewers and recordings, from which a short run cannot distinguish a rise."""


@dataclass(frozen=True, slots=True)
class Slope:
    first: float
    """Median of the first quarter of what counts; `last`: of the last."""
    last: float
    per_hour: float
    flat: bool


def slope(times_s: Sequence[float], values: Sequence[float], limit: Limit) -> Slope:
    """The slope of `values` over `times_s`, at least 8 of them, without the warm-up. NaN means not measured."""
    t, v = np.asarray(times_s, float), np.asarray(values, float)
    counts = (t >= t[0] + WARM_UP * (t[-1] - t[0])) & np.isfinite(v)
    t, v = t[counts], v[counts]
    if len(t) < 8:
        raise ValueError(f"{len(t)} measurements are too few for a slope")
    per_second = float(np.polyfit(t - t[0], v, 1)[0])
    rise, quarter = per_second * float(t[-1] - t[0]), len(t) // 4
    first, last = float(np.median(v[:quarter])), float(np.median(v[-quarter:]))
    flat = per_second * 3600 <= limit.per_hour or min(rise, last - first) <= limit.noise
    return Slope(first, last, per_second * 3600, flat)
