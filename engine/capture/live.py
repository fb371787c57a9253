"""Live sources: devices and streams, read as fast as they give pictures, and opened again when they are lost.

They have no thread of their own: the newest picture goes to a reader that does not pause, as the pipeline's reader
thread does not. A slow one misses pictures.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from engine.capture.timing import Timing
from engine.errors import PosecastError
from engine.geometry import CameraSpec
from engine.types import Frame, Image

logger = logging.getLogger(__name__)


class Lost(Exception):  # noqa: N818 (not an error of the program)
    """A feed gives no more pictures; the text says why, in words for the user."""


@dataclass(frozen=True, slots=True, eq=False)
class LivePicture:
    image: Image
    captured_at: float
    """Seconds, time.monotonic()."""
    capture_ms: float
    missed: int = 0
    """Pictures that were dropped right before this one."""


class Feed(Protocol):
    """A device or a stream. One thread at a time uses it, but `interrupt` is for any."""

    def open(self) -> None:
        """Connect; Lost where that fails."""
        ...

    def read(self) -> LivePicture:
        """The next picture; Lost where there is none."""
        ...

    def close(self) -> None:
        """Let go; `open` may be called again."""
        ...

    def interrupt(self) -> None:
        """Make a running `open` or `read` raise Lost soon; for good."""
        ...


class LiveSource:
    """A FrameSource over a feed, which must be open already: one that cannot be opened is an error at once."""

    live = True
    frame_rate: float | None = None
    frame_count: int | None = None
    camera: CameraSpec | None = None

    def __init__(
        self,
        feed: Feed,
        name: str,
        *,
        start_index: int = 0,
        timing: Timing = Timing(),  # noqa: B008 (frozen)
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self._feed = feed
        self._timing = timing
        self._clock = clock
        self._opened_at = self._last_at = clock()
        self._index = start_index
        self._failures = 0
        self._reason: str | None = None
        self._closing = threading.Event()
        self._reading = threading.Lock()

    @property
    def problem(self) -> str | None:
        if self._reason is not None:
            return self._reason
        silent = self._clock() - self._last_at
        return f"no picture for {silent:.0f} s" if silent > self._timing.silence_s else None

    def read(self) -> Frame | None:
        """The next frame; where the feed is lost, the first one after it was opened again. None only after `close`."""
        with self._reading:
            frame = self._next()
            if frame is None:
                self._feed.close()
            return frame

    def close(self) -> None:
        """Never blocks, so that signal handlers may call it: a thread that is reading closes the feed itself."""
        self._closing.set()
        self._feed.interrupt()
        if self._reading.acquire(blocking=False):
            try:
                self._feed.close()
            finally:
                self._reading.release()

    def _next(self) -> Frame | None:
        while not self._closing.is_set():
            try:
                picture = self._feed.read()
            except Lost as lost:  # noqa: PERF203 - a picture each
                self._reconnect(str(lost))
            except Exception as error:
                logger.exception("%s: reading failed", self.name)
                self._reconnect(f"reading failed ({error})")
            else:
                return None if self._closing.is_set() else self._frame(picture)
        return None

    def _frame(self, picture: LivePicture) -> Frame:
        if self._failures:
            logger.info("%s: pictures again", self.name)
        self._failures, self._reason, self._last_at = 0, None, picture.captured_at
        self._index += picture.missed
        index, self._index = self._index, self._index + 1
        moment = picture.captured_at - self._opened_at
        return Frame(index, moment, picture.captured_at, picture.image, picture.capture_ms)

    def _reconnect(self, reason: str) -> None:
        """Until the feed is open again, or the source closed."""
        while not self._closing.is_set():
            self._feed.close()
            self._reason = f"{reason}; trying again"
            logger.log(logging.DEBUG if self._failures else logging.WARNING, "%s: %s", self.name, self._reason)
            if self._closing.wait(self._timing.retry_s(self._failures)):
                return
            self._failures += 1
            try:
                self._feed.open()
                return
            except Lost as lost:
                reason = str(lost)
            except Exception as error:
                logger.exception("%s: opening failed", self.name)
                reason = f"opening failed ({error})"


def open_live(
    feed: Feed,
    name: str,
    *,
    start_index: int = 0,
    timing: Timing = Timing(),  # noqa: B008 (frozen)
) -> LiveSource:
    """Open `feed` and read it; PosecastError where it cannot be opened."""
    try:
        feed.open()
    except Lost as lost:
        feed.close()
        raise PosecastError(f"cannot open {name}: {lost}", "check that it is switched on, and the address") from lost
    return LiveSource(feed, name, start_index=start_index, timing=timing)
