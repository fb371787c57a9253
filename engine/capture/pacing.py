"""Computes when each picture of a clip is due, for playback at its own speed."""

from __future__ import annotations

from collections.abc import Callable

SKIP_AT_MOST_S = 0.25
"""Seconds spent skipping overdue pictures before one is shown anyway: a machine that cannot keep up shows a slower
clip, not a frozen one."""


class Pacer:
    """Maps media time to the clock; both in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._start: float | None = None
        """Clock at media time 0."""

    def due(self, time: float) -> float:
        """The clock's time at which the picture of media time `time` is due; the first one is due now."""
        if self._start is None:
            self._start = self._clock() - time
        return self._start + time

    def restart_at(self, time: float) -> float:
        """Stop catching up: media time `time` is due now."""
        self._start = self._clock() - time
        return self._clock()
