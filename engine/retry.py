"""The retry policy for sources and networks: how long to pause after failures."""

from __future__ import annotations

FIRST_S = 0.25
LONGEST_S = 5.0


def pause_s(failures: int, first_s: float = FIRST_S, longest_s: float = LONGEST_S) -> float:
    """Seconds to pause after `failures` failures in a row, counted from 1; doubles from `first_s` up to `longest_s`."""
    return min(longest_s, first_s * 2.0 ** min(failures - 1, 30))
