"""The one definition of frames per second: in scenes, statistics and metrics, and on the terminal."""

from __future__ import annotations


def rate(count: int, first: float, last: float) -> float:
    """Intervals per second between the first and the last of `count` events, at `first` and `last` [s]; 0 below two."""
    return (count - 1) / (last - first) if count > 1 and last > first else 0.0
