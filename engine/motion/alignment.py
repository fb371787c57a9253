"""Aligns two recordings of the same people in time and place: who is who, by how much the clocks differ, and where.

The offset in time of two people is found from the distances between their joints, which do not depend on where the
world's origin is. Each pair of people gives a rigid transform, without scale; the one that brings everybody together
wins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.optimize import linear_sum_assignment

from engine.errors import PosecastError
from engine.geometry import nearest_rotation
from engine.motion.motion import Array, Motion
from engine.skeleton import JOINT

LONGEST_OFFSET_S = 30.0
"""Seconds by which the clocks may differ."""
_COARSE_HZ, _FINE_HZ = 10.0, 100.0
_LEAST_OVERLAP = 0.5
"""Share of the shorter recording in which both must be seen."""
_SAME_CLOCK = 1.05
"""The clocks count as the same if the best offset is better by no more than this factor."""
_STRANGER_M = 0.5
"""Mean distance of joints, after alignment, from which two people are not the same one."""
_LIMB_ENDS = [JOINT[f"{side}_{part}"] for side in ("left", "right")
              for part in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")]  # fmt: skip
_PAIRS = np.array(list(combinations(_LIMB_ENDS, 2)))


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """How B lies over A."""

    offset_s: float
    """Added to the times of B, it gives those of A."""
    R: Array
    """(3, 3) a_from_b."""
    t: Array
    """(3,) metres: X_a = R X_b + t."""
    pairs: tuple[tuple[int, int], ...]
    """Indices in A and B of the same person."""


def align(a: Sequence[Motion], b: Sequence[Motion]) -> Alignment:
    """The best alignment. PosecastError if nobody moves alike in both."""
    best: tuple[float, Alignment] | None = None
    for x in a:
        for y in b:
            offset = _offset(x, y)
            if offset is None:
                continue
            scored = _scored(a, b, offset, *_transform(x, y, offset))
            if best is None or scored[0] < best[0]:
                best = scored
    if best is None or not best[1].pairs:
        raise PosecastError("nobody moves alike in the two recordings", "compare recordings of the same motion")
    return best[1]


def sampled(motion: Motion, times: Array) -> Array:
    """(T,) seconds -> (T, 19, 3) metres, interpolated; NaN beside gaps and outside."""
    flat = motion.joints.reshape(len(motion.times), -1)
    columns = [np.interp(times, motion.times, column, left=np.nan, right=np.nan) for column in flat.T]
    return np.stack(columns, axis=1).reshape(len(times), -1, 3)


def rigid(source: Array, target: Array) -> tuple[Array, Array]:
    """(N, 3) and (N, 3), NaN where unknown -> R (3, 3) and t (3,) with R source + t nearest to target (Kabsch)."""
    known = np.isfinite(source).all(axis=1) & np.isfinite(target).all(axis=1)
    source, target = source[known], target[known]
    middle_s, middle_t = source.mean(axis=0), target.mean(axis=0)
    R = np.asarray(nearest_rotation((target - middle_t).T @ (source - middle_s)), dtype=np.float64)
    return R, np.asarray(middle_t - R @ middle_s)


def _transform(x: Motion, y: Motion, offset: float) -> tuple[Array, Array]:
    times = _common_times(x, y, offset, _COARSE_HZ)
    return rigid(sampled(y, times - offset).reshape(-1, 3), sampled(x, times).reshape(-1, 3))


def _scored(a: Sequence[Motion], b: Sequence[Motion], offset: float, R: Array, t: Array) -> tuple[float, Alignment]:
    """The alignment with people assigned by where they are; and how bad it is, metres."""
    apart = np.array([[_apart(x, y, offset, R, t) for y in b] for x in a])
    capped = np.minimum(np.nan_to_num(apart, nan=_STRANGER_M), _STRANGER_M)
    rows, columns = linear_sum_assignment(capped)
    pairs = tuple((int(i), int(j)) for i, j in zip(rows, columns, strict=True) if capped[i, j] < _STRANGER_M)
    return float(capped[rows, columns].sum()), Alignment(offset, R, t, pairs)


def _apart(x: Motion, y: Motion, offset: float, R: Array, t: Array) -> float:
    """Mean distance of two people's joints, metres; NaN if they are never seen together."""
    times = _common_times(x, y, offset, _COARSE_HZ)
    gaps = np.linalg.norm(sampled(x, times) - (sampled(y, times - offset) @ R.T + t), axis=2)
    return float(np.nanmean(gaps)) if np.isfinite(gaps).any() else np.nan


def _common_times(x: Motion, y: Motion, offset: float, rate: float) -> Array:
    """Times of A at which both recordings run."""
    start, end = max(x.times[0], y.times[0] + offset), min(x.times[-1], y.times[-1] + offset)
    return np.asarray(start + np.arange(max(0, int((end - start) * rate) + 1)) / rate)


def _offset(x: Motion, y: Motion) -> float | None:
    """Seconds to add to the times of y, so that both bodies change their shape alike; None if they do not overlap."""
    longest = min(LONGEST_OFFSET_S, max(x.times[-1] - x.times[0], y.times[-1] - y.times[0]))
    steps = np.arange(-longest, longest + 1e-9, 1 / _COARSE_HZ)
    coarse = _costs(x, y, steps, _COARSE_HZ)
    if not np.isfinite(coarse).any():
        return None
    around = steps[np.nanargmin(coarse)] + np.arange(-_FINE_HZ / _COARSE_HZ, _FINE_HZ / _COARSE_HZ + 1) / _FINE_HZ
    fine = _costs(x, y, around, _COARSE_HZ)
    best = int(np.nanargmin(fine))
    same = _costs(x, y, np.zeros(1), _COARSE_HZ)[0]
    return 0.0 if same <= _SAME_CLOCK * fine[best] else float(around[best])


def _costs(x: Motion, y: Motion, offsets: Array, rate: float) -> Array:
    """(N,) seconds -> (N,) mean difference of the joints' distances, metres; NaN where they overlap too little."""
    least = _LEAST_OVERLAP * min(_seen_s(x), _seen_s(y)) * rate
    return np.array([_cost(x, y, offset, rate, least) for offset in offsets])


def _cost(x: Motion, y: Motion, offset: float, rate: float, least: float) -> float:
    times = _common_times(x, y, offset, rate)
    if len(times) < max(2.0, least):
        return np.nan
    unlike = np.abs(_shape(sampled(x, times)) - _shape(sampled(y, times - offset)))
    both = np.isfinite(unlike).any(axis=1)
    return float(np.nanmean(unlike)) if both.sum() >= max(2.0, least) else np.nan


def _shape(joints: Array) -> Array:
    """(T, 19, 3) -> (T, 66) distances between the ends of limbs."""
    return np.asarray(np.linalg.norm(joints[:, _PAIRS[:, 0]] - joints[:, _PAIRS[:, 1]], axis=2))


def _seen_s(motion: Motion) -> float:
    seen = np.flatnonzero(np.isfinite(motion.joints).any(axis=(1, 2)))
    return float(motion.times[seen[-1]] - motion.times[seen[0]]) if len(seen) else 0.0
