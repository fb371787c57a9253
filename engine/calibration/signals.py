"""How far two clocks are apart, by something sudden that both noticed: a clap in the sound, a light in the pictures.

In: how much something changed over time, of each recording, on one grid of moments that begins at 0 of its clock. Out:
the seconds to add to the second one's times, and how clearly this shift stands out from all others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import correlate

from engine.geometry import Array

BESIDE_S = 0.15
"""Shifts nearer to the best one than this are not another choice."""
CLEARLY = 1.4
"""How much better the best shift must fit than any other."""
LEAST_LIKENESS = 0.3
"""Least correlation at the best shift, of 1."""


@dataclass(frozen=True, slots=True)
class Shift:
    """What must be added to the second clock's times."""

    seconds: float
    clarity: float
    """The fit over that of the best other shift."""
    likeness: float
    """The correlation there, 0 to 1."""

    @property
    def is_sure(self) -> bool:
        return self.clarity >= CLEARLY and self.likeness >= LEAST_LIKENESS


def shift_between(first: Array, second: Array, rate: float, longest_s: float) -> Shift | None:
    """The shift of at most `longest_s` at which the changes fit best; None if nothing changes in one of them.

    `rate` is the number of values per second.
    """
    if len(first) < 2 or len(second) < 2 or not (np.ptp(first) > 0 and np.ptp(second) > 0):
        return None
    a, b = first - np.median(first), second - np.median(second)
    fits = correlate(a, b, mode="full", method="fft") / (np.linalg.norm(a) * np.linalg.norm(b))
    shifts = np.arange(len(fits)) - (len(b) - 1)
    fits = np.where(np.abs(shifts) <= longest_s * rate, fits, -np.inf)
    best = int(np.argmax(fits))
    others = fits[np.abs(shifts - shifts[best]) > BESIDE_S * rate]
    beside = max(float(others.max(initial=0.0)), 1e-6)
    likeness = float(fits[best])
    return Shift(float(shifts[best] + _between(fits, best)) / rate, likeness / beside, likeness)


def _between(fits: Array, best: int) -> float:
    """Where the top of the peak lies between the steps: the middle of a flat one, else a parabola's."""
    if not 0 < best < len(fits) - 1 or not np.isfinite(fits[best - 1 : best + 2]).all():
        return 0.0
    before, here, after = fits[best - 1 : best + 2]
    bend = before - 2 * here + after
    return float(np.clip((before - after) / (2 * bend), -0.5, 0.5)) if bend < 0 else 0.0
