"""The file from which the server answers for curves: everything that can be measured of everybody in a recording.

A line of JSON, the times by the wall clock as float64, and then for each person the float32 values of one quantity
after the other. A reader maps the file into memory and takes the curves that are asked for, so that an hour of five
people costs neither time nor memory.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.exports.format import Format, Progress
from engine.exports.rows import present
from engine.motion import Clip, Motion
from engine.motion.motion import Array
from engine.motion.quantities import QUANTITIES, measured

_NAMES = tuple(QUANTITIES)


def write(clip: Clip, path: Path, progress: Progress) -> None:
    """Write the curves of all people, each from the first to the last moment in which they are placed."""
    people: list[Mapping[str, Any]] = []
    body = path.with_name(path.name + ".values")
    try:
        with body.open("wb") as values:
            _wall_times(clip).tofile(values)
            for number, motion in enumerate(clip.motions(), start=1):
                people.append(_person(motion, values.tell()))
                _cut(motion).astype(np.float32).tofile(values)
                progress(number / (len(clip.ids) + 1))
        head = json.dumps({**clip.metadata(), "rows": len(clip.times), "curves": people}).encode()
        with path.open("wb") as file, body.open("rb") as values:
            file.write(head + b" " * (-(len(head) + 1) % 8) + b"\n")  # numbers lie at multiples of eight
            while block := values.read(1 << 20):
                file.write(block)
    finally:
        body.unlink(missing_ok=True)
    progress(1.0)


def _wall_times(clip: Clip) -> Array:
    """(T,) seconds from the clip's first scene, by the wall clock, of `clip.times`."""
    recording = clip.recording
    if recording.wall_times is None:
        return clip.times
    return np.interp(clip.times, recording.times, recording.wall_times)


def _person(motion: Motion, offset: int) -> Mapping[str, Any]:
    rows = present(motion.placed)
    return {
        "id": motion.id,
        "label": motion.label,
        "first": rows.start,
        "rows": len(rows),
        "offset": offset,
        "done": list(motion.done),
    }


def _cut(motion: Motion) -> Array:
    rows = present(motion.placed)
    return measured(motion)[:, rows.start : rows.stop]


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """One person's curves in a file of them."""

    id: int
    label: str
    rate: float
    """Hz."""
    started: float
    """Seconds since 1970 of the clip's first scene."""
    times: Array
    """(n,) seconds from the clip's first scene by the wall clock, mapped from the file."""
    done: tuple[Mapping[str, Any], ...]
    """What was done to the recording, as `Motion.done`."""
    values: NDArray[np.float32]
    """(Q, n) in the order of QUANTITIES, mapped from the file."""

    def of(self, names: tuple[str, ...], first: int, last: int) -> Array:
        """(len(names), last - first) values of some quantities, NaN where not known."""
        return np.array([self.values[_NAMES.index(name), first:last] for name in names], np.float64)


def opened(path: Path) -> tuple[Curves, ...]:
    """The people of a file that `write` has written."""
    with path.open("rb") as file:
        line = file.readline()
    head = json.loads(line)
    times = np.memmap(path, np.float64, "r", len(line), (head["rows"],))
    return tuple(_opened(path, len(line), head, times, person) for person in head["curves"])


def _opened(path: Path, start: int, head: Mapping[str, Any], times: Array, person: Mapping[str, Any]) -> Curves:
    first, rows = person["first"], person["rows"]
    shape = (len(_NAMES), rows)
    values = np.memmap(path, np.float32, "r", start + person["offset"], shape) if rows else np.zeros(shape, np.float32)
    return Curves(
        person["id"], person["label"], head["rate_hz"], head["started"],
        times[first : first + rows], tuple(person["done"]), values,
    )  # fmt: skip


FORMAT = Format("Curves, for the server", "application/octet-stream", write)
