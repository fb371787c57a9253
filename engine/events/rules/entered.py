"""Somebody came into view."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from engine.events.view import Happening, View
from engine.fields import about, number


@dataclass(frozen=True, slots=True)
class Options:
    on: Annotated[bool, about("Report when somebody comes into view.")] = True
    seconds: Annotated[
        float, number(0.2, 30, "Time in view after which somebody counts, here and for all rules.", unit="s")
    ] = 1.0


class Entered:
    def __init__(self, options: Options) -> None:
        pass

    def see(self, view: View) -> Iterator[Happening]:
        for stay in view.came:
            yield Happening("entered", f"Person {stay.id} came into view", stay.id)
