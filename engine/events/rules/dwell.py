"""Somebody has been in a zone for a while."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from engine.events.view import Happening, View
from engine.fields import about, number


@dataclass(frozen=True, slots=True)
class Options:
    on: Annotated[bool, about("Report once when somebody stays in a zone.")] = True
    seconds: Annotated[float, number(1, 86400, "Time in the zone.", unit="s")] = 10.0


class Dwell:
    def __init__(self, options: Options) -> None:
        self._seconds = options.seconds
        self._told: set[tuple[int, str | None]] = set()
        """Who was reported in which zone, until they leave it."""

    def see(self, view: View) -> Iterator[Happening]:
        self._told &= {(stay.who, stay.zone) for stay in view.inside}
        for stay in view.inside:
            if stay.seconds < self._seconds or (stay.who, stay.zone) in self._told:
                continue
            self._told.add((stay.who, stay.zone))
            label = f"Person {stay.id} has been in {stay.zone} for {self._seconds:g} s"
            yield Happening("dwell", label, stay.id, zone=stay.zone, value=self._seconds)
