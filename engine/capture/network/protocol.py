"""The protocol between the program and the child that reads a stream: small messages, and shared memory for pictures.

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
"""Number of slots: one being written, one in transit, one being read."""
SLOT_BYTES = 7680 * 4320 * 3
"""Bytes of an 8K picture. Only address space: memory is used as it is written."""


@dataclass(frozen=True, slots=True)
class Request:
    url: str
    open_s: float
    read_s: float
    pixel_aspect: Fraction | None = None
    """Width over height of a pixel; overrides the stream's value."""


@dataclass(frozen=True, slots=True)
class Busy:
    """The child is still working."""


@dataclass(frozen=True, slots=True)
class Opened:
    frame_rate: float | None
    frame_count: int | None
    finite: bool
    """Whether it is a file, with a known length."""
    clock_jumps: bool = False
    """Whether the format is one whose timestamps may jump at any time."""
    film_mm: float | None = None
    """35 mm equivalent focal length that its metadata says."""


@dataclass(frozen=True, slots=True)
class Start:
    every: bool
    """Whether the child waits for a free slot; otherwise it drops the picture."""


@dataclass(frozen=True, slots=True)
class Picture:
    index: int
    """Index within the connection, from 0; dropped pictures leave gaps."""
    slot: int
    height: int
    width: int
    time: float | None
    """Seconds of media time."""
    captured_at: float
    """Seconds of time.monotonic(), which is the same for all processes of a machine."""
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
    """Shared memory for SLOTS pictures. It is anonymous, so nothing remains after both processes end."""

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
