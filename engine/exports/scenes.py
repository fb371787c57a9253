"""JSONL: the scenes as they were recorded, at their own times, of the people who are asked for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from engine.exports.format import Progress
from engine.motion.edits import ROUNDING_S, Edits
from engine.wire import SceneClock, Wire, dumps


def write(recording: Path, target: Path, edits: Edits, people: Sequence[int] | None, progress: Progress) -> None:
    """Copy the scenes, changed as `edits` says; times start at 0."""
    size = recording.stat().st_size or 1
    done, start = 0, None
    with recording.open("rb") as lines, target.open("w", encoding="utf-8", newline="\n") as file:
        for scene, line in kept(lines, edits):
            start = scene["time"] if start is None else start
            shown = list(edited_people(scene["people"], edits, people))
            file.write(dumps({**scene, "time": round(scene["time"] - start, 6), "people": shown}) + "\n")
            done += len(line)
            progress(min(1.0, done / size))


def kept(lines: Iterable[bytes], edits: Edits) -> Iterator[tuple[Wire, bytes]]:
    """The scenes that are not trimmed, and the lines that they are."""
    first, last = edits.trim_s or (0.0, float("inf"))
    clock, start = SceneClock(), None
    for line in lines:
        scene = json.loads(line)
        start = scene["time"] if start is None else start
        by_clock = clock.seconds(scene["wall_time"], scene["time"])
        seconds = by_clock if edits.by_wall_time else scene["time"] - start
        if first - ROUNDING_S <= seconds <= last + ROUNDING_S:
            yield scene, line


def edited_people(seen: Sequence[Wire], edits: Edits, wanted: Sequence[int] | None = None) -> Iterator[Wire]:
    """The people of one scene: of a group that was merged, the first who has 3D."""
    of_group = {person: group for group in edits.merged for person in group}
    ranked = sorted(seen, key=lambda person: (not person["joints_3d"], _place(person["id"], of_group)))
    kept: set[int] = set()
    for person in ranked:
        group = of_group.get(person["id"], (person["id"],))
        number = group[0]
        if number in kept or number in edits.deleted or (wanted is not None and number not in wanted):
            continue
        kept.add(number)
        name = edits.names.get(number)
        yield {**person, "id": number, **({} if name is None else {"name": name})}


def _place(person: int, of_group: dict[int, tuple[int, ...]]) -> int:
    return of_group[person].index(person) if person in of_group else 0
