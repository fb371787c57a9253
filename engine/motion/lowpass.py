"""A low-pass filter without lag (Butterworth, forwards and backwards), and the choice of its cutoff.

The cutoff comes from residual analysis (Winter, Biomechanics and Motor Control of Human Movement, 4th edition, section
3.4.4.3): the root mean square of what the filter removes, R(f), falls steeply where the motion is and then, where only
noise is left, on a straight line. That line meets f = 0 at the noise's amplitude, and the cutoff is where R(f) reaches
that amplitude.
"""

from __future__ import annotations

import numpy as np

from engine.errors import PosecastError
from engine.motion.motion import Array, Motion, runs
from engine.skeleton import JOINT_COUNT

ORDER = 2
"""Of one pass; two passes make it 4."""
_TWO_PASSES = (2**0.5 - 1) ** 0.25
"""The cutoff of two passes over that of one (Winter, section 3.4.4.2): 0.802."""
LOWEST_HZ, HIGHEST_HZ = 3.0, 15.0
"""Bounds of the chosen cutoff; the hands of people who wave, shake or dance move at up to 3 Hz."""
_NYQUIST_PART = 0.9
_TAIL = 1 / 3
"""Part of the cutoffs that are tried, the highest, to which the line is fitted."""
_TRIED = 24
_MOST_ROWS = 3000
"""Values that the analysis looks at, from the middle of the longest stretch."""


def low_pass(motion: Motion, rate: float, cutoff_hz: float | None = None) -> Motion:
    """The motion, at a steady `rate` in Hz, without what is faster than the cutoff.

    `cutoff_hz` None: by residual analysis, for each joint. Gaps stay gaps, and each stretch is filtered for itself;
    stretches too short for the filter stay as they are. PosecastError if the cutoff is too high for the rate.
    """
    if cutoff_hz is not None and not 0 < cutoff_hz <= highest_cutoff(rate):
        raise PosecastError(
            f"a cutoff of {cutoff_hz:g} Hz is not possible at {rate:g} values a second",
            f"give more than 0 and at most {highest_cutoff(rate):.2f} Hz",
        )
    cutoffs = residual_cutoffs(motion, rate) if cutoff_hz is None else np.full(JOINT_COUNT, cutoff_hz)
    joints = motion.joints.copy()
    for joint, cutoff in enumerate(cutoffs):
        for start, end in runs(np.asarray(np.isfinite(joints[:, joint]).all(axis=1))):
            joints[start:end, joint] = _filtered(joints[start:end, joint], rate, float(cutoff))
    figures = {
        "filter": f"Butterworth, order {2 * ORDER}, zero lag",
        "cutoff": "residual analysis" if cutoff_hz is None else "given",
        "cutoff_hz": [round(float(cutoff), 2) for cutoff in cutoffs],
    }
    return motion.after("low_pass", figures, joints=joints)


def highest_cutoff(rate: float) -> float:
    """The highest cutoff in Hz that the filter can have at `rate`."""
    return _NYQUIST_PART * rate / 2 * _TWO_PASSES


def residual_cutoffs(motion: Motion, rate: float) -> Array:
    """(19,) Hz: the cutoff of each joint by residual analysis, within LOWEST_HZ and HIGHEST_HZ where `rate` allows."""
    top = min(HIGHEST_HZ, highest_cutoff(rate))
    lowest = min(LOWEST_HZ, top)
    values = _longest_stretch(motion)
    if len(values) <= _padding():
        return np.full(JOINT_COUNT, top)
    tried = np.linspace(1.0, highest_cutoff(rate), _TRIED)
    residuals = np.stack([_residual(values, rate, float(cutoff)) for cutoff in tried])
    return np.array([np.clip(_where_noise_begins(tried, one), lowest, top) for one in residuals.T])


def _residual(values: Array, rate: float, cutoff: float) -> Array:
    """(T, J, 3) -> (J,) metres, the root mean square of what the filter removes."""
    removed = values - _filtered(values, rate, cutoff)
    return np.asarray(np.sqrt((removed**2).sum(axis=2).mean(axis=0)))


def _where_noise_begins(tried: Array, residuals: Array) -> float:
    tail = max(3, int(len(tried) * _TAIL))
    _, noise = np.polyfit(tried[-tail:], residuals[-tail:], 1)
    below = np.flatnonzero(residuals <= noise)
    if not len(below):
        return float(tried[-1])
    index = int(below[0])
    if index == 0:
        return float(tried[0])
    before, after = residuals[index - 1], residuals[index]
    part = (before - noise) / (before - after) if before > after else 1.0
    return float(tried[index - 1] + part * (tried[index] - tried[index - 1]))


def _longest_stretch(motion: Motion) -> Array:
    """(T, 19, 3) metres."""
    start, end = max(runs(motion.placed), key=lambda run: run[1] - run[0], default=(0, 0))
    spare = max(0, end - start - _MOST_ROWS) // 2
    return motion.joints[start + spare : end - spare]


def _padding() -> int:
    return 3 * (ORDER + 1)


def _filtered(values: Array, rate: float, cutoff: float) -> Array:
    """(T, …) without gaps; unchanged if it is too short to be filtered."""
    from scipy.signal import butter, filtfilt

    if len(values) <= _padding():
        return values
    b, a = butter(ORDER, min(cutoff / _TWO_PASSES, _NYQUIST_PART * rate / 2), fs=rate)
    return np.asarray(filtfilt(b, a, values, axis=0, padlen=_padding()))
