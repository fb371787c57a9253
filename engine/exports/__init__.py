"""Exports: one file a format, and one line a format in FORMATS.

A writer takes a `Clip` (a steady rate, metres, y up), a path, and where progress is reported, and writes the whole
file; the caller gives it a temporary path (`engine.files.whole_file`). It asks the clip for one person at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.motion import Clip

Progress = Callable[[float], None]
"""Called with the fraction that is done, 0 to 1."""
Writer = Callable[[Clip, Path, Progress], None]


@dataclass(frozen=True, slots=True)
class Format:
    """A format that clips can be written in; its name in FORMATS is the suffix of its files."""

    title: str
    """For people: 'glTF, binary'."""
    media_type: str
    write: Writer
    most_people: int | None = None
    """How many people one file holds; None: any number. With more, there is a file for each person."""


FORMATS: Mapping[str, Format] = {}
"""By suffix."""
