"""Live sources: a thread reads a device or a stream, keeps the newest frame only, and reconnects."""

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
from engine.slot import Slot
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
    """A FrameSource over a feed. The feed must be open already: who cannot open one at all wants an error at once."""

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
        self._seen = 0
        self._frames: Slot[Frame] = Slot()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"posecast-live-{name}", daemon=True)
        self._thread.start()

    @property
    def problem(self) -> str | None:
        if self._reason is not None:
            return self._reason
        silent = self._clock() - self._last_at
        return f"no picture for {silent:.0f} s" if silent > self._timing.silence_s else None

    def read(self) -> Frame | None:
        """Waits for a frame newer than the last one; None only after `close`."""
        while True:
            newer = self._frames.wait_newer(self._seen, timeout=1.0)
            if newer is not None:
                self._seen, frame = newer
                return frame
            if self._frames.closed:
                return None

    def close(self) -> None:
        """Takes no longer than `join_s`, also where a driver hangs."""
        self._closing.set()
        self._frames.close()
        self._feed.interrupt()
        if self._thread is not threading.current_thread():
            self._thread.join(self._timing.join_s)
            if self._thread.is_alive():
                logger.error("%s: the thread that reads it hangs", self.name)

    def _run(self) -> None:
        while not self._closing.is_set():
            self._reconnect(self._read_until_lost())
        self._feed.close()

    def _read_until_lost(self) -> str:
        """The reason why pictures stopped."""
        try:
            while not self._closing.is_set():
                self._deliver(self._feed.read())
        except Lost as lost:
            return str(lost)
        except Exception as error:
            logger.exception("%s: reading failed", self.name)
            return f"reading failed ({error})"
        return "closed"

    def _deliver(self, picture: LivePicture) -> None:
        if self._failures:
            logger.info("%s: pictures again", self.name)
        self._failures, self._reason, self._last_at = 0, None, picture.captured_at
        self._index += picture.missed
        moment = picture.captured_at - self._opened_at
        self._frames.put(Frame(self._index, moment, picture.captured_at, picture.image, picture.capture_ms))
        self._index += 1

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
