"""A network stream as a live feed: a child per connection."""

from __future__ import annotations

import threading
from fractions import Fraction

from engine.capture.live import LivePicture, Lost
from engine.capture.network.process import StreamProcess
from engine.capture.timing import Timing


class StreamFeed:
    """The newest pictures of a stream. `process` is its first connection, already open."""

    def __init__(self, url: str, timing: Timing, process: StreamProcess, pixel_aspect: Fraction | None = None) -> None:
        self._url = url
        self._pixel_aspect = pixel_aspect
        self._timing = timing
        self._lock = threading.RLock()  # re-entrant: `interrupt` may come from a signal handler
        self._interrupted = False
        self._process: StreamProcess | None = process
        self._next_index = 0
        process.start(every=False)

    def open(self) -> None:
        process = StreamProcess(self._url, self._timing, self._pixel_aspect)
        with self._lock:
            self._process = process
            if self._interrupted:
                process.kill()
        process.opened()
        self._next_index = 0
        process.start(every=False)

    def read(self) -> LivePicture:
        if self._process is None:
            raise Lost("closed")
        picture, image = self._process.read()
        missed, self._next_index = picture.index - self._next_index, picture.index + 1
        return LivePicture(image, picture.captured_at, picture.decode_ms, missed)

    def close(self) -> None:
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            process.close()

    def interrupt(self) -> None:
        with self._lock:
            self._interrupted = True
            if self._process is not None:
                self._process.kill()
