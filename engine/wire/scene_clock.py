"""The seconds of scenes from the first one: how the index, the video and the page's bar of time count.

They are those of the wall clock, so that pauses last as long as they did. Where that was set back, as by a time server,
they go on by media time.
"""

from __future__ import annotations


class SceneClock:
    """Takes the scenes in their order."""

    def __init__(self, first: float = 0.0) -> None:
        """`first`: the second of the first scene that is taken."""
        self._start = -first
        """Wall time of second 0, as the clock is now."""
        self._before: tuple[float, float | None] | None = None

    def seconds(self, wall_time: float, time: float | None) -> float:
        """Seconds of the next scene, never less than before; to the millisecond, as `wall_time` is written."""
        if self._before is None:
            self._start += wall_time
        elif wall_time < self._before[0]:
            before, then = self._before
            step = 0.0 if time is None or then is None else max(0.0, time - then)
            self._start += wall_time - before - step
        self._before = wall_time, time
        return round(wall_time - self._start, 3)
