"""Interpolation of joints over time, with gaps that stay gaps."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.motion.motion import Array, runs

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
            _fill(times[rows[start:end]], values[rows[start:end]][:, joints], at, result, joints)
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


def _fill(times: Array, values: Array, at: Array, result: Array, joints: NDArray[np.int64]) -> None:
    """Write the stretch's values into `result`, at those of `at` that lie inside of it."""
    first = int(np.searchsorted(at, times[0] - _SLACK))
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
