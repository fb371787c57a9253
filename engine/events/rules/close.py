"""Two people are close to each other, on the floor."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Annotated

from engine.events.hysteresis import Cooldown, Latch, beyond
from engine.events.view import Body, Happening, View
from engine.fields import about, number

APART = 1.25
"""Two people are apart again beyond so many times the distance."""
PAUSE_S = 10.0
"""Least seconds between two events of one pair."""


@dataclass(frozen=True, slots=True)
class Options:
    on: Annotated[bool, about("Report when two people come close to each other.")] = False
    metres: Annotated[float, number(0.2, 10, "Distance of their pelvises along the floor.", unit="m")] = 1.0
    seconds: Annotated[float, number(0.1, 600, "Time for which they are that close.", unit="s")] = 1.0


class Close:
    def __init__(self, options: Options) -> None:
        self._options = options
        self._pairs: dict[tuple[int, int], Latch] = {}
        self._pause = Cooldown(PAUSE_S)

    def see(self, view: View) -> Iterator[Happening]:
        self._pairs = {pair: latch for pair, latch in self._pairs.items() if view.present.keys() >= set(pair)}
        for one, other in combinations(sorted(view.people, key=lambda body: body.who), 2):
            yield from self._look(one, other, view)

    def _look(self, one: Body, other: Body, view: View) -> Iterator[Happening]:
        if one.place is None or other.place is None:
            return
        pair, metres = (one.who, other.who), self._options.metres
        latch = self._pairs.setdefault(pair, Latch(self._options.seconds, self._options.seconds))
        distance = math.dist(one.place, other.place)
        near = beyond(-distance, latch.on, -metres, -APART * metres)
        if latch.update(near, view.dt) == "rose" and self._pause.allows(pair, view.now):
            first, second = sorted((one.id, other.id))
            label = f"Persons {first} and {second} are {distance:.1f} m apart"
            yield Happening("close", label, people=(first, second), value=distance)
