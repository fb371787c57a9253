"""Compares two recordings of the same motion: aligned in time and place, then joint by joint and angle by angle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.motion.alignment import Alignment, align, rigid, sampled
from engine.motion.angles import angles
from engine.motion.motion import Array, Motion
from engine.skeleton import JOINT, JOINTS

_MM_PER_M = 1000.0
_HIPS = [JOINT["left_hip"], JOINT["right_hip"]]


@dataclass(frozen=True, slots=True, eq=False)
class Difference:
    """How far one person of B is from the same person of A."""

    a: str
    b: str
    times: Array
    """(T,) seconds of A, at which A has scenes and both are seen."""
    errors: Array
    """(T, 19) millimetres; NaN where either has no joint."""
    root_errors: Array
    """(T, 19) millimetres, with the middles of the hips put onto each other."""
    angles: Mapping[str, Array]
    """Degrees, B minus A, (T,)."""

    @property
    def mpjpe_mm(self) -> float:
        return float(np.nanmean(self.errors))

    @property
    def root_mpjpe_mm(self) -> float:
        return float(np.nanmean(self.root_errors))

    def of_joints(self) -> dict[str, float]:
        """Mean error of each joint that both have, millimetres."""
        known = np.asarray(np.isfinite(self.errors).any(axis=0))
        return {joint: float(np.nanmean(self.errors[:, n])) for n, joint in enumerate(JOINTS) if known[n]}

    def of_angles(self) -> dict[str, tuple[float, float]]:
        """Mean absolute and mean difference of each angle that both have, degrees."""
        known = {name: values[np.isfinite(values)] for name, values in self.angles.items()}
        return {
            name: (float(np.abs(values).mean()), float(values.mean())) for name, values in known.items() if len(values)
        }


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """B compared with A."""

    alignment: Alignment
    scale: float
    """Size of B's people over that of A's; not corrected."""
    people: tuple[Difference, ...]


def compare(a: Sequence[Motion], b: Sequence[Motion]) -> Comparison:
    """Compare the people of two recordings. PosecastError if nobody moves alike in both."""
    found = align(a, b)
    times = [_seen_together(a[i], b[j], found.offset_s) for i, j in found.pairs]
    theirs = [sampled(b[j], when - found.offset_s) for (_, j), when in zip(found.pairs, times, strict=True)]
    ours = [sampled(a[i], when) for (i, _), when in zip(found.pairs, times, strict=True)]
    R, t = rigid(np.concatenate(theirs).reshape(-1, 3), np.concatenate(ours).reshape(-1, 3))
    people = tuple(
        _difference(a[i], b[j], when, x, y @ R.T + t)
        for (i, j), when, x, y in zip(found.pairs, times, ours, theirs, strict=True)
    )
    scale = _size(np.concatenate(theirs), np.concatenate(ours))
    return Comparison(Alignment(found.offset_s, R, t, found.pairs), scale, people)


def _difference(a: Motion, b: Motion, times: Array, ours: Array, theirs: Array) -> Difference:
    apart = ours - theirs
    root = apart[:, _HIPS].mean(axis=1, keepdims=True)
    angles_a, angles_b = angles(ours, up=a.up), angles(theirs, up=a.up)
    return Difference(
        a.label, b.label, times,
        np.linalg.norm(apart, axis=2) * _MM_PER_M,
        np.linalg.norm(apart - root, axis=2) * _MM_PER_M,
        {name: _turn(angles_b[name] - angles_a[name]) for name in angles_a},
    )  # fmt: skip


def _turn(degrees: Array) -> Array:
    """Differences of angles -> -180 to 180."""
    return (degrees + 180.0) % 360.0 - 180.0


def _seen_together(a: Motion, b: Motion, offset: float) -> Array:
    """Times of A's scenes at which both are seen."""
    both = np.isfinite(a.joints) & np.isfinite(sampled(b, a.times - offset))
    return a.times[both.any(axis=(1, 2))]


def _size(theirs: Array, ours: Array) -> float:
    """Ratio of the median distance of joints from the middle of the hips."""
    spans = [np.linalg.norm(side - side[:, _HIPS].mean(axis=1, keepdims=True), axis=2) for side in (theirs, ours)]
    known = np.isfinite(spans[0]) & np.isfinite(spans[1]) & (spans[1] > 0)
    return float(np.median(spans[0][known] / spans[1][known]))
