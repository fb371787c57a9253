"""The file from which the server answers for curves: everything that can be measured of everybody in a recording.

A line of JSON, and then for each person the float32 values of one quantity after the other. A reader maps the file into
memory and takes the curves that are asked for, so that an hour of five people costs neither time nor memory.
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
            for number, motion in enumerate(clip.motions(), start=1):
                people.append(_person(motion, values.tell()))
                _cut(motion).astype(np.float32).tofile(values)
                progress(number / (len(clip.ids) + 1))
        head = json.dumps({**clip.metadata(), "curves": people}).encode()
        with path.open("wb") as file, body.open("rb") as values:
            file.write(head + b" " * (-(len(head) + 1) % 4) + b"\n")  # float32 lie at multiples of four
            while block := values.read(1 << 20):
                file.write(block)
    finally:
        body.unlink(missing_ok=True)
    progress(1.0)


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
    """Seconds since 1970 at row 0."""
    first: int
    """Row of the first value, counted from the clip's beginning."""
    done: tuple[Mapping[str, Any], ...]
    """What was done to the recording, as `Motion.done`."""
    values: NDArray[np.float32]
    """(Q, n) in the order of QUANTITIES, mapped from the file."""

    @property
    def times(self) -> Array:
        """(n,) seconds from the clip's beginning."""
        return (self.first + np.arange(self.values.shape[1])) / self.rate

    def of(self, names: tuple[str, ...], first: int, last: int) -> Array:
        """(len(names), last - first) values of some quantities, NaN where not known."""
        return np.array([self.values[_NAMES.index(name), first:last] for name in names], np.float64)


def opened(path: Path) -> tuple[Curves, ...]:
    """The people of a file that `write` has written."""
    with path.open("rb") as file:
        line = file.readline()
    head = json.loads(line)
    return tuple(_opened(path, len(line), head, person) for person in head["curves"])


def _opened(path: Path, start: int, head: Mapping[str, Any], person: Mapping[str, Any]) -> Curves:
    shape = (len(_NAMES), person["rows"])
    values = (
        np.memmap(path, np.float32, "r", start + person["offset"], shape)
        if person["rows"]
        else np.zeros(shape, np.float32)
    )
    return Curves(
        person["id"], person["label"], head["rate_hz"], head["started"], person["first"], tuple(person["done"]), values
    )


FORMAT = Format("Curves, for the server", "application/octet-stream", write)
