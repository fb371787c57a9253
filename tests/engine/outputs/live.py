"""Live outputs that are given snapshots, as the server does it."""

from __future__ import annotations

import time
from collections.abc import Callable

from engine.outputs import Feed, Outputs, Report, TestResult, Wanted
from engine.outputs.moment import Moment
from engine.snapshot_slot import SnapshotSlot
from engine.types import Snapshot
from tests.engine.outputs.staged import WALL_TIME, staged

WAIT_S = 15.0


class Live:
    """One output, from its address to its end."""

    def __init__(self, url: str) -> None:
        self._snapshots = SnapshotSlot()
        self._outputs = Outputs(Feed(self._snapshots, lambda version, snapshot: "{}"))
        self._outputs.set([Wanted(url)])

    def show(self, snapshot: Snapshot) -> None:
        self._snapshots.put(snapshot)

    def report(self) -> Report:
        return self._outputs.entries[0].report()

    def until(self, done: Callable[[Report], object]) -> Report:
        end = time.monotonic() + WAIT_S
        while not done(report := self.report()):
            assert time.monotonic() < end, report
            time.sleep(0.01)
        return report

    def test(self) -> TestResult:
        result = self._outputs.test(self._outputs.entries[0].id)
        assert result is not None
        return result

    def close(self) -> None:
        self._outputs.close()


def moment(time: float, ids: tuple[int, ...] = (1, 2)) -> Moment:
    """People of the stage at `time`."""
    return Moment(staged(time, ids), WALL_TIME + time, lambda: "{}")
