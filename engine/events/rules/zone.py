"""Somebody came into a zone on the floor, or left it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from engine.events.view import Happening, View
from engine.fields import about, number


@dataclass(frozen=True, slots=True)
class Options:
    on: Annotated[bool, about("Report when somebody comes into a zone, and when they leave it.")] = True
    seconds: Annotated[
        float, number(0.1, 30, "Time inside or outside after which it counts, also for the next rule.", unit="s")
    ] = 0.5
    margin_m: Annotated[
        float, number(0, 2, "How far beyond the edge somebody must go to have left, also for the next rule.", unit="m")
    ] = 0.2


class ZoneRule:
    def __init__(self, options: Options) -> None:
        pass

    def see(self, view: View) -> Iterator[Happening]:
        for stay in view.entered_zone:
            yield Happening("zone_entered", f"Person {stay.id} came into {stay.zone}", stay.id, zone=stay.zone)
        for stay in view.left_zone:
            label = f"Person {stay.id} left {stay.zone} after {stay.seconds:.0f} s"
            yield Happening("zone_left", label, stay.id, zone=stay.zone, value=stay.seconds)
