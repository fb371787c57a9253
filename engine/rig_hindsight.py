"""The delayed scenes of `infer` for a rig of files: how people moved is decided when it is known how they went on.

Sets are held for half a second, published in stretches, and continue what was published before. In: sets as
`RigProcessor.fuse` makes them. Out: the same sets with the joints of `engine.fusion.in_hindsight`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from dataclasses import replace
from time import perf_counter

from engine.fusion import FusedPerson, in_hindsight
from engine.geometry import Array
from engine.mosaic import without_pixels
from engine.processor import Decoded
from engine.rig_processor import FusedSet, RigProcessor, Several
from engine.types import Frame

STRETCH_S = 0.25
"""Seconds that are published at once."""
AHEAD_S = 0.3
"""Seconds that are looked ahead: as accurate, on the stage, as the whole clip at once."""
MOST_BYTES = 512 * 1024 * 1024
"""Pictures that are held at most, where they are drawn later; the look ahead is shorter then."""
_CONTINUED = 2
"""Sets published before that the movement continues."""

Past = dict[int, list[tuple[float, Array]]]
"""By id: times and joints published last."""


def fused_in_hindsight(
    decoded: Generator[Several[Decoded], None, None], processor: RigProcessor, *, pictures: bool
) -> Generator[FusedSet, None, None]:
    """Every set, fused, in order, about half a second late. Closes `decoded`.

    `pictures`: whether images are used afterwards; otherwise images of the same size hold no memory.
    """
    held: list[FusedSet] = []
    past: Past = {}
    with contextlib.closing(decoded):
        for one in decoded:
            fused = processor.fuse(one)
            if held and fused.frame.time <= held[-1].frame.time:  # the clip begins again
                yield from _revised(held, past)
                held, past = [], {}
            held.append(fused if pictures else replace(fused, frame=without_pixels(fused.frame)))
            due = _due(held)
            if due:
                revised = _revised(held, past)[:due]
                past = _remembered(past, revised)
                yield from revised
                held = held[due:]
    yield from _revised(held, past)


def _due(held: list[FusedSet]) -> int:
    """How many of the sets can be published."""
    times = [one.frame.time - held[0].frame.time for one in held]
    too_much = sum(_bytes(one.frame) for one in held) > MOST_BYTES
    if times[-1] < STRETCH_S + AHEAD_S and not too_much:
        return 0
    return max(1, sum(time < min(STRETCH_S, times[-1] / 2) for time in times))


def _revised(held: list[FusedSet], past: Past) -> list[FusedSet]:
    """The same sets, with everybody's joints in hindsight."""
    began = perf_counter()
    moved: list[list[FusedPerson]] = [[] for _ in held]
    for id in sorted({person.id for one in held for person in one.people}):
        seen = [(row, person) for row, one in enumerate(held) for person in one.people if person.id == id]
        times = [held[row].frame.time for row, _ in seen]
        joints = in_hindsight(times, [person.evidence for _, person in seen], past.get(id, []))
        for (row, person), place in zip(seen, joints, strict=True):
            moved[row].append(person.moved(place))
    each_ms = (perf_counter() - began) * 1e3 / max(len(held), 1)
    return [
        replace(one, people=tuple(people), stage_ms={**one.stage_ms, "fit": one.stage_ms["fit"] + each_ms})
        for one, people in zip(held, moved, strict=True)
    ]


def _remembered(past: Past, published: list[FusedSet]) -> Past:
    """The newest places of those who were there, with the ones before where they continue them."""
    newest: Past = {}
    for one in published:
        for person in one.people:
            before = newest.get(person.id) or past.get(person.id, [])
            newest[person.id] = [*before, (one.frame.time, person.joints)][-_CONTINUED:]
    return newest


def _bytes(frame: Frame) -> int:
    """Memory that the set's pictures hold; blank ones have no strides."""
    images = [view.frame.image for view in frame.views if view.frame is not None]
    return sum(image.nbytes for image in images if image.strides[0])
