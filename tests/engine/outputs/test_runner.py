"""The framework: newest wins, nobody waits, failures are told and tried again, the end is bounded."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from engine.errors import PosecastError
from engine.outputs import Feed, Outputs, Wanted
from engine.outputs.address import Option
from engine.outputs.moment import Moment
from engine.outputs.output import Output, UnusableError
from engine.outputs.scheme import Scheme
from engine.snapshot_slot import SnapshotSlot
from engine.types import Event
from tests.engine.outputs.peers import eventually, stage_moment


@dataclass
class Target:
    """What the fake target does, and what it got."""

    got: list[Moment] = field(default_factory=list)
    opened: int = 0
    closed: int = 0
    failure: Exception | None = None
    """Raised by `open`."""
    lies: Exception | None = None
    """Raised by `send`."""
    lets_through: threading.Event = field(default_factory=threading.Event)
    """Cleared: `send` waits."""

    def __post_init__(self) -> None:
        self.lets_through.set()


TARGETS: dict[str, Target] = {}


class Fake(Output):
    def open(self) -> None:
        self._target = TARGETS[self.address.host]
        self._target.opened += 1
        if self._target.failure is not None:
            raise self._target.failure

    def send(self, moment: Moment) -> int:
        self._target.lets_through.wait()
        if self._target.lies is not None:
            raise self._target.lies
        self._target.got.append(moment)
        return 2

    def close(self) -> None:
        self._target.closed += 1

    def interrupt(self) -> None:
        self._target.lets_through.set()


SCHEMES = {"fake": Scheme("Fake", "", "fake://h:1", Fake, login=True, options=(Option("key", "", "", secret=True),))}


@pytest.fixture
def snapshots() -> SnapshotSlot:
    return SnapshotSlot()


@pytest.fixture
def outputs(snapshots: SnapshotSlot) -> Iterator[Outputs]:
    TARGETS.clear()
    made = Outputs(Feed(snapshots, lambda version, snapshot: str(version)), SCHEMES)
    yield made
    made.close()
    assert not [one for one in threading.enumerate() if one.name.startswith("posecast-output")]


def target(name: str) -> Target:
    return TARGETS.setdefault(name, Target())


def state(outputs: Outputs, index: int = 0) -> str:
    return outputs.entries[index].report().state


SNAPSHOT = stage_moment().snapshot


def test_every_output_gets_the_newest(outputs: Outputs, snapshots: SnapshotSlot) -> None:
    one, two = target("one"), target("two")
    outputs.set([Wanted("fake://one:1"), Wanted("fake://two:1")])
    for version in range(1, 4):
        snapshots.put(SNAPSHOT)
        eventually(lambda: len(one.got) == len(two.got) == version)  # noqa: B023
    assert [moment.text() for moment in one.got] == ["1", "2", "3"]
    captured_at = time.time() - (time.monotonic() - SNAPSHOT.frame.captured_at)
    assert one.got[0].wall_time == pytest.approx(captured_at, abs=2)
    report = outputs.entries[0].report()
    assert (report.state, report.sent, report.error) == ("sending", 6, None)


def test_a_slow_target_delays_nobody_and_gets_the_newest(outputs: Outputs, snapshots: SnapshotSlot) -> None:
    slow, other = target("slow"), target("other")
    slow.lets_through.clear()
    outputs.set([Wanted("fake://slow:1"), Wanted("fake://other:1")])
    snapshots.put(SNAPSHOT)
    eventually(lambda: len(other.got) == 1)
    for _ in range(2, 100):
        began = time.monotonic()
        snapshots.put(SNAPSHOT)
        assert time.monotonic() - began < 1
    eventually(lambda: other.got[-1].text() == "99")
    slow.lets_through.set()
    eventually(lambda: len(slow.got) == 2)
    assert [moment.text() for moment in slow.got] == ["1", "99"]


def test_a_target_that_takes_nothing_is_reported_and_left_behind(outputs: Outputs, snapshots: SnapshotSlot) -> None:
    now = [1000.0]
    stuck = target("stuck")
    stuck.lets_through.clear()
    outputs.set([Wanted("fake://stuck:1")])
    runner = outputs.entries[0].runner
    assert runner is not None
    runner._clock = lambda: now[0]
    snapshots.put(SNAPSHOT)
    eventually(lambda: runner._busy_since is not None)
    now[0] += 7.0
    assert runner.report().error == "the target has not taken a message for 7 s"
    began = time.monotonic()
    outputs.close()
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("failing", ["failure", "lies"])
def test_failures_are_told_once_and_tried_again(
    outputs: Outputs, snapshots: SnapshotSlot, failing: str, caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = target("bad"), target("good")
    setattr(bad, failing, OSError(111, "Connection refused for ada:s3cr3t99"))
    with caplog.at_level(logging.INFO):
        outputs.set([Wanted("fake://ada:s3cr3t99@bad:1?key=abcdefgh"), Wanted("fake://good:1")])
        end = time.monotonic() + 10
        while bad.opened < 3:
            snapshots.put(SNAPSHOT)
            assert time.monotonic() < end
            time.sleep(0.01)
    report = outputs.entries[0].report()
    assert report.state in ("retrying", "connecting", "sending")
    assert report.last_error == "Connection refused for ***:***"
    assert report.failures >= 2
    assert bad.closed >= 2
    assert good.got
    assert len([one for one in caplog.records if "output" in one.getMessage()]) == 1
    assert "fake://***@bad:1?key=***': Connection refused" in caplog.text
    setattr(bad, failing, None)
    eventually(lambda: (snapshots.put(SNAPSHOT), bad.got)[1])
    report = outputs.entries[0].report()
    assert (report.state, report.error) == ("sending", None)


def test_what_cannot_work_is_not_tried_again(outputs: Outputs) -> None:
    target("locked").failure = UnusableError("the library is missing", "install it")
    outputs.set([Wanted("fake://locked:1"), Wanted("nonsense://ada:s3cr3t@h"), Wanted("fake://off:1", on=False)])
    eventually(lambda: state(outputs) == "wrong")
    assert (outputs.entries[0].report().error, outputs.entries[0].report().hint) == (
        "the library is missing",
        "install it",
    )
    assert [state(outputs, index) for index in (1, 2)] == ["wrong", "stopped"]
    assert outputs.entries[1].shown == "nonsense://***@h"
    assert TARGETS["locked"].opened == 1
    assert [outputs.test(entry.id).ok for entry in outputs.entries] == [False, False, False]  # type: ignore[union-attr]


def test_outputs_that_stay_go_on(outputs: Outputs) -> None:
    stays, goes = target("stays"), target("goes")
    outputs.set([Wanted("fake://stays:1"), Wanted("fake://goes:1")])
    eventually(lambda: stays.opened and goes.opened)
    outputs.set([Wanted("fake://stays:1")])
    assert (stays.opened, stays.closed, goes.closed) == (1, 0, 1)
    outputs.set([Wanted("fake://stays:1", on=False)])
    assert stays.closed == 1
    assert outputs.active == 0


def test_a_test_tells_what_came_of_it(outputs: Outputs) -> None:
    good, bad = target("good"), target("bad")
    bad.failure = PosecastError("nobody is there", "start it")
    outputs.set([Wanted("fake://good:1"), Wanted("fake://bad:1")])
    results = [outputs.test(entry.id) for entry in outputs.entries]
    assert [(one.ok, one.message) for one in results if one] == [
        (True, "2 messages were sent to good:1; the protocol does not tell whether anybody receives them"),
        (False, "nobody is there"),
    ]
    assert good.got[0].test
    assert outputs.test("99") is None


def test_a_rate_is_kept(outputs: Outputs, snapshots: SnapshotSlot) -> None:
    some = target("some")
    outputs.set([Wanted("fake://some:1?rate=20")])
    began = time.monotonic()
    while time.monotonic() - began < 0.6:
        snapshots.put(SNAPSHOT)
        time.sleep(0.001)
    assert 2 <= len(some.got) <= 14


def test_the_end_is_bounded_while_targets_are_away(outputs: Outputs) -> None:
    for name in ("a", "b"):
        target(name).failure = OSError("no route")
    outputs.set([Wanted("fake://a:1"), Wanted("fake://b:1")])
    eventually(lambda: TARGETS["a"].opened > 1)
    began = time.monotonic()
    outputs.close()
    assert time.monotonic() - began < 2
    outputs.set([Wanted("fake://a:1")])
    assert outputs.entries == ()


def test_events_are_not_lost_while_a_target_is_slow_or_away(outputs: Outputs, snapshots: SnapshotSlot) -> None:
    some = target("some")
    outputs.set([Wanted("fake://some:1")])
    snapshots.put(SNAPSHOT)
    eventually(lambda: some.got)
    some.lets_through.clear()
    some.lies = OSError("gone")
    for number in range(5):
        snapshots.put(replace(SNAPSHOT, events=(Event("entered", number, 0.0, "", number),)))
    some.lets_through.set()
    eventually(lambda: state(outputs) == "retrying")
    some.lies = None
    eventually(lambda: len([one for moment in some.got for one in moment.snapshot.events]) == 5)
    assert [one.person for moment in some.got for one in moment.snapshot.events] == [0, 1, 2, 3, 4]
