"""Small numbers for people: a person keeps a slot while known, and slots become free for others.

Programs with fixed inputs (channels, tracks, puppets) take slots; ids only ever grow.
"""

from __future__ import annotations

from collections.abc import Iterable

KEPT_S = 3.0
"""Seconds for which the slot of somebody who is not seen is kept, as long as the tracker expects them back."""


class Slots:
    """Slots 1, 2, 3 … by person, at most `count` (None: as many as there are people)."""

    def __init__(self, count: int | None = None) -> None:
        self._count = count
        self._slots: dict[int, int] = {}
        self._seen: dict[int, float] = {}

    def assign(self, ids: Iterable[int], now: float) -> dict[int, int]:
        """Slots by id of those who are seen at `now` (seconds) and have one."""
        present = list(ids)
        self._seen |= dict.fromkeys(present, now)
        for gone in [one for one, seen in self._seen.items() if now - seen > KEPT_S or now < seen]:
            self._seen.pop(gone)
            self._slots.pop(gone, None)
        for one in present:
            if one not in self._slots and (free := self._free()) is not None:
                self._slots[one] = free
        return {one: self._slots[one] for one in present if one in self._slots}

    def _free(self) -> int | None:
        taken = set(self._slots.values())
        free = next(number for number in range(1, len(taken) + 2) if number not in taken)
        return free if self._count is None or free <= self._count else None
