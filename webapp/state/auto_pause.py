"""Closes the source while nobody watches or records, and opens it again, where the setting says so."""

from __future__ import annotations

import time
from collections.abc import Callable

from engine.pipeline import Pipeline

PAUSE_AFTER = 10.0
"""Seconds without anybody: a page that is loaded again must not switch the camera off and on."""


class Attendance:
    """Looks once a second whether somebody is there. `present` counts sockets, streams and recordings."""

    def __init__(
        self, pipeline: Pipeline, present: Callable[[], int], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._pipeline, self._present, self._clock = pipeline, present, clock
        self._last_seen = clock()
        self._paused = False

    def seen(self) -> None:
        """Somebody asked for the newest scene or picture, and may ask again."""
        self._last_seen = self._clock()

    def check(self) -> None:
        """Pause or resume as needed. Called from one thread."""
        if self._present():
            self.seen()
        state = self._pipeline.state()
        if self._paused and state.status != "paused":  # somebody chose the source anew, and wants to see it
            self._paused = False
            self.seen()
        wanted = state.settings.pause_unwatched
        alone = self._clock() - self._last_seen >= PAUSE_AFTER
        if wanted and alone and not self._paused:
            self._paused = True
            self._pipeline.pause()
        elif self._paused and not (wanted and alone):
            self._paused = False
            self._pipeline.resume()
