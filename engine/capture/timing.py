"""How long a live source may be silent, and when it is tried again."""

from __future__ import annotations

from dataclasses import dataclass

from engine.retry import FIRST_S, LONGEST_S, pause_s


@dataclass(frozen=True, slots=True)
class Timing:
    """All in seconds."""

    open_s: float = 5.0
    """To connect, and once more to find out what is sent."""
    read_s: float = 5.0
    """Between two packets."""
    opening_s: float = 20.0
    """Until the child that opens a stream is taken to be stuck; starting it counts."""
    silence_s: float = 8.0
    """Between two frames, before the child is taken to be stuck: more than `read_s`, which gives the better reason."""
    first_retry_s: float = FIRST_S
    longest_retry_s: float = LONGEST_S
    join_s: float = 2.0
    """For a child process to end."""

    def retry_s(self, failures: int) -> float:
        """The pause after so many failures in a row and one more."""
        return pause_s(failures + 1, self.first_retry_s, self.longest_retry_s)
