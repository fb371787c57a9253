"""Things that are made for one picture size and kept: a source rarely changes its size, and rarely for long."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

KEPT = 3
"""Sizes kept: two views of one source and a switch between them; each holds a copy of the weights (20 MB)."""


class PerSize(Generic[T]):
    """Makes a T for a size (height, width) when it is first asked for; forgets the least recently used."""

    def __init__(self, make: Callable[[tuple[int, int]], T]) -> None:
        self._make = make
        self._kept: OrderedDict[tuple[int, int], T] = OrderedDict()

    def get(self, size: tuple[int, int]) -> T:
        if size not in self._kept:
            self._kept[size] = self._make(size)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(size)
        return self._kept[size]

    def clear(self) -> None:
        self._kept.clear()
