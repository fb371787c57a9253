"""What is made per picture size is made once while it is in use, and forgotten in order of use."""

from __future__ import annotations

import pytest

from engine.inference.per_size import KEPT, PerSize


def test_makes_each_size_once() -> None:
    made: list[tuple[int, int]] = []
    sizes = PerSize(lambda size: made.append(size) or size)
    for size in ((1, 1), (1, 2), (1, 1)):
        assert sizes.get(size) == size
    assert made == [(1, 1), (1, 2)]


def test_forgets_the_least_recently_used() -> None:
    made: list[tuple[int, int]] = []
    sizes = PerSize(lambda size: made.append(size) or size)
    for width in range(KEPT):
        sizes.get((0, width))
    sizes.get((0, 0))  # used again: the next to go is (0, 1)
    sizes.get((0, KEPT))
    made.clear()
    sizes.get((0, 0))
    assert made == []
    sizes.get((0, 1))
    assert made == [(0, 1)]


def test_what_cannot_be_made_is_not_kept() -> None:
    attempts: list[int] = []

    def make(size: tuple[int, int]) -> int:
        attempts.append(1)
        if len(attempts) == 1:
            raise ValueError("not yet")
        return 7

    sizes = PerSize(make)
    with pytest.raises(ValueError, match="not yet"):
        sizes.get((1, 1))
    assert sizes.get((1, 1)) == 7
