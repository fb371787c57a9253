"""How long the pipeline waits for what, in one place."""

from __future__ import annotations

from dataclasses import dataclass

from engine.retry import FIRST_S, LONGEST_S, pause_s


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds, all of them."""

    first_frame_s: float = 15.0
    """A new source that shows no frame by then is given up: an RTSP camera takes up to 10 s to its first key frame."""
    stall_s: float = 5.0
    """Without a snapshot for this long, frames no longer flow."""
    first_retry_s: float = FIRST_S
    longest_retry_s: float = LONGEST_S
    """Waits before what failed is tried again: they double from the first to the longest."""
    reload_s: float = 30.0
    """A model that did not load at the start is tried again after this long."""
    hang_s: float = 30.0
    """A network that takes longer for one picture is stuck: the slowest (PyTorch at height 1024 on an old processor
    that is busy with other things) takes a few seconds."""
    load_s: float = 180.0
    """A switch that shows no sign of life for so long is stuck. Conversions report all the time; a library that opens a
    model does not, and takes seconds, or a minute on a small machine that swaps."""
    tick_s: float = 0.1
    """The worker looks for changes this often where no frames come."""
    join_s: float = 5.0
    """A thread that has not ended by then is left behind, which is logged."""

    def delay(self, failures: int) -> float:
        """How long to wait after the `failures`-th failure in a row, counted from 1."""
        return pause_s(failures, self.first_retry_s, self.longest_retry_s)
