"""The current source, and the distribution of its frames to the worker and to those who show them."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from engine.geometry import CameraSpec
from engine.pipeline.events import ProblemEvent
from engine.pipeline.reader import Reader
from engine.pipeline.timing import Timing
from engine.redaction import redact
from engine.slot import Slot
from engine.types import Frame, FrameSource, View


@dataclass(frozen=True, slots=True, eq=False)
class Captured:
    """A frame, and the run of the source that it belongs to."""

    frame: Frame
    run: int


class Feed:
    """Owns the readers. At most one is current; frames of others are dropped. Initially paused.

    `before_frame(first)` is called before a frame passes, `first` of its run or not, and `failed()` when a source
    has a problem; both in the reading thread.
    """

    def __init__(
        self,
        text: str,
        open_source: Callable[[str], FrameSource],
        before_frame: Callable[[bool], None],
        failed: Callable[[], None],
        timing: Timing,
    ) -> None:
        self.frames: Slot[Frame] = Slot()
        """The newest frame, whether or not a network is ready for it."""
        self.captured: Slot[Captured] = Slot()
        """The newest frame and its run, for the worker."""
        self.run = 0
        """The run of the current source, or of the last one; the fields below also belong to that source."""
        self.camera: CameraSpec | None = None
        self.size: tuple[int, int] | None = None
        """(width, height) of the newest frame; None before the first."""
        self.count = 0
        """Number of frames passed on, of all sources."""
        self._open_source = open_source
        self._before_frame = before_frame
        self._failed = failed
        self._timing = timing
        self._runs = itertools.count(1)
        self._power = threading.Lock()
        """Held while pausing: a device is opened again only after it has been closed."""
        self._lock = threading.Lock()
        self._paused = True
        self._closed = False
        self._current: Reader | None = None
        self._last_name = redact(text)
        self._seen_run = 0
        self._readers: set[Reader] = set()

    def open(self, text: str) -> Reader:
        """Start to read `text` beside the current source. Its frames are dropped until `use`."""
        with self._lock:
            return self._begin(text, keep_trying=False)

    def use(self, reader: Reader) -> Reader | None:
        """Make `reader` the current one. Returns the reader that is no longer needed, for `release`."""
        with self._lock:
            replaced = self._make_current(reader)
            if not self._paused:
                return replaced
            self._current = None
            return reader

    def pause(self) -> bool:
        """Close the source until `resume`, keeping the newest frame; returns whether it was running."""
        with self._power:
            with self._lock:
                if self._paused or self._closed:
                    return False
                self._paused = True
                reader, self._current = self._current, None
            self.release(reader)
            return True

    def resume(self, text: str) -> bool:
        """Read `text` as the current source, unless it is running; returns whether it was started."""
        with self._power, self._lock:
            if not self._paused or self._closed:
                return False
            self._paused = False
            self._make_current(self._begin(text, keep_trying=True))
            return True

    @property
    def paused(self) -> bool:
        return self._paused

    def release(self, reader: Reader | None) -> None:
        """Close a reader; waits a bounded time."""
        if reader is not None:
            reader.close()
            with self._lock:
                self._readers.discard(reader)

    def close(self) -> None:
        """Close everything, and wake all threads that wait for frames."""
        with self._lock:
            self._closed = True
            self._current = None
            readers = list(self._readers)
        self.frames.close()
        self.captured.close()
        for reader in readers:
            self.release(reader)

    @property
    def name(self) -> str:
        """Name of the current source, or of the last one; passwords redacted."""
        reader = self._current
        return self._last_name if reader is None else reader.name

    @property
    def views(self) -> tuple[View, ...]:
        """The cameras of a rig in the newest set, all missing while the rig delivers none; empty for other sources."""
        frame = self.frames.newest()
        if frame is None:
            return ()
        return frame.views if self.problem is None else tuple(_missing(view) for view in frame.views)

    @property
    def problem(self) -> ProblemEvent | None:
        """Why the current source delivers no frames."""
        reader = self._current
        return reader.problem if reader is not None else None

    def _begin(self, text: str, *, keep_trying: bool) -> Reader:
        reader = Reader(
            text,
            next(self._runs),
            self._open_source,
            self._pass,
            self._failed,
            self._timing,
            keep_trying=keep_trying,
        )
        if self._closed:
            reader.close()
        else:
            self._readers.add(reader)
            reader.start()
        return reader

    def _make_current(self, reader: Reader) -> Reader | None:
        replaced, self._current = self._current, reader
        self.run, self._last_name, self.camera = reader.run, reader.name, reader.camera
        return replaced

    def _pass(self, reader: Reader, frame: Frame) -> None:
        with self._lock:
            if reader is not self._current:
                return
            first, self._seen_run = self._seen_run != reader.run, reader.run
            self._last_name, self.camera, self.size = reader.name, reader.camera, size_of(frame)
        self._before_frame(first)
        with self._lock:
            if reader is self._current:
                self.count += 1
                self.frames.put(frame)
                self.captured.put(Captured(frame, reader.run))


def size_of(frame: Frame) -> tuple[int, int]:
    """(width, height) pixels."""
    height, width = frame.image.shape[:2]
    return width, height


def _missing(view: View) -> View:
    """A camera of a rig that delivers no sets any more."""
    if view.frame is None:
        return view
    return replace(view, frame=None, problem="it sends no pictures", missing_since=view.frame.captured_at)
