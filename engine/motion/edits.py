"""What a user changes about who is who in a recording: merged, renamed and deleted ids, and a trimmed length.

The recording itself is never changed: `edited` makes another one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from engine.errors import PosecastError
from engine.motion.motion import Array
from engine.motion.recording import Recording, Track, by_id

ROUNDING_S = 1e-6
"""Times are compared with what was printed of them: a scene at the very end belongs to the part."""


@dataclass(frozen=True, slots=True)
class Edits:
    """Applied in the order of the fields."""

    merged: tuple[tuple[int, ...], ...] = ()
    """Groups of ids of one person each; the first one is kept, and is the one believed where several are seen."""
    deleted: tuple[int, ...] = ()
    names: Mapping[int, str] = field(default_factory=dict)
    trim_s: tuple[float, float] | None = None
    """First and last second that are kept."""
    by_wall_time: bool = False
    """Whether `trim_s` counts by the wall clock, as the page's bar of time and the video do, not by media time."""

    def within(self, first: float, last: float) -> Edits:
        """These edits, with what lies outside of `first` to `last` trimmed as well, by the wall clock."""
        start, end = self.trim_s or (0.0, float("inf"))
        return replace(self, trim_s=(max(start, first), min(end, last)), by_wall_time=True)

    def told(self) -> tuple[str, ...]:
        """What is changed, in words: for the metadata of an export and the answer of the server."""
        said = [f"merged {', '.join(map(str, group[1:]))} into {group[0]}" for group in self.merged]
        said += [f"removed {person}" for person in self.deleted]
        said += [f"named {person} {name}" for person, name in self.names.items()]
        return (*said, *([] if self.trim_s is None else [f"kept {_span(*self.trim_s)}"]))


def edited(recording: Recording, edits: Edits) -> Recording:
    """The recording with the edits; PosecastError for an id that it does not have."""
    for group in edits.merged:
        recording = _merged(recording, group)
    for person in edits.deleted:
        gone = recording.track(person)
        recording = replace(recording, tracks=tuple(track for track in recording.tracks if track is not gone))
    for person, name in edits.names.items():
        named = recording.track(person)
        tracks = tuple(replace(track, name=name) if track is named else track for track in recording.tracks)
        recording = replace(recording, tracks=tracks)
    return recording if edits.trim_s is None else _trimmed(recording, *edits.trim_s, edits.by_wall_time)


def _span(start: float, end: float) -> str:
    return f"{start:g} s to {end:g} s" if np.isfinite(end) else f"{start:g} s to the end"


def _merged(recording: Recording, group: tuple[int, ...]) -> Recording:
    tracks = [recording.track(person) for person in group]
    others = [track for track in recording.tracks if track.id not in group]
    return replace(recording, tracks=by_id([*others, join(tracks)]))


def join(tracks: list[Track]) -> Track:
    """One track of several; where more than one is seen, the first of them that has 3D counts."""
    rows = np.concatenate([track.rows for track in tracks])
    later = np.concatenate([np.full(len(track.rows), index) for index, track in enumerate(tracks)])
    unplaced = np.concatenate([~track.placed for track in tracks])
    order = np.lexsort((later, unplaced, rows))
    _, first = np.unique(rows[order], return_index=True)
    chosen = order[first]
    return Track(
        tracks[0].id,
        next((track.name for track in tracks if track.name), None),
        rows[chosen],
        np.concatenate([track.joints for track in tracks])[chosen],
        np.concatenate([track.keypoints for track in tracks])[chosen],
    )


def _trimmed(recording: Recording, start: float, end: float, by_wall_time: bool) -> Recording:
    clock = recording.wall_times if by_wall_time and recording.wall_times is not None else recording.times
    first, last = np.searchsorted(clock, [start, end + ROUNDING_S])
    if last - first < 1:
        raise PosecastError(
            f"{recording.source} has no scenes between {start:g} and {end:g} s", f"it is {clock[-1]:.1f} s long"
        )
    times = recording.times[first:last]
    wall_times = recording.times if recording.wall_times is None else recording.wall_times
    tracks = (_cut(track, int(first), int(last)) for track in recording.tracks)
    return replace(
        recording,
        times=times - times[0],
        frames=recording.frames[first:last],
        wall_times=_from_first(recording.wall_times, int(first), int(last)),
        tracks=tuple(track for track in tracks if len(track.rows)),
        started=recording.started + float(wall_times[first]),
    )


def _from_first(clock: Array | None, first: int, last: int) -> Array | None:
    return None if clock is None else clock[first:last] - clock[first]


def _cut(track: Track, first: int, last: int) -> Track:
    start, end = np.searchsorted(track.rows, [first, last])
    inside = slice(int(start), int(end))
    return replace(
        track, rows=track.rows[inside] - first, joints=track.joints[inside], keypoints=track.keypoints[inside]
    )
