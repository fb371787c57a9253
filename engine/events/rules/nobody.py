"""Nobody has been in view for a while."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from engine.events.view import Happening, View
from engine.fields import about, number


@dataclass(frozen=True, slots=True)
class Options:
    on: Annotated[bool, about("Report once when nobody is in view.")] = True
    seconds: Annotated[float, number(1, 86400, "Time without anybody.", unit="s")] = 30.0


class Nobody:
    def __init__(self, options: Options) -> None:
        self._seconds = options.seconds
        self._alone_s = 0.0
        self._told = False

    def see(self, view: View) -> Iterator[Happening]:
        if view.people:
            self._alone_s, self._told = 0.0, False
            return
        self._alone_s += view.dt
        if self._alone_s >= self._seconds and not (view.present or self._told):
            self._told = True
            yield Happening("nobody", f"Nobody in view for {self._seconds:g} s", value=self._seconds)
