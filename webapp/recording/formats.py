"""What a recording can be downloaded as: one line a format. The page lists them, and the route serves them."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from engine.exports import FORMATS, Format
from engine.wire import Wire


@dataclass(frozen=True, slots=True)
class Download:
    name: str
    """Suffix of the file."""
    title: str
    about: str
    path: str
    """Below the recording's own address."""
    pictures: bool = False
    """Whether it has the camera's pictures: there is one only if they were recorded, and for those who may see them."""
    prepared: bool = False
    """Whether it is made on request, which may take a while: 202 is answered until it is ready."""

    def to_wire(self) -> Wire:
        return asdict(self)


def _export(name: str, format: Format) -> Download:
    title, _, about = format.title.partition(", ")
    return Download(name, title, about[:1].upper() + about[1:], f"/export?format={name}", prepared=True)


DOWNLOADS = (
    Download("jsonl", "JSONL", "Everything, as it was sent live: a scene per line", "?format=jsonl"),
    Download("csv", "CSV", "A row per joint", "?format=csv"),
    _export("csv", FORMATS["csv"]),
    Download("mp4", "MP4", "The camera's video", "?format=mp4", pictures=True),
    *(_export(name, format) for name, format in FORMATS.items() if name != "csv"),
)
"""The first is what a recording is downloaded as without a format."""
