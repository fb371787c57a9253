"""A cache of objects by picture size, such as compiled models: a source rarely changes its size.

Of a rig, which may give several pictures at once, the number of pictures belongs to the size.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
Size = TypeVar("Size", bound=tuple[int, ...])

KEPT = 8
"""Maximum number of sizes: enough for a rig whose cameras differ; each has a copy of the weights (20 MB)."""


class PerSize(Generic[Size, T]):
    """Makes a T for a size, (height, width) or (number, height, width), on first use; drops the least recently used."""

    def __init__(self, make: Callable[[Size], T]) -> None:
        self._make = make
        self._kept: OrderedDict[Size, T] = OrderedDict()

    def get(self, size: Size) -> T:
        if size not in self._kept:
            self._kept[size] = self._make(size)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(size)
        return self._kept[size]

    def clear(self) -> None:
        self._kept.clear()
