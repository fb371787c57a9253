"""A monotonic clock for a finite source: starts at 0 and always advances, whatever the timestamps do.

Timestamps of recordings start anywhere, wrap (MPEG-TS: every 26.5 hours), fall back where two recordings were joined,
jump where a camera's clock was set, repeat, or are missing.
"""

from __future__ import annotations

from collections import deque
from statistics import median

LONG_GAP_S = 60.0
"""Seconds between two pictures above which the clock jumped, rather than the recording paused."""
LONG_GAP_INTERVALS = 100
"""Usual intervals that the same gap must exceed, since the pictures of a time lapse are far apart anyway."""
LONG_GAP_OF_STREAM_S = 10.0
"""The limit in seconds for broadcast formats, whose clocks may jump at any time; ffmpeg uses the same."""
FALL_BACK_INTERVALS = 4
"""Steps back of fewer intervals are pictures in the wrong order, from decoders that do not sort them."""
_RECENT = 15
"""Number of newest steps between pictures whose median is the usual interval."""


class MediaClock:
    """Timestamps of pictures, in the order in which they are shown -> seconds since the first one, rising."""

    def __init__(self, interval: float, *, jumps: bool = False) -> None:
        """`interval`: seconds between pictures, as announced. `jumps`: whether the format's clock may (see above)."""
        self._long_gap = LONG_GAP_OF_STREAM_S if jumps else LONG_GAP_S
        self._steps: deque[float] = deque([interval], maxlen=_RECENT)
        self._last: float | None = None
        self._offset: float | None = None
        self._timestamp: float | None = None
        self._repeats = 0
        self.jumps = 0
        """Number of jumps that were corrected."""

    def time(self, timestamp: float | None) -> float:
        """Seconds of the next picture; None where it has no timestamp."""
        last = self._last
        if last is None:
            self._last = 0.0
            self._timestamp = timestamp
            self._offset = None if timestamp is None else -timestamp
            return 0.0
        self._last = last + self._step if timestamp is None else self._next(last, timestamp)
        return self._last

    @property
    def _step(self) -> float:
        return median(self._steps)

    def _next(self, last: float, timestamp: float) -> float:
        self._repeats = self._repeats + 1 if timestamp == self._timestamp else 0
        self._timestamp = timestamp
        if self._offset is None or self._repeats > 1:  # the first timestamp, or timestamps that do not advance
            return self._moved(last, timestamp)
        time = timestamp + self._offset
        long_gap = max(self._long_gap, LONG_GAP_INTERVALS * self._step)
        if last - time > FALL_BACK_INTERVALS * self._step or time - last > long_gap:
            self.jumps += 1
            return self._moved(last, timestamp)
        if time <= last:  # half of the shortest step, so that the clock catches up
            return last + min(self._steps) / 2
        self._steps.append(time - last)
        return time

    def _moved(self, last: float, timestamp: float) -> float:
        """`timestamp` means one usual step after the last picture."""
        self._offset = last + self._step - timestamp
        return last + self._step
