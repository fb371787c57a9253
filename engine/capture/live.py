"""Live sources: a thread reads a device or a stream, keeps the newest frame only, and reconnects."""

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
from engine.slot import Slot
from engine.types import Frame, Image

logger = logging.getLogger(__name__)


class Lost(Exception):  # noqa: N818 (not an error of the program)
    """A feed gives no more pictures; the text says why, in words for the user, and `hint` what to do."""

    def __init__(self, reason: str, hint: str = "check that it is switched on, and the address") -> None:
        super().__init__(reason)
        self.hint = hint


class Crashed(Lost):
    """What reads the feed died of a signal: a decoder met something that it cannot take."""

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
        self._brake = Brake()
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
        """Waits for a frame newer than the last one.

        None only after `close`, and where the feed crashes again and again, as `problem` then says.
        """
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
        while not self._closing.is_set() and self._reconnect(self._read_until_lost()):
            pass
        self._feed.close()
        self._frames.close()

    def _read_until_lost(self) -> Lost:
        """Why pictures stopped."""
        try:
            while not self._closing.is_set():
                self._deliver(self._feed.read())
        except Lost as lost:
            return lost
        except Exception as error:
            logger.exception("%s: reading failed", self.name)
            return Lost(f"reading failed ({error})")
        return Lost("closed")

    def _deliver(self, picture: LivePicture) -> None:
        if self._failures:
            logger.info("%s: pictures again", self.name)
        self._failures, self._reason, self._last_at = 0, None, picture.captured_at
        self._index += picture.missed
        moment = picture.captured_at - self._opened_at
        self._frames.put(Frame(self._index, moment, picture.captured_at, picture.image, picture.capture_ms))
        self._index += 1

    def _reconnect(self, lost: Lost) -> bool:
        """Until the feed is open again; False where the source is closed, or given up."""
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
            except Lost as error:
                lost = error
            except Exception as error:
                logger.exception("%s: opening failed", self.name)
                lost = Lost(f"opening failed ({error})")
        return False


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
        raise PosecastError(f"cannot open {name}: {lost}", lost.hint) from lost
    return LiveSource(feed, name, start_index=start_index, timing=timing)
