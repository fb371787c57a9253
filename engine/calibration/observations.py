"""The people that several cameras saw at the same moments, as arrays.

In: what each camera saw in its own frames (`Seen`), with times of one clock. Out: `View`s on one grid of moments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.geometry import Array, Camera
from engine.skeleton import JOINT_COUNT
from engine.types import Pose2D

MOST_MOMENTS = 80
"""Moments that are used of a recording: more change nothing but the time that it takes."""
MOST_TRACKS = 16
"""People per camera, those seen longest."""
LEAST_SCORE = 0.3
"""Confidence from which on a keypoint is believed."""
LEAST_LOOKS = 5
"""Moments below which somebody is not used."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What one camera saw in one frame."""

    time: float
    """Seconds, of a clock that all cameras share."""
    people: Mapping[int, Pose2D]
    """By the camera's own ids."""


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What one camera saw, at M moments, of T people with ids of its own."""

    name: str
    camera: Camera
    """Its intrinsics; its pose means nothing yet."""
    rays: Array
    """(M, T, 19, 2) x/z and y/z; NaN where not seen."""

    @property
    def found(self) -> NDArray[np.bool_]:
        """(M, T, 19)"""
        return np.isfinite(self.rays[..., 0])


def views_of(cameras: Mapping[str, Camera], seen: Mapping[str, Sequence[Seen]]) -> list[View]:
    """The views of all cameras at the moments at which all, or most, delivered frames."""
    times = {name: np.array([one.time for one in frames]) for name, frames in seen.items()}
    slowest = max(times, key=lambda name: _interval(times[name]))
    moments = _moments(times, times[slowest])
    tolerance = max(0.6 * _interval(times[slowest]), 1e-3)
    return [
        View(name, camera, _on_grid(camera, seen[name], times[name], moments, tolerance))
        for name, camera in cameras.items()
    ]  # fmt: skip


def _interval(times: Array) -> float:
    return float(np.median(np.diff(times))) if len(times) > 1 else 0.0


def _moments(times: Mapping[str, Array], grid: Array) -> Array:
    """Evenly chosen moments of the grid within what at least two cameras recorded."""
    starts, ends = sorted(t[0] for t in times.values() if len(t)), sorted(t[-1] for t in times.values() if len(t))
    if len(starts) < 2:
        return np.zeros(0)
    inside = grid[(grid >= starts[1] - 1e-6) & (grid <= ends[-2] + 1e-6)]
    chosen = np.linspace(0, len(inside) - 1, min(MOST_MOMENTS, len(inside))).round().astype(int)
    return np.asarray(inside[chosen])


def _on_grid(camera: Camera, frames: Sequence[Seen], times: Array, moments: Array, tolerance: float) -> Array:
    """(M, T, 19, 2): the nearest frame of every moment."""
    near = np.abs(times[None] - moments[:, None]) if len(times) else np.full((len(moments), 1), np.inf)
    chosen = [frames[at] if gap <= tolerance else None for at, gap in zip(near.argmin(1), near.min(1), strict=True)]
    counts: dict[int, int] = {}
    for one in chosen:
        for id in one.people if one is not None else ():
            counts[id] = counts.get(id, 0) + 1
    ids = [id for id in sorted(counts, key=lambda id: -counts[id]) if counts[id] >= LEAST_LOOKS][:MOST_TRACKS]
    pixels = np.full((len(moments), len(ids), JOINT_COUNT, 2), np.nan)
    for row, one in enumerate(chosen):
        for column, id in enumerate(ids):
            if one is not None and id in one.people:
                pose = one.people[id]
                pixels[row, column] = np.where(pose.scores[:, None] > LEAST_SCORE, pose.keypoints, np.nan)
    return camera.rays(pixels)
