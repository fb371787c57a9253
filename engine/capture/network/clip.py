"""A file at an address as a clip: every frame once, fetched as fast as it is read."""

from __future__ import annotations

import logging
import threading
from collections.abc import Generator
from fractions import Fraction
from functools import partial

from engine.capture.clip import Shot
from engine.capture.clock import MediaClock
from engine.capture.live import Lost
from engine.capture.network.process import StreamEnded, StreamProcess
from engine.capture.network.protocol import Opened
from engine.capture.notices import Notices
from engine.capture.timing import Timing
from engine.geometry import neutral_camera
from engine.types import Image

logger = logging.getLogger(__name__)

_FALLBACK_RATE = 25.0
"""Assumed frames per second if neither frames nor file have times."""


class StreamClip:
    """A clip over the network. `process` is its first connection, already open; each further round makes its own."""

    def __init__(
        self,
        url: str,
        name: str,
        timing: Timing,
        process: StreamProcess,
        opened: Opened,
        pixel_aspect: Fraction | None = None,
    ) -> None:
        self.name = name
        self.frame_rate = opened.frame_rate
        self.frame_count = opened.frame_count
        self.camera = neutral_camera(opened.film_mm)
        self._clock_jumps = opened.clock_jumps
        self._notices = Notices(logger)
        self._url = url
        self._pixel_aspect = pixel_aspect
        self._timing = timing
        self._lock = threading.RLock()  # re-entrant: `interrupt` may come from a signal handler
        self._interrupted = False
        self._process: StreamProcess | None = process

    def shots(self) -> Generator[Shot, None, None]:
        index = 0
        clock = MediaClock(1 / (self.frame_rate or _FALLBACK_RATE), jumps=self._clock_jumps)
        try:
            process = self._connect()
            process.start(every=True)
            while True:
                picture, image = process.read()
                yield Shot(index, clock.time(picture.time), partial(_same, image))
                index += 1
        except StreamEnded:
            return
        except Lost as lost:
            if not self._interrupted:
                self._notices.warn(f"{self.name}: reading stopped after {index} frames: {lost}")
        finally:
            self.close()

    def interrupt(self) -> None:
        with self._lock:
            self._interrupted = True
            if self._process is not None:
                self._process.kill()

    def close(self) -> None:
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            process.close()

    def _connect(self) -> StreamProcess:
        """The connection that is open, or a new one."""
        with self._lock:
            if self._process is not None:
                return self._process
        process = StreamProcess(self._url, self._timing, self._pixel_aspect)
        with self._lock:
            self._process = process
            if self._interrupted:
                process.kill()
        process.opened()
        return process


def _same(image: Image) -> Image:
    return image
