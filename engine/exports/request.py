"""One export from a recording to files, as the command and the server ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.errors import PosecastError
from engine.exports import scenes
from engine.exports.format import Format, Progress
from engine.exports.formats import CURVES, FORMATS, LAYOUTS, SCENES, WRITTEN
from engine.exports.writing import write
from engine.files import whole_file
from engine.motion import ClipOptions, clip_of, read
from engine.motion.edits import Edits

_READING = 0.5
"""Share of the progress that reading takes."""


@dataclass(frozen=True, slots=True)
class Request:
    """A recording, and how it is exported."""

    recording: Path
    """A file of scenes."""
    format: str
    """A name in FORMATS, 'jsonl' for the recorded scenes, or 'curves' for the server's own use."""
    people: tuple[int, ...] | None = None
    """Ids; None: all who are seen for a second."""
    raw: bool = False
    """Neither filled nor filtered."""
    layout: str | None = None
    """Of a CSV: a name in LAYOUTS; None: wide."""
    edits: Edits = field(default_factory=Edits)

    def checked(self) -> Request:
        """PosecastError if there is no such format or layout."""
        if self.format not in (SCENES, CURVES, *FORMATS):
            raise PosecastError(f"unknown format {self.format!r}", f"formats are: {', '.join((*FORMATS, SCENES))}")
        if self.layout is not None and (self.format != "csv" or self.layout not in LAYOUTS):
            raise PosecastError(
                f"there is no layout {self.layout!r} of {self.format}", f"csv has: {', '.join(LAYOUTS)}"
            )
        return self

    @property
    def cleaning(self) -> str:
        """What else is done to the recorded motion, in words."""
        if self.format == SCENES:
            return "as recorded, not resampled"
        return "resampled, not cleaned" if self.raw else "cleaned: gaps filled, filtered, constant bones"

    @property
    def written_as(self) -> Format:
        """The format of a clip."""
        return WRITTEN[self.format] if self.layout is None else LAYOUTS[self.layout]


def export(request: Request, path: Path, progress: Progress) -> tuple[Path, ...]:
    """Write `path`, or files named after it where one does not hold all people; returns what was written.

    PosecastError for a recording that cannot be exported. Each file appears whole or not at all.
    """
    request.checked()
    recording = read(request.recording, lambda fraction: progress(_READING * fraction))
    if request.format == SCENES:
        with whole_file(path) as temporary:
            scenes.write(request.recording, temporary, request.edits, request.people, _second_half(progress))
        return (path,)
    clip = clip_of(recording, ClipOptions(people=request.people, raw=request.raw, edits=request.edits))
    return write(clip, path, request.written_as, _second_half(progress))


def _second_half(progress: Progress) -> Progress:
    return lambda fraction: progress(_READING + (1 - _READING) * fraction)


def described() -> list[Mapping[str, Any]]:
    """Every format, for a list to choose from."""
    return [
        *({"format": name, "title": form.title, "people": form.most_people} for name, form in FORMATS.items()),
        {"format": SCENES, "title": "JSONL, the recorded scenes", "people": None},
    ]
