"""Threads around an iterator keep its order, its errors and its end, and leave nothing running."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from engine.errors import PosecastError
from engine.geometry import CameraSpec
from engine.offline import first_frame, in_thread
from engine.types import Frame


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


@dataclass
class Silent:
    """A camera that opens, and gives nothing until it is closed."""

    name: str = "silent"
    live: bool = True
    frame_rate: float | None = None
    frame_count: int | None = None
    camera: CameraSpec | None = None
    problem: str | None = "no picture for 8 s"
    closed: threading.Event = field(default_factory=threading.Event)

    def read(self) -> Frame | None:
        self.closed.wait(10)
        return None

    def close(self) -> None:
        self.closed.set()


def test_a_live_source_that_gives_nothing_is_an_error_after_the_limit() -> None:
    with pytest.raises(PosecastError, match=r"silent delivered no frame within 0\.05 s: no picture for 8 s"):
        first_frame(Silent(), within=0.05)


def test_the_first_frame_of_a_file_may_take_its_time() -> None:
    source = Silent(live=False)
    threading.Timer(0.1, source.close).start()
    with pytest.raises(PosecastError, match="silent delivered no frame"):
        first_frame(source, within=0.01)
