"""Interpolation of joints over time, with gaps that stay gaps."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.motion.motion import Array, runs

_PART, _OVERLAP = 2000, 4
"""Values in a spline, and those that two neighbouring splines share on either side of their border."""
_SLACK = 1e-6
"""Seconds by which two times may differ and count as the same."""


def interpolate(times: Array, values: Array, at: Array, longest_s: float) -> Array:
    """Values (T, J, C) at `times` -> (len(at), J, C) at other times; NaN in gaps longer than `longest_s`.

    A joint is missing where one of its values is NaN. Between neighbouring values of a joint that are at most
    `longest_s` apart, an Akima spline runs, which noise disturbs less than a cubic one; elsewhere, and
    before the first and after the last value, the result is NaN.
    """
    result = np.full((len(at), *values.shape[1:]), np.nan)
    present = np.asarray(np.isfinite(values).all(axis=2))
    for pattern, joints in _patterns(present):
        rows = np.flatnonzero(pattern)
        for start, end in _bridged(times[rows], longest_s):
            for part, since in _parts(rows[start:end]):
                _fill(times[part], values[part][:, joints], at, result, joints, since)
    return result


def _patterns(present: NDArray[np.bool_]) -> list[tuple[NDArray[np.bool_], NDArray[np.int64]]]:
    """Joints that are there at the same times, together: usually all of them."""
    patterns, which = np.unique(present, axis=1, return_inverse=True)
    return [(patterns[:, index], np.flatnonzero(which.ravel() == index)) for index in range(patterns.shape[1])]


def _bridged(times: Array, longest_s: float) -> list[tuple[int, int]]:
    """Stretches of times without a step longer than `longest_s`, as (first, after the last)."""
    if not len(times):
        return []
    near = np.diff(times) <= longest_s + _SLACK
    cuts = np.flatnonzero(~near) + 1
    bounds = [0, *cuts.tolist(), len(times)]
    return list(pairwise(bounds))


def _parts(rows: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.int64], int]]:
    """Parts of a long stretch, whose splines take little memory, and the index from which each of them is used.

    They overlap: near its ends, a spline depends on what is beyond.
    """
    for start in range(0, max(1, len(rows) - _OVERLAP), _PART):
        yield rows[start : start + _PART + 2 * _OVERLAP], _OVERLAP if start else 0


def _fill(times: Array, values: Array, at: Array, result: Array, joints: NDArray[np.int64], since: int) -> None:
    """Write the stretch's values into `result`, at those of `at` that lie inside of it, after its time `since`."""
    first = int(np.searchsorted(at, times[since] - _SLACK))
    last = int(np.searchsorted(at, times[-1] + _SLACK, side="right"))
    if first == last:
        return
    inside = np.clip(at[first:last], times[0], times[-1])
    result[first:last, joints] = _spline(times, values, inside)


def _spline(times: Array, values: Array, at: Array) -> Array:
    if len(times) == 1:
        return np.repeat(values, len(at), axis=0)
    if len(times) == 2:
        part = ((at - times[0]) / (times[1] - times[0]))[:, None, None]
        return np.asarray(values[0] + part * (values[1] - values[0]))
    from scipy.interpolate import Akima1DInterpolator

    return np.asarray(Akima1DInterpolator(times, values)(at))


def stretches(present: NDArray[np.bool_], times: Array) -> list[list[float]]:
    """[first, last] second of each stretch that is True, to a millisecond, for the metadata."""
    return [[round(float(times[start]), 3), round(float(times[end - 1]), 3)] for start, end in runs(present)]
