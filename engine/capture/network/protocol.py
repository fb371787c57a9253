"""What passes between the program and the child that reads a stream: small messages, and a memory for pictures.

program -> child   Request, then Start, then the number of every slot that is free (again)
child -> program   Busy ..., then Opened, then Picture ..., then Ended; or Failed at any time
"""

from __future__ import annotations

import mmap
import os
import tempfile
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from engine.types import Image

SLOTS = 3
"""One being written, one on its way, one being read."""
SLOT_BYTES = 7680 * 4320 * 3
"""8K. Address space only: memory is taken for what has been written."""


@dataclass(frozen=True, slots=True)
class Request:
    url: str
    open_s: float
    read_s: float
    pixel_aspect: Fraction | None = None
    """Width over height of a pixel, where the stream is not to be believed."""


@dataclass(frozen=True, slots=True)
class Busy:
    """It takes a while, and goes on."""


@dataclass(frozen=True, slots=True)
class Opened:
    frame_rate: float | None
    frame_count: int | None
    finite: bool
    """A file, that is: it says how long it is."""
    clock_jumps: bool = False
    """Whether the format is one whose timestamps may jump at any time."""


@dataclass(frozen=True, slots=True)
class Start:
    every: bool
    """Whether the child waits for a free slot; else it drops the picture."""


@dataclass(frozen=True, slots=True)
class Picture:
    index: int
    """Counts from 0 within the connection; dropped ones leave gaps."""
    slot: int
    height: int
    width: int
    time: float | None
    """Seconds of media time."""
    captured_at: float
    """Seconds, time.monotonic(), which is one for all processes of a machine."""
    decode_ms: float


@dataclass(frozen=True, slots=True)
class Failed:
    reason: str
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    pass


Message = Busy | Opened | Picture | Failed | Ended


class PictureMemory:
    """SLOTS pictures that both processes see. It has no name, so nothing can be left behind."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._memory = mmap.mmap(descriptor, SLOTS * SLOT_BYTES)

    @classmethod
    def create(cls) -> PictureMemory:
        if hasattr(os, "memfd_create"):
            descriptor = os.memfd_create("posecast-pictures")
        else:
            with tempfile.TemporaryFile() as file:
                descriptor = os.dup(file.fileno())
        try:
            os.ftruncate(descriptor, SLOTS * SLOT_BYTES)
            return cls(descriptor)
        except OSError:
            os.close(descriptor)
            raise

    def write(self, slot: int, image: Image) -> None:
        self._view(slot, image.shape[0], image.shape[1])[...] = image

    def read(self, slot: int, height: int, width: int) -> Image:
        """(height, width, 3), a copy."""
        return self._view(slot, height, width).copy()

    def close(self) -> None:
        self._memory.close()
        os.close(self.descriptor)

    def _view(self, slot: int, height: int, width: int) -> Image:
        pixels = np.frombuffer(self._memory, np.uint8, height * width * 3, slot * SLOT_BYTES)
        return pixels.reshape(height, width, 3)
