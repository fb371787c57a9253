"""Which colour of the palette each person has, so that the page, the overlay and recordings agree.

In: the ids of one frame. Out: an index into the palette (`engine.overlay.PALETTE`) for each. A newcomer gets the colour
that was used least recently: two people share one only if more people are in view than there are colours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

COLOUR_COUNT = 8
"""More could not be told apart by the colour-blind on both a dark and a light floor (docs/decisions.md)."""


class Colours:
    """Who has which colour; a person who returns gets theirs again, unless somebody else has it by then."""

    def __init__(self) -> None:
        self._recent = list(range(COLOUR_COUNT))
        """All colours, the least recently used first."""
        self._owned: dict[int, int] = {}
        """Colours by id, of people in view and of those who left and may return."""

    def assign(self, ids: Sequence[int]) -> list[int]:
        """The colours of the people `ids`, in their order."""
        self._touch(person_id for person_id in ids if person_id in self._owned)
        for person_id in ids:
            if person_id not in self._owned:
                self._take(person_id, ids)
        return [self._owned[person_id] for person_id in ids]

    def _touch(self, ids: Iterable[int]) -> None:
        for person_id in ids:
            colour = self._owned[person_id]
            self._recent.remove(colour)
            self._recent.append(colour)

    def _take(self, newcomer: int, present: Sequence[int]) -> None:
        colour = self._recent[0]
        self._owned = {owner: owned for owner, owned in self._owned.items() if owned != colour or owner in present}
        self._owned[newcomer] = colour
        self._touch([newcomer])
