"""A recording as arrays: one time axis, and for each person the scenes in which they are seen.

`Track` keeps only the scenes that have the person, in single precision, so that an hour of five people fits into
300 MB; `Recording.person` lays one of them out over the whole time axis.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import PosecastError
from engine.motion.motion import Array, Motion
from engine.skeleton import JOINT_COUNT

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """Where one id is seen."""

    id: int
    name: str | None
    rows: NDArray[np.int64]
    """(n,) indices into `Recording.times`, increasing."""
    joints: Floats
    """(n, 19, 3) metres, world frame of the recording; NaN where the person has no 3D."""
    keypoints: Floats
    """(n, 19, 3) x and y in pixels of the frame, confidence; NaN, NaN, 0 if not found."""

    @property
    def placed(self) -> NDArray[np.bool_]:
        """(n,) whether the person has 3D."""
        return np.asarray(np.isfinite(self.joints).all(axis=(1, 2)))


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """What `engine.motion.read` returns."""

    source: str
    """The file's name, without folders."""
    times: Array
    """(T,) seconds since the first scene, increasing."""
    frames: NDArray[np.int64]
    """(T,) index of each scene's frame in its source."""
    tracks: tuple[Track, ...]
    """By id."""
    up: str
    """The world axis that points up: '+y', '-y', …"""
    image_size: tuple[int, int]
    """Width and height of the frames, pixels."""
    started: float
    """Seconds since 1970 of the first scene."""
    camera: Mapping[str, Any] = field(default_factory=dict)
    """The camera of the first scene as it is in the JSON; empty if the scenes have none."""
    wall_times: Array | None = None
    """(T,) seconds since the first scene by the wall clock, never decreasing; None if only `times` are known."""

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(track.id for track in self.tracks)

    def track(self, person: int) -> Track:
        """PosecastError, with the ids that there are, if nobody has this one."""
        for track in self.tracks:
            if track.id == person:
                return track
        known = ", ".join(map(str, self.ids)) or "none"
        raise PosecastError(f"{self.source} has no person with the id {person}", f"ids are: {known}")

    def person(self, person: int) -> Motion:
        """One person over the whole time axis, NaN where they are not seen.

        PosecastError if there is no such id, or the person never has 3D.
        """
        track = self.track(person)
        if not track.placed.any():
            raise PosecastError(
                f"person {person} of {self.source} never has joints in 3D",
                "choose another person, or leave this one out",
            )
        joints = np.full((len(self.times), JOINT_COUNT, 3), np.nan)
        keypoints = np.full_like(joints, np.nan)
        keypoints[..., 2] = 0.0
        joints[track.rows], keypoints[track.rows] = track.joints, track.keypoints
        return Motion(track.id, track.name, self.times, joints, keypoints, self.up)


def seconds_seen(recording: Recording, track: Track) -> float:
    """Seconds from the first scene in which the person has 3D to the last one; 0 without any."""
    rows = track.rows[track.placed]
    return float(recording.times[rows[-1]] - recording.times[rows[0]]) if len(rows) else 0.0


def by_id(tracks: Sequence[Track]) -> tuple[Track, ...]:
    return tuple(sorted(tracks, key=lambda track: track.id))
