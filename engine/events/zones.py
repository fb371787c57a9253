"""Zones: polygons on the floor with a name, and who is in which.

Corners are (x, z) in metres, in the world turned so that y points up, as the 3D view shows it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from engine.events.hysteresis import Latch, beyond
from engine.events.polygon import Point, depth
from engine.events.view import Body, Stay


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of the floor."""

    name: str
    corners: tuple[Point, ...]
    colour: int = 0
    """Index into the page's palette."""


class Occupancy:
    """Who is in one zone. It takes `hold_s` seconds to come in or go out, and `margin_m` beyond the edge to go out."""

    def __init__(self, zone: Zone, *, hold_s: float, margin_m: float) -> None:
        self.zone = zone
        self._hold_s, self._margin_m = hold_s, margin_m
        self._latches: dict[int, Latch] = {}
        self._stays: dict[int, Stay] = {}

    @property
    def inside(self) -> tuple[Stay, ...]:
        return tuple(self._stays.values())

    def see(
        self, people: Sequence[Body], present: Mapping[int, Stay], now: float, dt: float
    ) -> tuple[tuple[Stay, ...], tuple[Stay, ...]]:
        """Look at a frame; the stays that began, and those that ended."""
        ended = [self._stays.pop(who) for who in list(self._stays) if who not in present]
        self._latches = {who: latch for who, latch in self._latches.items() if who in present}
        began: list[Stay] = []
        for body in people:
            self._look(body, now, dt, began, ended)
        return tuple(began), tuple(ended)

    def _look(self, body: Body, now: float, dt: float, began: list[Stay], ended: list[Stay]) -> None:
        latch = self._latches.setdefault(body.who, Latch(self._hold_s, self._hold_s))
        place = body.place
        within = None if place is None else beyond(depth(place, self.zone.corners), latch.on, 0.0, -self._margin_m)
        change = latch.update(within, dt)
        if change == "rose":
            self._stays[body.who] = Stay(body.who, body.id, now, now, self.zone.name)
            began.append(self._stays[body.who])
        elif change == "fell":
            ended.append(self._stays.pop(body.who))
        elif body.who in self._stays:
            self._stays[body.who] = replace(self._stays[body.who], id=body.id, until=now)
