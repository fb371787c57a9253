"""Somebody left the view."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from engine.events.view import Happening, View
from engine.fields import about, number


@dataclass(frozen=True, slots=True)
class Options:
    on: Annotated[bool, about("Report when somebody has left the view.")] = True
    seconds: Annotated[
        float, number(0.5, 60, "Time out of view after which somebody has left, here and for all rules.", unit="s")
    ] = 3.0


class Left:
    def __init__(self, options: Options) -> None:
        pass

    def see(self, view: View) -> Iterator[Happening]:
        for stay in view.left:
            yield Happening("left", f"Person {stay.id} left after {stay.seconds:.0f} s", stay.id, value=stay.seconds)
