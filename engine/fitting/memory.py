"""What is remembered of every person: named arrays with a row for each id, so that a frame's people are computed at
once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.intp]
Found = NDArray[np.bool_]


class Memory:
    """`memory[name][rows]` are the values of the people at `rows`; assign to them to remember."""

    def __init__(self, **blank: Any) -> None:
        """`blank`: by name, the value of a person who was never seen, a number or an array."""
        self._blank: Mapping[str, NDArray[np.float64]] = {
            name: np.asarray(value, float) for name, value in blank.items()
        }
        self._ids: list[int] = []
        self._arrays = {name: value[None][:0] for name, value in self._blank.items()}

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        return self._arrays[name]

    def __contains__(self, id: object) -> bool:
        return id in self._ids

    def rows(self, ids: Sequence[int]) -> Rows:
        """The rows of these ids, made where there is none."""
        new = [id for id in ids if id not in self._ids]
        if new:
            self._ids += new
            for name, blank in self._blank.items():
                self._arrays[name] = np.concatenate([self._arrays[name], np.stack([blank] * len(new))])
        return np.array([self._ids.index(id) for id in ids], np.intp)

    def keep(self, known: Collection[int]) -> None:
        """Forget all but these ids."""
        if all(id in known for id in self._ids):
            return
        kept = [row for row, id in enumerate(self._ids) if id in known]
        self._ids = [self._ids[row] for row in kept]
        self._arrays = {name: values[kept] for name, values in self._arrays.items()}
