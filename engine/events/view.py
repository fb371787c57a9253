"""What rules look at: one frame's people, with a clock that never goes back, and what rules answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.events.polygon import Point
from engine.skeleton import PELVIS


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """One person in one frame."""

    who: int
    """Stays with the person, also where the tracker gives a new id to somebody it had lost."""
    id: int
    """The tracker's present id."""
    joints: NDArray[np.float64] | None
    """(19, 3) metres, y up; None without 3D."""
    keypoints: NDArray[np.floating[Any]]
    """(19, 2) frame pixels, NaN where missing."""
    seen: NDArray[np.bool_]
    """(19,) whether each keypoint was found."""

    @property
    def place(self) -> Point | None:
        """Where the person is on the floor: x and z of the pelvis."""
        return None if self.joints is None else (float(self.joints[PELVIS, 0]), float(self.joints[PELVIS, 2]))


@dataclass(frozen=True, slots=True, eq=False)
class Stay:
    """Somebody's stay: in view, or in a zone."""

    who: int
    id: int
    since: float
    """When it began, seconds of the view's clock."""
    until: float
    """When the person was last seen there."""
    zone: str | None = None

    @property
    def seconds(self) -> float:
        return self.until - self.since


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """One frame."""

    now: float
    """Seconds of a clock that only goes forward, by a second at most between two frames."""
    dt: float
    """Seconds since the frame before."""
    cut: bool
    """Whether motion cannot be followed from the frame before: a loop began again, a seek, a long pause."""
    people: tuple[Body, ...]
    """Those who are seen in this frame and have proved real."""
    newcomers: tuple[Body, ...]
    """Those who are seen and have not: for rules that follow a motion from its beginning."""
    known: Collection[int]
    """`who` of everybody who is there, newcomers and those who are lost for a moment among them."""
    present: Mapping[int, Stay]
    """The stays of those who have proved real, by `who`."""
    came: tuple[Stay, ...]
    left: tuple[Stay, ...]
    inside: tuple[Stay, ...]
    """Who is in which zone."""
    entered_zone: tuple[Stay, ...]
    left_zone: tuple[Stay, ...]


@dataclass(frozen=True, slots=True)
class Happening:
    """What a rule found: an event without its times."""

    kind: str
    label: str
    person: int | None = None
    people: tuple[int, ...] = ()
    zone: str | None = None
    value: float | None = None


class Rule(Protocol):
    """A rule is shown every frame, in order, and keeps what it needs to remember."""

    def see(self, view: View) -> Iterable[Happening]: ...


def gone(state: Mapping[int, Any], view: View) -> list[int]:
    """The keys of `state` that belong to nobody who is there."""
    return [who for who in state if who not in view.known]
