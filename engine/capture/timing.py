"""Time limits of live sources, and the pauses before they are opened again."""

from __future__ import annotations

from dataclasses import dataclass

from engine.retry import FIRST_S, LONGEST_S, pause_s


@dataclass(frozen=True, slots=True)
class Timing:
    """All in seconds."""

    open_s: float = 5.0
    """Time limit to connect, and again to detect the format."""
    read_s: float = 5.0
    """Between two packets."""
    opening_s: float = 20.0
    """Time after which a child that opens a stream counts as stuck, including its start."""
    silence_s: float = 8.0
    """Time without a frame after which the child counts as stuck: more than `read_s`, whose message is more precise."""
    first_retry_s: float = FIRST_S
    longest_retry_s: float = LONGEST_S
    join_s: float = 2.0
    """Time limit for a child process to end."""

    def retry_s(self, failures: int) -> float:
        """The pause before the next attempt, after `failures` earlier failures in a row."""
        return pause_s(failures + 1, self.first_retry_s, self.longest_retry_s)
