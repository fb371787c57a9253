"""How fast joints move, and how often an angle goes up and down."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.motion.motion import Array, runs


def speeds(joints: Array, times: Array) -> Array:
    """(T, 19, 3) metres at (T,) seconds -> (T, 19) metres a second, by central differences; NaN beside gaps.

    At least two rows. Cleaned motion gives useful speeds; of raw motion, mostly the noise is measured.
    """
    return np.asarray(np.linalg.norm(np.gradient(joints, times, axis=0), axis=-1))


@dataclass(frozen=True, slots=True)
class Repetition:
    """From one low through a high to the next low."""

    start_s: float
    peak_s: float
    end_s: float
    low: float
    """The lower of the two lows."""
    high: float

    @property
    def seconds(self) -> float:
        return self.end_s - self.start_s

    @property
    def range(self) -> float:
        """How far it goes, in the unit of the values."""
        return self.high - self.low


@dataclass(frozen=True, slots=True)
class Repetitions:
    """All repetitions of an angle."""

    each: tuple[Repetition, ...]

    @property
    def count(self) -> int:
        return len(self.each)

    @property
    def range(self) -> float:
        """The mean range; NaN without repetitions."""
        return float(np.mean([one.range for one in self.each])) if self.each else float("nan")

    @property
    def per_minute(self) -> float:
        """The tempo; NaN without repetitions."""
        return 60 * self.count / sum(one.seconds for one in self.each) if self.each else float("nan")


def repetitions(values: Array, times: Array, hysteresis: float = 20.0) -> Repetitions:
    """Repetitions of (T,) values, as of an angle in degrees, at (T,) seconds.

    A turn counts once the value has come back by `hysteresis`, so that trembling at the top is not counted. What was
    not finished at the end, and what is interrupted by a gap, is left out.
    """
    found: list[Repetition] = []
    for start, end in runs(np.isfinite(values)):
        lows, highs = _turns(values[start:end], hysteresis)
        for low, high, next_low in zip(lows, highs, lows[1:], strict=False):
            low_value = float(min(values[start + low], values[start + next_low]))
            begins, peaks, ends = (float(times[start + index]) for index in (low, high, next_low))
            found.append(Repetition(begins, peaks, ends, low_value, float(values[start + high])))
    return Repetitions(tuple(found))


def _turns(values: Array, hysteresis: float) -> tuple[list[int], list[int]]:
    """Indices of the lows and of the highs between them: one more low than highs, or none of either."""
    lows: list[int] = []
    highs: list[int] = []
    low = high = 0
    rising: bool | None = None
    for index, value in enumerate(values):
        low, high = (index if value < values[low] else low), (index if value > values[high] else high)
        if rising is not False and value <= values[high] - hysteresis:
            if lows:
                highs.append(high)
            rising, low = False, index
        elif rising is not True and value >= values[low] + hysteresis:
            lows.append(low)
            rising, high = True, index
    if highs and len(lows) == len(highs):  # going down at the end
        came_back = values[low] <= (values[lows[-1]] + values[highs[-1]]) / 2
        lows, highs = ([*lows, low], highs) if came_back else (lows, highs[:-1])
    return lows, highs
