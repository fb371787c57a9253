"""What an output gets to send: the newest snapshot, with all events since the last one that it sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.types import Snapshot


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """One snapshot for one output."""

    snapshot: Snapshot
    """Its `events` are all that happened since the last moment that the output has sent."""
    wall_time: float
    """When its frame was captured, seconds since 1970."""
    text: Callable[[], str]
    """The scene as JSON (engine.wire); made once for all who ask."""
    test: bool = False
    """Whether it was made up to test the output: nobody stood before a camera."""
