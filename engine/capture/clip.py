"""What a finite source is made of: shots in order, converted only when somebody wants to see them."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Protocol

from engine.geometry import CameraSpec
from engine.types import Image, Truth


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """One picture of a clip. Skipping it is cheap: `picture` does the conversion."""

    index: int
    """Counts from 0 within the clip."""
    time: float
    """Seconds of media time."""
    picture: Callable[[], Image]
    truth: Callable[[], Truth] | None = None
    name: str | None = None


class Clip(Protocol):
    """A video, images, the stage."""

    name: str
    frame_rate: float | None
    """Frames per second, None where every picture stands for itself."""
    frame_count: int | None
    """As announced by the file, which may be wrong by a few: good for a progress bar."""
    camera: CameraSpec | None

    def shots(self) -> Generator[Shot, None, None]:
        """Every shot once, in order, from the first; may be called again when the last one ended."""
        ...

    def interrupt(self) -> None:
        """From any thread: make a `shots` that waits for something end soon."""
        ...

    def close(self) -> None:
        """Let go of the file. Not while `shots` runs."""
        ...
