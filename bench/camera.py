"""A camera that plays from memory, so that only the engine takes time."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import replace

from engine.capture import open_source
from engine.geometry import CameraSpec
from engine.types import Frame

FRAMES_IN_MEMORY = 60
"""Number of frames of the source, every second one: of the demo 4 s at 15 fps, 170 MB."""


class Camera:
    """A FrameSource that shows the same few seconds over and over, exactly on time, and drops what is not read."""

    live = True
    frame_count: int | None = None
    camera: CameraSpec | None = None
    problem: str | None = None

    def __init__(self, frames: Sequence[Frame], rate: float) -> None:
        self.name = f"a camera of {rate:g} fps"
        self.frame_rate: float | None = rate
        self._frames = frames
        self._began = time.monotonic()
        self._index = -1
        self._closed = threading.Event()

    def read(self) -> Frame | None:
        assert self.frame_rate is not None
        now = time.monotonic()
        self._index = max(self._index + 1, int((now - self._began) * self.frame_rate))
        due = self._began + self._index / self.frame_rate
        if self._closed.wait(max(0.0, due - now)):
            return None
        shown = self._frames[self._index % len(self._frames)]
        return replace(shown, index=self._index, time=due - self._began, captured_at=due)

    def close(self) -> None:
        self._closed.set()


def frames_in_memory(text: str = "demo") -> list[Frame]:
    """The first seconds of a source."""
    source = open_source(text)
    frames = [source.read() for _ in range(2 * FRAMES_IN_MEMORY)]
    source.close()
    return [frame for frame in frames[::2] if frame is not None]
