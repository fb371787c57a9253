"""Live sources: devices and streams, read as fast as they give pictures, and opened again when they are lost.

They have no thread of their own: a reader that never pauses, such as the pipeline's reader thread, gets every picture;
a slow reader misses some.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from engine.brake import MOST, Brake
from engine.capture.timing import Timing
from engine.errors import PosecastError
from engine.geometry import CameraSpec
from engine.types import Frame, Image

logger = logging.getLogger(__name__)


class Lost(Exception):  # noqa: N818 (not an error of the program)
    """A feed delivers no more pictures; the text tells the user why, and `hint` what to do."""

    def __init__(self, reason: str, hint: str = "check that it is switched on, and the address") -> None:
        super().__init__(reason)
        self.hint = hint


class Crashed(Lost):
    """The process that reads the feed was killed by a signal, for example because a decoder crashed."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, "choose another one, or convert it")


@dataclass(frozen=True, slots=True, eq=False)
class LivePicture:
    image: Image
    captured_at: float
    """Seconds, time.monotonic()."""
    capture_ms: float
    missed: int = 0
    """Pictures that were dropped right before this one."""


class Feed(Protocol):
    """A device or a stream. Used by one thread at a time, except `interrupt`, which any thread may call."""

    def open(self) -> None:
        """Connect; raises Lost if that fails."""
        ...

    def read(self) -> LivePicture:
        """The next picture; raises Lost if there is none."""
        ...

    def close(self) -> None:
        """Close the feed; `open` may be called again."""
        ...

    def interrupt(self) -> None:
        """Make a running `open` or `read` raise Lost soon; for good."""
        ...


class LiveSource:
    """A FrameSource that reads a feed, which must already be open."""

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
        self._brake = Brake()
        self._closing = threading.Event()
        self._reading = threading.Lock()

    @property
    def problem(self) -> str | None:
        if self._reason is not None:
            return self._reason
        silent = self._clock() - self._last_at
        return f"no picture for {silent:.0f} s" if silent > self._timing.silence_s else None

    def read(self) -> Frame | None:
        """The next frame; where the feed is lost, the first one after it was opened again.

        None only after `close`, or when the feed has crashed too often; `problem` then says so.
        """
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
            except Exception as error:  # noqa: BLE001, PERF203 - the feed is opened again after any error
                if not self._reconnect(self._lost(error, "reading")):
                    return None
            else:
                return None if self._closing.is_set() else self._frame(picture)
        return None

    def _lost(self, error: Exception, doing: str) -> Lost:
        """`error` as a Lost; an unexpected one is logged."""
        if isinstance(error, Lost):
            return error
        logger.error("%s: %s failed", self.name, doing, exc_info=error)
        return Lost(f"{doing} failed ({error})")

    def _frame(self, picture: LivePicture) -> Frame:
        if self._failures:
            logger.info("%s: pictures again", self.name)
        self._failures, self._reason, self._last_at = 0, None, picture.captured_at
        self._index += picture.missed
        index, self._index = self._index, self._index + 1
        moment = picture.captured_at - self._opened_at
        return Frame(index, moment, picture.captured_at, picture.image, picture.capture_ms)

    def _reconnect(self, lost: Lost) -> bool:
        """Try until the feed is open again; False if the source was closed, or the feed crashed too often."""
        while not self._closing.is_set():
            self._feed.close()
            if isinstance(lost, Crashed) and self._brake.crashed(self._clock()):
                self._reason = f"{lost}, {MOST} times within a minute: it is not tried again"
                logger.error("%s: %s", self.name, self._reason)
                return False
            self._reason = f"{lost}; trying again"
            logger.log(logging.DEBUG if self._failures else logging.WARNING, "%s: %s", self.name, self._reason)
            if self._closing.wait(self._timing.retry_s(self._failures)):
                return False
            self._failures += 1
            try:
                self._feed.open()
                return True
            except Exception as error:  # noqa: BLE001 - any error is a failed attempt
                lost = self._lost(error, "opening")
        return False


def open_live(
    feed: Feed,
    name: str,
    *,
    start_index: int = 0,
    timing: Timing = Timing(),  # noqa: B008 (frozen)
) -> LiveSource:
    """Open `feed` as a source; PosecastError if it cannot be opened."""
    try:
        feed.open()
    except Lost as lost:
        feed.close()
        raise PosecastError(f"cannot open {name}: {lost}", lost.hint) from lost
    return LiveSource(feed, name, start_index=start_index, timing=timing)
