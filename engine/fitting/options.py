"""The user's options for bodies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class FitOptions:
    """The options; may change between two frames."""

    fit: bool = True
    assumed_height_m: float = 1.80
    """Height that the given poses assume for people, metres."""
    person_heights_m: Mapping[int, float] = field(default_factory=dict)
    """True heights of single people by id, metres."""
    floor_offset_m: float = 0.0
    """Height of the floor above the world's origin."""
    metric: bool = False
    """Whether the camera's height above the floor was measured."""
