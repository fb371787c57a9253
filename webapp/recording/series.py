"""Curves of recordings: angles, speeds and heights of a person, as the exports compute them.

A child process measures everything there is in a recording once; the file that it leaves is kept until the recording or
its edits change, and each request reads the curves that it asks for. Times are seconds from the first recorded scene by
the wall clock, also where the recording is trimmed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from engine.errors import PosecastError
from engine.exports import Request
from engine.exports.curves import Curves, opened
from engine.exports.formats import CURVES
from engine.motion.decimation import kept_rows
from engine.motion.edits import Edits
from engine.motion.motion import Array
from engine.motion.quantities import QUANTITIES, Quantity
from engine.motion.statistics import statistics
from engine.wire import Wire
from webapp.access.errors import NotFoundError
from webapp.recording.exporting import Export, Exports

MOST_QUANTITIES = 16
"""Curves in one answer."""
MOST_POINTS = 20_000
"""Moments in one answer; every curve has a value at each."""
_MOST_KEPT = 6
"""Measured recordings that are kept; an hour of five people takes 135 MB of the disk."""
_BLOCK = 2000
"""Rows of a CSV that are made at a time."""
_SUFFIX = {"°": "deg", "m/s": "m_per_s", "m": "m"}
_SLACK = 1e-6
"""Seconds by which a limit may be off the moment that it means."""


@dataclass(frozen=True, slots=True)
class SeriesRequest:
    """Which curves of a recording."""

    recording: Path
    person: int | None
    """Id; None: the first one who is seen for a second."""
    quantities: tuple[str, ...]
    start: float | None = None
    """First second; None: the beginning."""
    end: float | None = None
    raw: bool = False
    points: int = 4000
    edits: Edits = field(default_factory=Edits)

    def checked(self) -> SeriesRequest:
        """PosecastError for what nobody can answer."""
        unknown = [name for name in self.quantities if name not in QUANTITIES]
        if unknown:
            raise PosecastError(
                f"unknown quantity {unknown[0]!r}",
                "quantities are the angles of GET /api/angles, and JOINT_speed and JOINT_height, as left_knee_speed",
            )
        if not 1 <= len(self.quantities) <= MOST_QUANTITIES:
            raise PosecastError(
                f"give 1 to {MOST_QUANTITIES} quantities, not {len(self.quantities)}", "as quantity=left_knee_flexion"
            )
        if not 2 <= self.points <= MOST_POINTS:
            raise PosecastError(f"points must be 2 to {MOST_POINTS}, not {self.points}", "leave it out for 4000")
        if self.start is not None and self.end is not None and self.end <= self.start:
            raise PosecastError(
                f"there is nothing from {self.start:g} to {self.end:g} s", "`to` must be later than `from`"
            )
        return self

    def to_measure(self, person: int | None = None) -> Request:
        """The measurement that it takes: of everybody who is seen for a second, or of one person."""
        people = None if person is None else (person,)
        return Request(self.recording, CURVES, people, self.raw, edits=self.edits)


class SeriesDesk:
    """Owns the measured recordings."""

    def __init__(self) -> None:
        self._measured = Exports(_MOST_KEPT)

    def ask(self, request: SeriesRequest, patience_s: float) -> Export | Series:
        """The curves, or the measurement that is not finished after `patience_s`.

        PosecastError if the recording cannot be measured or has no such person.
        """
        done = self._finished(request.to_measure(), patience_s)
        if isinstance(done, Export):
            return done
        people = opened(done)
        if request.person is not None and request.person not in {one.id for one in people}:
            done = self._finished(request.to_measure(request.person), patience_s)  # seen for less than a second
            if isinstance(done, Export):
                return done
            people = opened(done)
        return series_of(request, people)

    def _finished(self, request: Request, patience_s: float) -> Path | Export:
        made = self._measured.ask(request)
        if not made.ended.wait(patience_s):
            return made
        if made.error is not None:
            raise made.error
        return made.file or made

    def close(self) -> None:
        self._measured.close()


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Curves of one person over a stretch of a recording, every value of it."""

    request: SeriesRequest
    person: Curves
    times: Array
    """(n,) seconds from the recording's first scene."""
    values: Array
    """(Q, n), NaN in gaps."""

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        return tuple(QUANTITIES[name] for name in self.request.quantities)

    def to_wire(self) -> Wire:
        rows = kept_rows(self.values, self.request.points)
        return {
            "person": {"id": self.person.id, "label": self.person.label},
            "raw": self.request.raw,
            "done": self.person.done,
            "rate_hz": self.person.rate,
            "rows": len(self.times),
            "decimated": len(rows) < len(self.times),
            "unit": "s",
            "time": [round(float(time), 6) for time in self.times[rows]],
            "series": [
                {
                    "quantity": quantity.name,
                    "label": quantity.label,
                    "unit": quantity.unit,
                    "signed": quantity.signed,
                    "values": _with_gaps(values[rows]),
                    "statistics": statistics(quantity, values, self.times),
                }
                for quantity, values in zip(self.quantities, self.values, strict=True)
            ],
        }

    def csv_lines(self) -> Iterator[str]:
        """Every value, a row per moment; nothing in gaps."""
        names = (f"{quantity.name}_{_SUFFIX[quantity.unit]}" for quantity in self.quantities)
        yield ",".join(["time_s", "person", *names]) + "\n"
        for start in range(0, len(self.times), _BLOCK):
            block = slice(start, start + _BLOCK)
            rows = zip(self.times[block], self.values[:, block].T, strict=True)
            yield "".join(f"{time:.6f},{self.person.id},{','.join(map(_cell, values))}\n" for time, values in rows)


def series_of(request: SeriesRequest, people: Sequence[Curves]) -> Series:
    """The curves of the person who is asked for. NotFoundError if there is none with this id."""
    person = next((one for one in people if request.person in (None, one.id)), None)
    if person is None:
        known = ", ".join(str(one.id) for one in people)
        raise NotFoundError(f"there is no person {request.person} in the recording", f"ids are: {known}")
    begins = _begins_at(request.recording, person)
    times = person.times + begins
    start, end = -np.inf if request.start is None else request.start, np.inf if request.end is None else request.end
    first, last = (int(row) for row in np.searchsorted(times, [start - _SLACK, end + _SLACK]))
    return Series(request, person, times[first:last], person.of(request.quantities, first, last))


def _begins_at(recording: Path, person: Curves) -> float:
    """Seconds from the first recorded scene to the first one that is kept: not 0 where the recording is trimmed."""
    with recording.open("rb") as lines:
        recorded = json.loads(lines.readline())["wall_time"]
    return round(max(0.0, person.started - float(recorded)), 6)


def _with_gaps(values: Array) -> list[float | None]:
    return [round(float(value), 4) if np.isfinite(value) else None for value in values]


def _cell(value: float) -> str:
    return f"{value:.4f}" if np.isfinite(value) else ""
