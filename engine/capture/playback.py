"""Plays a clip as a FrameSource: every frame as fast as it is read, or paced like a camera; once, or forever."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from dataclasses import replace

from engine.capture.clip import Clip, Shot
from engine.capture.pacing import SKIP_AT_MOST_S, Pacer
from engine.geometry import CameraSpec
from engine.types import Frame, View

IMAGE_S = 1.0
"""Seconds for which an image is shown if the clip has no frame rate."""


class Playback:
    """Needs no thread: a paced `read` waits until the next picture is due, and skips those that are overdue.

    Time and index continue over the rounds of a loop. `close` never blocks, so that signal handlers may call it: the
    thread that is reading closes the file.
    """

    frame_rate: float | None
    problem: str | None = None

    def __init__(
        self,
        clip: Clip,
        *,
        realtime: bool = False,
        loop: bool = False,
        start_index: int = 0,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], object] | None = None,
    ) -> None:
        """`wait` sleeps for a number of seconds, or until the source is closed."""
        self.name = clip.name
        self.live = realtime
        self.frame_rate = clip.frame_rate
        self.frame_count = None if loop else clip.frame_count
        self.camera: CameraSpec | None = clip.camera
        self._clip = clip
        self._loop = loop
        self._clock = clock
        self._closed = threading.Event()
        self._reading = threading.Lock()
        self._wait = wait or self._closed.wait
        self._interval = 1 / clip.frame_rate if clip.frame_rate else IMAGE_S
        self._pacer = Pacer(clock) if realtime else None
        self._first: tuple[float, float] | None = None
        """Media time and due time of the first picture, until the second one is requested."""
        self._begun = False
        self._round = 0
        self._shots = self._rounds(start_index)

    def read(self) -> Frame | None:
        with self._reading:
            frame = None if self._closed.is_set() else self._next()
            if self._closed.is_set():
                self._release()
                return None
            return frame

    def close(self) -> None:
        self._closed.set()
        self._clip.interrupt()
        if self._reading.acquire(blocking=False):
            try:
                self._release()
            finally:
                self._reading.release()

    def _next(self) -> Frame | None:
        self._begin()
        began = self._clock()
        while not self._closed.is_set():
            asked = self._clock()
            step = next(self._shots, None)
            if step is None:
                return None
            index, moment, shot = step
            due = self._due(moment, began)
            if due is not None:
                return self._frame(index, moment, shot, asked, due)
        return None

    def _begin(self) -> None:
        """Start the clock when the second picture is requested: readers load a model for pictures of the first one's
        size, which may take long."""
        first, self._first = self._first, None
        if self._pacer is not None and first is not None and self._clock() > first[1] + self._interval:
            self._pacer.restart_at(first[0])

    def _due(self, moment: float, began: float) -> float | None:
        """When to show the picture of media time `moment`; None to skip it."""
        if self._pacer is None:
            return self._clock()
        due, now = self._pacer.due(moment), self._clock()
        if now < due + self._interval:
            return due
        return None if now < began + SKIP_AT_MOST_S else self._pacer.restart_at(moment)

    def _frame(self, index: int, moment: float, shot: Shot, asked: float, due: float) -> Frame:
        views = shot.views(due) if shot.views else ()
        image = shot.picture()
        capture_ms = (self._clock() - asked) * 1e3
        truth = shot.truth() if shot.truth else None
        if self._pacer is not None:
            self._wait(max(0.0, due - self._clock()))
        if not self._begun:
            self._begun, self._first = True, (moment, due)
        return Frame(
            index,
            moment,
            due,
            image,
            capture_ms,
            truth,
            shot.name,
            self._round,
            views=_moved(views, moment - shot.time),
        )

    def _rounds(self, index: int) -> Generator[tuple[int, float, Shot], None, None]:
        """(index, media time, shot) of every round; no round follows one without shots."""
        start = 0.0
        while True:
            first = last = None
            for shot in self._clip.shots():
                first, last = first or shot, shot
                yield index + shot.index, start + shot.time, shot
            if not self._loop or first is None or last is None:
                return
            self._round += 1
            index += last.index + 1
            start += last.time - first.time + self._interval

    def _release(self) -> None:
        self._shots.close()
        self._clip.close()


def _moved(views: tuple[View, ...], by: float) -> tuple[View, ...]:
    """The views on the clock of later rounds."""
    if by == 0.0:
        return views
    return tuple(
        view if view.frame is None else replace(view, frame=replace(view.frame, time=view.frame.time + by))
        for view in views
    )
