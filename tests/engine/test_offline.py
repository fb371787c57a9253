"""Threads around an iterator keep its order, its errors and its end, and leave nothing running."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from engine.offline import in_thread


def _names() -> set[str]:
    return {thread.name for thread in threading.enumerate()}


def test_every_item_once_and_in_order() -> None:
    chained = in_thread(lambda n: n + 1, in_thread(lambda n: n * 2, iter(range(200)), "double"), "add")
    assert list(chained) == [2 * n + 1 for n in range(200)]
    assert not {"double", "add"} & _names()


def test_an_error_is_raised_after_the_items_before_it() -> None:
    def halt_at_three(number: int) -> int:
        if number == 3:
            raise ZeroDivisionError("three")
        return number

    seen = []
    with pytest.raises(ZeroDivisionError, match="three"):
        for number in in_thread(lambda n: n, in_thread(halt_at_three, iter(range(9)), "inner"), "outer"):
            seen.append(number)  # noqa: PERF402 - the items before the error are what is asked for
    assert seen == [0, 1, 2]
    assert not {"inner", "outer"} & _names()


def test_closing_early_ends_threads_and_the_items_behind_them() -> None:
    closed = threading.Event()

    def endless() -> Iterator[int]:
        try:
            number = 0
            while True:
                yield number
                number += 1
        finally:
            closed.set()

    chained = in_thread(lambda n: n, in_thread(lambda n: n, endless(), "inner"), "outer")
    assert next(chained) == 0
    chained.close()
    assert closed.wait(5)
    assert not {"inner", "outer"} & _names()


def test_it_runs_ahead_by_a_bounded_number_of_items() -> None:
    made: list[int] = []

    def record(number: int) -> int:
        made.append(number)
        return number

    chained = in_thread(record, iter(range(100)), "ahead")
    assert next(chained) == 0
    chained.close()
    assert len(made) <= 5
