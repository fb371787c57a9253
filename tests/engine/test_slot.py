from __future__ import annotations

import threading
import time
from collections.abc import Callable

from engine.slot import Slot

SOON = 10.0
"""Seconds; a bound for what should happen at once."""


def in_thread(work: Callable[[], object]) -> tuple[threading.Thread, list[object]]:
    results: list[object] = []
    thread = threading.Thread(target=lambda: results.append(work()), daemon=True)
    thread.start()
    return thread, results


def test_the_newest_value_wins() -> None:
    slot: Slot[str] = Slot()
    assert slot.newest() is None
    for value in "abc":
        slot.put(value)
    assert slot.newest() == "c"
    assert slot.wait_newer(0, SOON) == (3, "c")


def test_nobody_sees_a_value_twice_and_everybody_sees_the_newest() -> None:
    slot: Slot[int] = Slot()
    slot.put(7)
    for _ in range(2):
        assert slot.wait_newer(0, SOON) == (1, 7)
    assert slot.wait_newer(1, 0.0) is None
    slot.put(8)
    assert slot.wait_newer(1, SOON) == (2, 8)


def test_values_that_are_false_are_values() -> None:
    slot: Slot[int] = Slot()
    slot.put(0)
    assert slot.wait_newer(0, SOON) == (1, 0)


def test_a_waiting_reader_is_woken_by_a_value() -> None:
    slot: Slot[str] = Slot()
    thread, results = in_thread(lambda: slot.wait_newer(0, SOON))
    slot.put("here")
    thread.join(SOON)
    assert results == [(1, "here")]


def test_closing_wakes_everybody_and_is_for_good() -> None:
    slot: Slot[str] = Slot()
    slot.put("old")
    readers = [in_thread(lambda: slot.wait_newer(1, SOON)) for _ in range(3)]
    slot.close()
    for thread, results in readers:
        thread.join(SOON)
        assert results == [None]
    assert slot.closed
    slot.put("late")
    assert slot.newest() == "old"
    assert slot.wait_newer(0, SOON) is None


def test_an_empty_wait_ends_in_time() -> None:
    slot: Slot[str] = Slot()
    before = time.monotonic()
    assert slot.wait_newer(0, 0.01) is None
    assert time.monotonic() - before >= 0.01
    assert not slot.closed


def test_readers_of_a_fast_writer_see_only_rising_versions_and_the_last_value() -> None:
    slot: Slot[int] = Slot()
    count = 2000

    def read() -> list[int]:
        versions, seen = [], 0
        while seen < count:
            newer = slot.wait_newer(seen, SOON)
            assert newer is not None
            seen, value = newer
            assert value == seen
            versions.append(seen)
        return versions

    readers = [in_thread(read) for _ in range(3)]
    for value in range(1, count + 1):
        slot.put(value)
    for thread, results in readers:
        thread.join(SOON)
        (versions,) = results
        assert isinstance(versions, list)
        assert versions == sorted(set(versions))
        assert versions[-1] == count
