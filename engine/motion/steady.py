"""A steady rate: live recordings have none, and most formats require one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.motion.motion import Array, Motion
from engine.motion.splines import interpolate

_USUAL_HZ = (
    10.0, 12.0, 12.5, 15.0, 20.0, 24000 / 1001, 24.0, 25.0, 30000 / 1001, 30.0, 48.0, 50.0, 60000 / 1001, 60.0,
    90.0, 100.0, 120.0, 240.0,
)  # fmt: skip
_USUAL = 0.0004
"""Relative difference up to which a rate is taken for a usual one; 29.97 and 30 Hz differ by 0.001."""
_ON_GRID = 0.05
"""Part of a step by which times may be off the steady ones and the values still be taken as they are."""


def steady_rate(times: Array, frames: NDArray[np.int64]) -> float:
    """The rate of scenes in Hz: (T,) seconds and (T,) indices of frames in their source, at least two of each.

    Where every second frame was dropped it is half the rate of the source.
    """
    steps = np.diff(frames)
    if (steps > 0).all():
        rate = float((frames[-1] - frames[0]) / (times[-1] - times[0]) / np.median(steps))
    else:  # not frames of one source
        rate = float(1 / np.median(np.diff(times)))
    usual = min(_USUAL_HZ, key=lambda hz: abs(hz - rate))
    return usual if abs(usual - rate) <= _USUAL * usual else round(rate, 3)


def steady_times(seconds: float, rate: float) -> Array:
    """(N,) 0, 1 / rate, … up to `seconds`."""
    return np.arange(int(np.floor(seconds * rate + _ON_GRID)) + 1) / rate


def resample(motion: Motion, rate: float, longest_s: float) -> Motion:
    """The motion at 0, 1 / rate, … seconds; steps between values longer than `longest_s` become gaps.

    If the times already are those, but for rounding, the values are taken as they are.
    """
    times = steady_times(float(motion.times[-1]), rate)
    rows = np.round(motion.times * rate).astype(np.int64)
    off = np.abs(motion.times * rate - rows)
    on_grid = bool((off <= _ON_GRID).all() and (np.diff(rows) > 0).all() and rows[-1] < len(times))
    if on_grid:
        joints, keypoints = (_placed_at(values, rows, len(times)) for values in (motion.joints, motion.keypoints))
    else:
        joints = interpolate(motion.times, motion.joints, times, longest_s)
        keypoints = _nearest(motion.times, motion.keypoints, times, longest_s / 2)
    keypoints[..., 2] = np.nan_to_num(keypoints[..., 2])
    figures = {"rate_hz": rate, "interpolated": not on_grid}
    return motion.after("resample", figures, times=times, joints=joints, keypoints=keypoints)


def _placed_at(values: Array, rows: NDArray[np.int64], count: int) -> Array:
    result = np.full((count, *values.shape[1:]), np.nan)
    result[rows] = values
    return result


def _nearest(times: Array, values: Array, at: Array, within_s: float) -> Array:
    """Each value of the nearest time, NaN if that is farther than `within_s`."""
    after = np.clip(np.searchsorted(times, at), 1, len(times) - 1)
    rows = np.where(at - times[after - 1] < times[after] - at, after - 1, after)
    result = values[rows].copy()
    result[np.abs(times[rows] - at) > within_s] = np.nan
    return result
