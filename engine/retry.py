"""How long to wait before something that failed is tried again: the one policy, for sources and for networks."""

from __future__ import annotations

FIRST_S = 0.25
LONGEST_S = 5.0


def pause_s(failures: int, first_s: float = FIRST_S, longest_s: float = LONGEST_S) -> float:
    """Seconds to wait after so many failures in a row, from 1: it doubles from `first_s` up to `longest_s`."""
    return min(longest_s, first_s * 2.0 ** min(failures - 1, 30))
