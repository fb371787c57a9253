"""A clip: what every export is made from. People at a steady rate, y up, metres, cleaned unless asked otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.errors import PosecastError
from engine.motion.bones import constant_bones
from engine.motion.edits import Edits, edited
from engine.motion.gaps import LONGEST_S, fill_gaps
from engine.motion.lowpass import low_pass
from engine.motion.motion import Array, Motion
from engine.motion.placing import move, turn_y_up
from engine.motion.recording import Recording, seconds_seen
from engine.motion.steady import resample, steady_rate, steady_times

SHORTEST_S = 1.0
"""Seconds that a person must be seen to be exported unless they are asked for."""
_RAW_STEPS = 1.5
"""Steps between scenes that are not a gap in a raw clip: between two that follow one another, whatever their jitter."""


@dataclass(frozen=True, slots=True)
class ClipOptions:
    """How a clip is made of a recording."""

    people: tuple[int, ...] | None = None
    """Ids, also of people seen shorter than `shortest_s`; None: all who are seen long enough."""
    raw: bool = False
    """Only resampled and turned: not filled, filtered or given constant bones."""
    rate: float | None = None
    """Hz; None: the recording's own."""
    shortest_s: float = SHORTEST_S
    longest_gap_s: float = LONGEST_S
    cutoff_hz: float | None = None
    """Of the low-pass filter; None: by residual analysis."""
    edits: Edits = field(default_factory=Edits)
    offset_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Moves the world, after it was turned y up."""
    turn_deg: float = 0.0
    """Turns the world about its vertical."""


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """Several people over one time axis. Motions are computed one at a time, when they are asked for."""

    recording: Recording
    options: ClipOptions
    rate: float
    """Hz."""
    times: Array
    """(T,) 0, 1 / rate, … seconds."""
    ids: tuple[int, ...]
    """At least one."""

    @property
    def source(self) -> str:
        """Name of the file that the clip was made of."""
        return self.recording.source

    def motion(self, person: int) -> Motion:
        """One person, at `times`, y up; NaN in gaps, and before and after they are seen."""
        motion = self.recording.person(person)
        if self.options.raw:
            motion = resample(motion, self.rate, _RAW_STEPS / self.rate)
        else:
            motion = resample(fill_gaps(motion, self.options.longest_gap_s), self.rate, self.options.longest_gap_s)
            motion = constant_bones(low_pass(motion, self.rate, self.options.cutoff_hz))
        motion = turn_y_up(motion)
        if any(self.options.offset_m) or self.options.turn_deg:
            motion = move(motion, self.options.offset_m, self.options.turn_deg)
        return motion

    def motions(self) -> Iterator[Motion]:
        """All people, one after the other, in the order of `ids`."""
        return map(self.motion, self.ids)

    def label(self, person: int) -> str:
        """The person's name, or "person 3"."""
        return self.recording.track(person).name or f"person {person}"

    def metadata(self) -> Mapping[str, Any]:
        """What belongs to all people, ready for JSON; what was done to one of them is in `Motion.done`."""
        return {
            "source": self.source,
            "started": self.recording.started,
            "rate_hz": self.rate,
            "unit": "m",
            "axes": "right-handed, y up",
            "up_was": self.recording.up,
            "raw": self.options.raw,
            "edits": list(self.options.edits.told()),
            "people": {str(person): self.label(person) for person in self.ids},
            "camera": dict(self.recording.camera),
        }


def clip_of(recording: Recording, options: ClipOptions | None = None) -> Clip:
    """The clip of a recording.

    PosecastError if it has fewer than two scenes, nobody to export, or not the people that are asked for.
    """
    options = options or ClipOptions()
    recording = edited(recording, options.edits)
    if len(recording.times) < 2:
        raise PosecastError(f"{recording.source} has a single scene", "a motion takes at least two; record longer")
    rate = options.rate or steady_rate(recording.times, recording.frames)
    return Clip(recording, options, rate, steady_times(float(recording.times[-1]), rate), _people(recording, options))


def _people(recording: Recording, options: ClipOptions) -> tuple[int, ...]:
    if options.people is not None:
        for person in options.people:
            recording.person(person)
        return options.people
    seen = {track.id: seconds_seen(recording, track) for track in recording.tracks if track.placed.any()}
    if not seen:
        raise PosecastError(f"nobody in {recording.source} has joints in 3D", "record people who are seen whole")
    long = tuple(person for person, seconds in seen.items() if seconds >= options.shortest_s)
    if not long:
        raise PosecastError(
            f"nobody in {recording.source} is seen for {options.shortest_s:g} s",
            f"name the people to export: {', '.join(map(str, seen))}",
        )
    return long
