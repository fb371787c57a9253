"""Writes a clip into one file, or into one for each person where a file of the format does not hold them all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from engine.exports.format import Format, Progress
from engine.files import whole_file
from engine.motion import Clip


def paths(clip: Clip, path: Path, form: Format) -> tuple[Path, ...]:
    """The files that `write` will make: `path`, or one for each person, `NAME-person-3.SUFFIX`."""
    if _fits(clip, form):
        return (path,)
    return tuple(path.with_name(f"{path.stem}-person-{person}{path.suffix}") for person in clip.ids)


def write(clip: Clip, path: Path, form: Format, progress: Progress) -> tuple[Path, ...]:
    """Write the files and return their paths. Each appears whole or not at all."""
    made = paths(clip, path, form)
    parts = [clip] if _fits(clip, form) else [replace(clip, ids=(person,)) for person in clip.ids]
    for number, (part, target) in enumerate(zip(parts, made, strict=True)):
        with whole_file(target) as temporary:
            form.write(part, temporary, _share(progress, number, len(parts)))
    return made


def _fits(clip: Clip, form: Format) -> bool:
    return form.most_people is None or len(clip.ids) <= form.most_people


def _share(progress: Progress, number: int, count: int) -> Progress:
    """The progress of one file as a part of that of all."""
    return lambda fraction: progress((number + fraction) / count)
