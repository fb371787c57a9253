"""The index of a recording: where in the file which second is, who is seen when, and who comes and goes.

`Indexer` takes one line after the other, while they are recorded or when an older file is read; no line is kept. All
times are seconds from the first scene by the wall clock, as those of the video are; pauses are not shortened.
"""

from __future__ import annotations

from operator import attrgetter

import msgspec
from msgspec import Struct

from engine.wire import SceneClock

ENTRY_S = 1.0
"""Seconds between two entries."""
AWAY_S = 2.0
"""Seconds without being seen after which a person has left; shorter gaps are the tracker's."""
VERSION = 1
_KNOWN = ("entered", "left")
"""Kinds of events that the index finds by itself, also in recordings without events."""


class Presence(Struct, frozen=True):
    """A person by the id that was recorded, and the first and the last second in which they are seen."""

    id: int
    first: float
    last: float
    name: str | None = None


class Mark(Struct, frozen=True):
    """Something that happened."""

    time: float
    kind: str
    """'came', 'left' or 'event'."""
    person: int | None = None
    label: str | None = None


class Index(Struct, frozen=True):
    """What is known about a file of `bytes` bytes."""

    version: int
    bytes: int
    scenes: int
    start_wall_time: float | None
    """Seconds since 1970 of the first scene."""
    seconds: float
    times: list[float]
    """Seconds of the entries, about one a second."""
    offsets: list[int]
    """First byte of the line of each entry."""
    people: list[Presence]
    marks: list[Mark]


class _Person(Struct):
    id: int
    name: str | None = None


class _Event(Struct):
    kind: str = ""
    person: int | None = None
    label: str | None = None


class _Line(Struct):
    """What the index needs of a scene; the decoder skips the rest."""

    wall_time: float
    time: float | None = None
    people: list[_Person] = []
    events: list[_Event] = []


class _Seen:
    __slots__ = ("first", "last", "name")

    def __init__(self, time: float, name: str | None) -> None:
        self.first = self.last = time
        self.name = name


class Indexer:
    """Builds an index, line by line."""

    def __init__(self) -> None:
        self._decode = msgspec.json.Decoder(_Line).decode
        self._bytes = self._scenes = 0
        self._start: float | None = None
        self._clock, self._now = SceneClock(), 0.0
        self._times: list[float] = []
        self._offsets: list[int] = []
        self._people: dict[int, _Seen] = {}
        self._marks: list[Mark] = []

    def add(self, line: bytes) -> float:
        """Take the next line, with its line end; its seconds. One that cannot be read counts, but tells nothing."""
        offset, self._bytes, self._scenes = self._bytes, self._bytes + len(line), self._scenes + 1
        try:
            scene = self._decode(line)
        except (msgspec.MsgspecError, ValueError):
            return self._now
        if self._start is None:
            self._start = scene.wall_time
        self._now = self._clock.seconds(scene.wall_time, scene.time)
        if not self._times or self._now >= self._times[-1] + ENTRY_S:
            self._times.append(self._now)
            self._offsets.append(offset)
        for person in scene.people:
            self._see(person)
        for event in scene.events:
            if event.kind not in _KNOWN:
                self._marks.append(Mark(self._now, "event", event.person, event.label or event.kind))
        return self._now

    @property
    def seconds(self) -> float:
        """From the first scene to the last."""
        return self._now

    def finished(self) -> Index:
        """The index of what was added."""
        left = [
            Mark(seen.last, "left", person)
            for person, seen in self._people.items()
            if self._now - seen.last > AWAY_S
        ]  # fmt: skip
        return Index(
            VERSION, self._bytes, self._scenes, self._start, self._now, self._times, self._offsets,
            [Presence(person, seen.first, seen.last, seen.name) for person, seen in sorted(self._people.items())],
            sorted([*self._marks, *left], key=attrgetter("time")),
        )  # fmt: skip

    def _see(self, person: _Person) -> None:
        seen = self._people.get(person.id)
        if seen is None:
            seen = self._people[person.id] = _Seen(self._now, person.name)
            if self._now > 0:
                self._marks.append(Mark(self._now, "came", person.id))
        elif self._now - seen.last > AWAY_S:
            self._marks += (Mark(seen.last, "left", person.id), Mark(self._now, "came", person.id))
        seen.last = self._now
        seen.name = seen.name or person.name
