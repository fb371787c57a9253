"""What a recording can be downloaded as: one line a format. The page lists them, and the route serves them."""

from __future__ import annotations

from dataclasses import dataclass

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

    def to_wire(self) -> Wire:
        return {field: getattr(self, field) for field in ("name", "title", "about", "path", "pictures")}


DOWNLOADS = (
    Download("jsonl", "JSONL", "Everything: one scene per line, as it was sent live.", "?format=jsonl"),
    Download("csv", "CSV", "A table for spreadsheets and pandas: one row per person and frame.", "?format=csv"),
    Download("mp4", "MP4", "The camera's video.", "?format=mp4", pictures=True),
)
