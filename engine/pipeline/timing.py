"""All time limits of the pipeline."""

from __future__ import annotations

from dataclasses import dataclass

from engine.retry import FIRST_S, LONGEST_S, pause_s


@dataclass(frozen=True, slots=True)
class Timing:
    """Time limits in seconds."""

    first_frame_s: float = 15.0
    """Limit for a new source's first frame: an RTSP camera takes up to 10 s to its first key frame."""
    stall_s: float = 5.0
    """Time without a snapshot after which frames count as stalled."""
    first_retry_s: float = FIRST_S
    longest_retry_s: float = LONGEST_S
    """Pauses between attempts after failures: they double from the first to the longest."""
    reload_s: float = 30.0
    """Pause before a model that did not load at the start is tried again."""
    hang_s: float = 30.0
    """Limit for one picture, after which the network counts as stuck: the slowest (PyTorch at height 1024 on an old,
    busy processor) takes a few seconds."""
    load_s: float = 180.0
    """Time without progress after which a switch counts as stuck. Conversions report continuously; a library that
    opens a model does not, and takes seconds, or a minute on a small machine that swaps."""
    tick_s: float = 0.1
    """Interval at which the worker checks for changes without frames."""
    join_s: float = 5.0
    """Limit for the end of a thread, after which it is left behind and logged."""

    def delay(self, failures: int) -> float:
        """The pause after the `failures`-th failure in a row, counted from 1."""
        return pause_s(failures, self.first_retry_s, self.longest_retry_s)
