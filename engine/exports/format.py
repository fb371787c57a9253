"""What a format is: its writer, and what it can hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.motion import Clip

Progress = Callable[[float], None]
"""Called with the fraction that is done, 0 to 1."""
Writer = Callable[[Clip, Path, Progress], None]
"""Writes the whole file; the path is a temporary one with the right suffix."""


def silent(fraction: float) -> None:
    """Progress that is not shown."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format that clips can be written in."""

    title: str
    """For people: 'glTF, binary'."""
    media_type: str
    write: Writer
    most_people: int | None = None
    """How many people one file holds; None: any number. With more, there is a file for each person."""
