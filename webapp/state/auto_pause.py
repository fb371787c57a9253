"""Pauses the source while there are no viewers and no recording, if the setting `pause_unwatched` is on."""

from __future__ import annotations

import time
from collections.abc import Callable

from engine.pipeline import Pipeline

PAUSE_AFTER = 10.0
"""Seconds without a viewer: a page that is reloaded must not switch the camera off and on."""


class Attendance:
    """Checks once a second whether there is a viewer. `present` counts sockets, streams and recordings."""

    def __init__(
        self, pipeline: Pipeline, present: Callable[[], int], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._pipeline, self._present, self._clock = pipeline, present, clock
        self._last_seen = clock()
        self._paused = False

    def seen(self) -> None:
        """Note that a client requested the newest scene or picture: it may do so again."""
        self._last_seen = self._clock()

    def check(self) -> None:
        """Pause or resume as needed. Called from one thread."""
        if self._present():
            self.seen()
        state = self._pipeline.state()
        if self._paused and state.status != "paused":  # a user chose the source again, to see it
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
