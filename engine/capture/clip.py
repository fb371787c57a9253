"""The content of a finite source: shots in order, converted only when they are used."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Protocol

from engine.geometry import CameraSpec
from engine.types import Image, Truth, View


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """One picture of a clip. Skipping it is cheap: `picture` does the conversion."""

    index: int
    """Index within the clip, from 0."""
    time: float
    """Seconds of media time."""
    picture: Callable[[], Image]
    truth: Callable[[], Truth] | None = None
    name: str | None = None
    views: Callable[[float], tuple[View, ...]] | None = None
    """All cameras of a rig; the argument is the time of capture, seconds of time.monotonic()."""


class Clip(Protocol):
    """The interface of videos, images and the demo stage."""

    name: str
    frame_rate: float | None
    """Frames per second; None for images without a rate."""
    frame_count: int | None
    """Number of frames that the file announces, which may be wrong by a few: for progress bars."""
    camera: CameraSpec | None

    def shots(self) -> Generator[Shot, None, None]:
        """Every shot once, in order, from the first; may be called again when the last one ended."""
        ...

    def interrupt(self) -> None:
        """Make a blocked `shots` end soon. May be called from any thread."""
        ...

    def close(self) -> None:
        """Close the file. Not to be called while `shots` runs."""
        ...
