"""The cameras of a rig, live: each has a thread that reads it, and sets are made of the pictures nearest in time.

A set is of the newest moment of which all cameras have delivered a picture. A camera that is late, or has failed, is
missing until it delivers again; the others go on.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from engine.capture.rig import calibrated
from engine.errors import PosecastError, reason
from engine.geometry import CameraSpec
from engine.mosaic import blank
from engine.redaction import redact
from engine.retry import pause_s
from engine.rig import Rig, RigCamera, named_briefly
from engine.types import Frame, FrameSource, View

logger = logging.getLogger(__name__)

KEPT = 6
"""Pictures of each camera from which the nearest in time is chosen."""
LATE_INTERVALS, LATE_S = 3.0, 0.15
"""A camera is waited for as long as so many of its usual intervals, or so many seconds, whichever is longer."""
NEAR_S = 0.05
"""Seconds from the moment of a set within which a picture belongs to it, if its camera is not slower."""
SILENT_S, FIRST_PICTURE_S = 2.0, 15.0
"""Seconds without a picture, and without the first one, after which a rig says that a camera sends none."""
_TICK_S = 0.25
_JOIN_S = 2.0


class LiveRig:
    """A live source of sets. It is read in one thread, and has one more for each camera."""

    live = True
    frame_rate: float | None = None
    frame_count: int | None = None

    def __init__(
        self,
        rig: Rig,
        open_source: Callable[[str], FrameSource],
        name: str,
        *,
        start_index: int = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """PosecastError if a camera has no calibration and its source does not know one."""
        self.name = name
        self._clock, self._index = clock, start_index
        self._opened_at = clock()
        self._changed = threading.Condition()
        self._closed = False
        self._last: float | None = None
        self._feeds = [_Feed(camera, open_source, self._changed, clock) for camera in rig.cameras]
        self.camera: CameraSpec | None = rig.cameras[0].placed
        for feed in self._feeds:
            feed.start()

    @property
    def problem(self) -> str | None:
        """Why no sets come, if no camera delivers pictures; None while one may still do."""
        now = self._clock()
        if not all(feed.is_silent(now, self._opened_at) for feed in self._feeds):
            return None
        return "; ".join(f"{feed.name}: {feed.problem or 'it sends no pictures'}" for feed in self._feeds)

    def read(self) -> Frame | None:
        with self._changed:
            while not self._closed:
                moment = self._next_moment()
                if moment is not None:
                    self._last = moment
                    return self._set(moment)
                self._changed.wait(_TICK_S)
        return None

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for feed in self._feeds:
            feed.stop()
        for feed in self._feeds:
            feed.join()

    def _next_moment(self) -> float | None:
        """The newest moment that all cameras have reached that are not late; None if it was shown already."""
        now = self._clock()
        reached = [feed.reached for feed in self._feeds if feed.is_in_time(now)]
        moment = min((time for time in reached if time is not None), default=None)
        return moment if moment is not None and (self._last is None or moment > self._last) else None

    def _set(self, moment: float) -> Frame:
        views = tuple(feed.view(moment, self._opened_at) for feed in self._feeds)
        frames = [view.frame for view in views if view.frame is not None]
        first = views[0].frame
        image = blank(self._feeds[0].size) if first is None else first.image
        index, self._index = self._index, self._index + 1
        captured_at = min((frame.captured_at for frame in frames), default=moment)
        truth = frames[0].truth if frames else None
        capture_ms = sum(frame.capture_ms for frame in frames)
        return Frame(index, moment - self._opened_at, captured_at, image, capture_ms, truth, views=views)


class _Feed:
    """One camera and the thread that reads it; its pictures are guarded by the rig's condition."""

    def __init__(
        self,
        camera: RigCamera,
        open_source: Callable[[str], FrameSource],
        changed: threading.Condition,
        clock: Callable[[], float],
    ) -> None:
        self.name = camera.name
        self.problem: str | None = None
        self.size = (1280, 720) if camera.spec is None else camera.spec.resolution or (1280, 720)
        self._camera, self._open, self._changed, self._clock = camera, open_source, changed, clock
        self._spec = camera.placed
        self._frames: deque[Frame] = deque(maxlen=KEPT)
        self._arrived = -np.inf
        self._stop = threading.Event()
        self._source: FrameSource | None = None
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._work, name=f"posecast-rig-{camera.name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Make the thread end soon."""
        self._stop.set()
        with self._lock:
            source = self._source
        if source is not None:
            source.close()

    def join(self) -> None:
        self._thread.join(_JOIN_S)
        if self._thread.is_alive():
            logger.error("the thread reading %s did not end", self.name)

    def is_silent(self, now: float, opened_at: float) -> bool:
        """Whether it has failed, or has sent nothing for so long that somebody should hear of it."""
        if self.problem is not None:
            return True
        if self._frames:
            return now - self._arrived >= SILENT_S
        return now - opened_at >= FIRST_PICTURE_S

    @property
    def reached(self) -> float | None:
        """The time of the newest picture, on the rig's clock."""
        return self._time(self._frames[-1]) if self._frames else None

    def is_in_time(self, now: float) -> bool:
        """Whether the next picture is worth waiting for."""
        return now - self._arrived <= max(LATE_INTERVALS * (self._interval or 0.0), LATE_S)

    def view(self, moment: float, opened_at: float) -> View:
        frame = min(self._frames, key=lambda frame: abs(self._time(frame) - moment), default=None)
        limit = max(NEAR_S, 0.75 * (self._interval or 0.0))
        rate = None if self._interval is None else 1 / self._interval
        offset = self._camera.offset_s
        spec = calibrated(self._camera, None) if self._spec is None else self._spec
        if frame is None or abs(self._time(frame) - moment) > limit:
            since = max(self._arrived, opened_at)
            return View(self.name, spec, None, self.problem or "it sends no pictures", rate, offset, since)
        moved = replace(frame, time=self._time(frame) - opened_at)
        return View(self.name, spec, moved, None, rate, offset)

    @property
    def _interval(self) -> float | None:
        """Median seconds between pictures; None before the second."""
        gaps = [b.captured_at - a.captured_at for a, b in pairwise(self._frames)]
        return float(np.median(gaps)) if gaps else None

    def _time(self, frame: Frame) -> float:
        return frame.captured_at + self._camera.offset_s

    def _work(self) -> None:
        failures = 0
        while not self._stop.is_set():
            before = self._arrived
            try:
                self._read_all()
                self._tell("it has ended")
            except PosecastError as error:
                self._tell(named_briefly(str(error), self._camera.source))
            except Exception as error:
                logger.exception("reading %s failed", self.name)
                self._tell(redact(reason(error)))
            finally:
                self._close()
            failures = 0 if self._arrived > before else failures + 1
            self._stop.wait(pause_s(max(failures, 1)))

    def _read_all(self) -> None:
        source = self._open(self._camera.source)
        with self._lock:
            self._source = source
        self._spec = calibrated(self._camera, source.camera)
        while not self._stop.is_set() and (frame := source.read()) is not None:
            with self._changed:
                self._frames.append(frame)
                self._arrived, self.problem = self._clock(), None
                self.size = frame.image.shape[1], frame.image.shape[0]
                self._changed.notify_all()

    def _tell(self, problem: str) -> None:
        if not self._stop.is_set():
            if self.problem != problem:
                logger.warning("camera %s: %s; trying again", self.name, problem)
            self.problem = problem

    def _close(self) -> None:
        with self._lock:
            source, self._source = self._source, None
        if source is not None:
            source.close()


def problems_of(views: Sequence[View]) -> dict[str, str]:
    """By camera: why it delivers no picture."""
    return {view.name: view.problem for view in views if view.problem is not None}
