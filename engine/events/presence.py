"""Who is there: people who have proved real, and who are not yet given up.

In: the tracked people of each frame. Out: stays, and their beginnings and ends. A person lost for a moment stays; so
does one whom the tracker finds again under a new id, near where they were.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from engine.events.view import Stay
from engine.types import Person

SIGHTINGS_APART_S = 1.0
"""Two sightings at most so far apart count as having been there meanwhile."""
REACH = 0.5
"""Maximum distance at which a new id is taken for somebody who was just lost, in sizes of the person in the picture."""
REACH_PER_S = 0.7
"""It grows by so much per second: a brisk walk."""
LIKE = 3.0
"""Maximum ratio of the two sizes: somebody who falls towards the camera looks small."""


@dataclass(frozen=True, slots=True)
class _Box:
    """Around somebody's keypoints."""

    middle: tuple[float, float]
    """Pixels."""
    size: float
    """Pixels, the longer side."""

    def distance(self, other: _Box) -> float:
        """Between the middles, in sizes."""
        return math.dist(self.middle, other.middle) / max(self.size, other.size)


@dataclass(slots=True, eq=False)
class _Individual:
    who: int
    id: int
    first_at: float
    first: _Box
    seen_at: float
    box: _Box
    seen_s: float = 0.0
    real: bool = False
    replaces: _Individual | None = None
    """Whom they are taken for, until that one is seen again, or they have proved real."""

    def see(self, box: _Box, now: float) -> None:
        if now - self.seen_at <= SIGHTINGS_APART_S:
            self.seen_s += now - self.seen_at
        self.seen_at, self.box = now, box

    @property
    def stay(self) -> Stay:
        return Stay(self.who, self.id, self.first_at, self.seen_at)


class Presence:
    """Owns the individuals."""

    def __init__(self) -> None:
        self._next = count(1)
        self._known: dict[int, _Individual] = {}
        """By the tracker's id."""

    def see(
        self, people: Sequence[Person], now: float, *, after_s: float, gone_s: float
    ) -> tuple[tuple[Stay, ...], tuple[Stay, ...]]:
        """Look at a frame: real people are those seen for `after_s` seconds, and they leave when unseen for `gone_s`.

        Returns the stays that began and ended.
        """
        for person in people:
            self._see(person.id, _box(person), now)
        came = tuple(one.stay for one in list(self._known.values()) if self._proves_real(one, now, after_s))
        return came, self._dismiss(now, gone_s)

    def who(self, id: int) -> int:
        """Who the person with this id is; the id must be of the newest frame."""
        return self._known[id].who

    @property
    def known(self) -> frozenset[int]:
        """`who` of everybody, also of those who have not proved real."""
        return frozenset(one.who for one in self._known.values())

    @property
    def present(self) -> dict[int, Stay]:
        """Everybody who is there, by `who`."""
        return {one.who: one.stay for one in self._known.values() if one.real}

    def _see(self, id: int, box: _Box, now: float) -> None:
        if id not in self._known:
            lost = self._lost_near(box, now)
            who = next(self._next) if lost is None else lost.who
            self._known[id] = _Individual(who, id, now, box, now, box, replaces=lost)
        self._known[id].see(box, now)

    def _lost_near(self, box: _Box, now: float) -> _Individual | None:
        """Who was lost where somebody new is, and is not taken for anybody else; the nearest, if several were."""
        replaced = [one.replaces for one in self._known.values()]
        lost = [one for one in self._known.values() if (one.real or one.replaces) and one.seen_at < now]
        likely = [one for one in lost if one not in replaced and _could_be(one, box, now)]
        nearest = min(likely, key=lambda one: one.box.distance(box), default=None)
        if nearest is None or nearest.replaces is None:
            return nearest
        del self._known[nearest.id]  # that id was theirs for a moment only
        return nearest.replaces

    def _proves_real(self, one: _Individual, now: float, after_s: float) -> bool:
        """Whether somebody new has proved real at this moment; not, if they are somebody who was lost."""
        if one.real:
            return False
        lost = one.replaces
        if lost is not None and lost.seen_at == now:
            one.replaces, one.who = None, next(self._next)  # that one is back
        one.real = one.seen_s >= after_s
        if one.real and one.replaces is not None:
            self._known.pop(one.replaces.id)
            one.first_at, one.replaces = one.replaces.first_at, None
            return False
        return one.real

    def _dismiss(self, now: float, gone_s: float) -> tuple[Stay, ...]:
        replaced = [one.replaces for one in self._known.values()]  # they go on, unless the newcomer goes, too
        gone = [one for one in self._known.values() if now - one.seen_at >= gone_s and one not in replaced]
        for one in gone:
            del self._known[one.id]
        return tuple(one.stay for one in gone if one.real)


def _could_be(lost: _Individual, box: _Box, now: float) -> bool:
    """Whether somebody could have come from where they were lost to `box`."""
    smaller, larger = sorted((lost.box.size, box.size))
    reach = REACH + REACH_PER_S * (now - lost.seen_at)
    return larger <= LIKE * smaller and lost.box.distance(box) <= reach


def _box(person: Person) -> _Box:
    found = person.pose2d.keypoints[person.pose2d.scores > 0]
    if not len(found):
        return _Box((0.0, 0.0), 1.0)
    (left, top), (right, bottom) = found.min(axis=0).tolist(), found.max(axis=0).tolist()
    return _Box(((left + right) / 2, (top + bottom) / 2), max(1.0, right - left, bottom - top))
