"""Tracks people over time: stable ids, and smoothed joints (docs/algorithm.md, section 5).

    tracker = Tracker()
    people = tracker.update(poses2d, poses3d, frame.time, TrackingOptions())

In: the poses of one frame and its time. Out: the same people with ids and colours, scaled and smoothed in 3D. Keypoints
in the image are not smoothed, so that the overlay never lags behind the picture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from engine.tracking.colours import Colours
from engine.tracking.identity import Identities
from engine.tracking.smoothing import PoseSmoother
from engine.types import Person, Pose2D, Pose3D

__all__ = ["Tracker", "TrackingOptions"]


@dataclass(frozen=True, slots=True)
class TrackingOptions:
    """The user's options for tracking; may change between two frames."""

    smoothing: bool = True
    cutoff_hz: float = 1.0
    """One Euro minimum cutoff."""
    beta: float = 1.0
    """One Euro speed coefficient, Hz per m/s."""
    assumed_height_m: float = 1.80
    """Height that the given poses assume for people, metres."""
    person_heights_m: Mapping[int, float] = field(default_factory=dict)
    """True heights of single people by id, metres."""

    def height_of(self, person_id: int) -> float:
        """Metres."""
        return self.person_heights_m.get(person_id, self.assumed_height_m)


class Tracker:
    """The tracker of one stream. Ids start at 1 and are never reused, not even after `reset`."""

    def __init__(self) -> None:
        self._identities = Identities()
        self._colours = Colours()
        self.reset()

    def reset(self) -> None:
        """Forget all people: the next frame is of another scene."""
        self._identities.forget()
        self._smoothers: dict[int, PoseSmoother] = {}
        self._now: float | None = None

    def update(
        self, poses2d: Sequence[Pose2D], poses3d: Sequence[Pose3D | None], time: float, options: TrackingOptions
    ) -> tuple[Person, ...]:
        """The people of the frame at `time` [s], sorted by id; `poses3d` (camera frame) goes with `poses2d`.

        If time stands still or runs backwards (a file restarts, a clock is set), ids are kept and smoothing restarts.
        """
        if self._now is not None and time <= self._now:
            self._identities.restart_clock(self._now, time)
            self._smoothers.clear()
        self._now = time
        order = sorted(range(len(poses2d)), key=lambda index: _rank(poses2d[index]))
        ids = self._identities.assign([poses2d[index].keypoints for index in order], time)
        people = [
            Person(person_id, poses2d[index], self._calm(poses3d[index], person_id, time, options), colour)
            for index, person_id, colour in zip(order, ids, self._colours.assign(ids), strict=True)
        ]
        known = self._identities.known
        self._smoothers = {id: smoother for id, smoother in self._smoothers.items() if id in known}
        return tuple(sorted(people, key=lambda person: person.id))

    def _calm(self, pose: Pose3D | None, person_id: int, time: float, options: TrackingOptions) -> Pose3D | None:
        """The pose, scaled to the person's height and smoothed. Scaling about the camera leaves the image unchanged."""
        if pose is None:
            return None
        height_m = options.height_of(person_id)
        factor = height_m / options.assumed_height_m
        joints, errors = pose.joints * factor, None if pose.errors is None else pose.errors * factor
        if not options.smoothing:
            self._smoothers.pop(person_id, None)
            return Pose3D(joints, errors)
        smoother = self._smoothers.setdefault(person_id, PoseSmoother())
        smoothed = smoother.update(joints, time, height_m, cutoff_hz=options.cutoff_hz, beta=options.beta)
        return Pose3D(smoothed.astype(np.float32), errors)


def _rank(pose: Pose2D) -> tuple[float, bytes]:
    """Sort key: most confident first; ties are broken independently of the input order."""
    return -pose.score, pose.keypoints.tobytes()
