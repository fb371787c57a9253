"""Live sources, with a feed that the test controls."""

from __future__ import annotations

import logging
import queue
import threading
import time

import numpy as np
import pytest

from engine.capture.live import Crashed, LivePicture, LiveSource, Lost, open_live
from engine.capture.timing import Timing
from engine.errors import PosecastError
from engine.types import Frame

QUICK = Timing(first_retry_s=0.001, longest_retry_s=0.004, silence_s=60)
WAIT_S = 20.0


class FakeFeed:
    """Gives what the test puts: numbers become pictures, exceptions are raised."""

    def __init__(self) -> None:
        self.items: queue.Queue[int | Exception] = queue.Queue()
        self.openings: queue.Queue[Exception | None] = queue.Queue()
        self.missed = 0
        self.opened = 0
        self.closed = 0

    def open(self) -> None:
        self.opened += 1
        failure = None if self.openings.empty() else self.openings.get()
        if failure:
            raise failure

    def read(self) -> LivePicture:
        item = self.items.get()
        if isinstance(item, Exception):
            raise item
        return LivePicture(np.full((2, 2, 3), item, np.uint8), time.monotonic(), 1.5, self.missed)

    def close(self) -> None:
        self.closed += 1

    def interrupt(self) -> None:
        self.items.put(Lost("interrupted"))


@pytest.fixture
def feed() -> FakeFeed:
    return FakeFeed()


def number(frame: Frame | None) -> int:
    assert frame is not None
    return int(frame.image[0, 0, 0])


def wait_until(condition: object, what: str) -> None:
    deadline = time.monotonic() + WAIT_S
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, what
        threading.Event().wait(0.002)


def test_the_newest_frame_wins_and_none_comes_twice(feed: FakeFeed) -> None:
    source = open_live(feed, "fake", start_index=7, timing=QUICK)
    feed.items.put(1)
    frame = source.read()
    assert frame is not None
    assert (number(frame), frame.index, frame.capture_ms) == (1, 7, 1.5)
    assert 0 <= frame.time < WAIT_S
    for item in (2, 3, 4):
        feed.items.put(item)
    wait_until(lambda: source._index == 11, "all are delivered")
    newest = source.read()
    assert newest is not None
    assert (number(newest), newest.index) == (4, 10), "two were dropped, and leave a gap"
    assert newest.time > frame.time
    feed.items.put(5)
    assert number(source.read()) == 5
    source.close()


def test_it_reconnects_and_says_why_it_is_silent_meanwhile(feed: FakeFeed, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "engine.capture")
    source = open_live(feed, "fake", timing=QUICK)
    feed.items.put(1)
    assert number(source.read()) == 1
    assert source.problem is None
    for failure in ("cable out", "still out", "still out"):
        feed.openings.put(Lost(failure))
    feed.items.put(Lost("cable out"))
    wait_until(lambda: feed.opened == 5, "opened once, three failures, opened again")
    assert source.problem == "still out; trying again", "until a frame comes"
    feed.items.put(2)
    assert number(source.read()) == 2
    assert source.problem is None
    assert caplog.text.count("cable out") == 1
    assert "still out" not in caplog.text, "one warning per interruption"
    assert "pictures again" in caplog.text
    source.close()


def test_it_reconnects_whatever_opening_raises(feed: FakeFeed) -> None:
    """A machine that is short of memory or processes for a moment, say."""
    source = open_live(feed, "fake", timing=QUICK)
    feed.openings.put(OSError(12, "Cannot allocate memory"))
    feed.items.put(Lost("cable out"))
    wait_until(lambda: feed.opened == 3, "opened once, a failure, opened again")
    assert source.problem == "opening failed ([Errno 12] Cannot allocate memory); trying again"
    feed.items.put(2)
    assert number(source.read()) == 2
    source.close()


def test_pictures_that_the_feed_dropped_leave_gaps_too(feed: FakeFeed) -> None:
    source = open_live(feed, "fake", timing=QUICK)
    feed.items.put(1)
    assert source.read() is not None
    feed.missed = 4
    feed.items.put(2)
    frame = source.read()
    assert frame is not None
    assert frame.index == 5
    source.close()


def test_pauses_between_attempts_double_up_to_a_limit() -> None:
    timing = Timing(first_retry_s=0.5, longest_retry_s=10)
    assert [timing.retry_s(failures) for failures in range(7)] == [0.5, 1, 2, 4, 8, 10, 10]
    assert timing.retry_s(10_000) == 10


def test_a_connection_that_opens_but_gives_nothing_counts_as_a_failure(feed: FakeFeed) -> None:
    pauses = []

    class Watched(Timing):
        def retry_s(self, failures: int) -> float:
            pauses.append(failures)
            return 0.0

    source = open_live(feed, "fake", timing=Watched())
    for _ in range(3):
        feed.items.put(Lost("nothing"))
    wait_until(lambda: feed.opened == 4, "reconnected three times")
    assert pauses == [0, 1, 2]
    source.close()


def test_a_fault_of_the_feed_is_logged_and_survived(feed: FakeFeed, caplog: pytest.LogCaptureFixture) -> None:
    source = open_live(feed, "fake", timing=QUICK)
    feed.items.put(ZeroDivisionError("oops"))
    feed.items.put(3)
    assert number(source.read()) == 3
    assert "oops" in caplog.text
    source.close()


def test_silence_is_a_problem_also_where_the_feed_reports_none(feed: FakeFeed) -> None:
    now = [100.0]
    source = LiveSource(feed, "fake", timing=Timing(silence_s=8), clock=lambda: now[0])
    assert source.problem is None
    now[0] += 9
    assert source.problem == "no picture for 9 s"
    source.close()


def test_what_does_not_open_at_first_is_an_error(feed: FakeFeed) -> None:
    feed.openings.put(Lost("no such thing"))
    with pytest.raises(PosecastError, match="cannot open fake: no such thing"):
        open_live(feed, "fake", timing=QUICK)
    assert feed.closed


def test_close_ends_reading_and_the_thread(feed: FakeFeed) -> None:
    source = open_live(feed, "fake", timing=QUICK)
    results: list[Frame | None] = []
    reader = threading.Thread(target=lambda: results.append(source.read()))
    reader.start()
    source.close()
    reader.join(WAIT_S)
    assert results == [None]
    assert source.read() is None
    assert feed.closed
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("posecast-live")]
    source.close()


def test_close_during_a_pause_between_attempts_does_not_wait_for_its_end(feed: FakeFeed) -> None:
    source = open_live(feed, "fake", timing=Timing(first_retry_s=1000, longest_retry_s=1000))
    feed.items.put(Lost("gone"))
    wait_until(lambda: source.problem, "it waits")
    began = time.monotonic()
    source.close()
    assert time.monotonic() - began < 2.0, "the bound of close"
    assert not source._thread.is_alive()


def test_a_feed_that_crashes_again_and_again_is_given_up(feed: FakeFeed) -> None:
    source = open_live(feed, "fake", timing=QUICK)
    for _ in range(3):
        feed.items.put(Crashed("it died (SIGSEGV)"))
    feed.items.put(Lost("cable out"))
    for _ in range(2):
        feed.items.put(Crashed("it died (SIGSEGV)"))
    assert source.read() is None
    assert source.problem == "it died (SIGSEGV), 5 times within a minute: it is not tried again"
    source.close()
