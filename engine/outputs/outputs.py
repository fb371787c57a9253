"""The live outputs that are set, and their threads: started and stopped."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.errors import PosecastError
from engine.outputs.address import Address, scheme_of, without_login
from engine.outputs.feed import Feed
from engine.outputs.parsing import parse
from engine.outputs.report import Report, TestResult
from engine.outputs.runner import Runner
from engine.outputs.scheme import Scheme
from engine.outputs.schemes import SCHEMES

log = logging.getLogger(__name__)

MOST = 32
"""Outputs at a time."""
_GRACE_S = 1.0
"""Seconds for outputs to end by themselves, and again after they were interrupted."""
STOPPED = Report("stopped", None, "", None, 0.0, 0, 0, None)


@dataclass(frozen=True, slots=True)
class Wanted:
    """An output as it was set."""

    url: str
    on: bool = True
    given: bool = False
    """Whether it comes from the command line: for this run alone."""


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One output, with its thread if it is on."""

    id: str
    """Short, for this run."""
    wanted: Wanted
    address: Address | None
    """None if it cannot be read."""
    problem: PosecastError | None
    """Why it cannot be read."""
    runner: Runner | None

    @property
    def shown(self) -> str:
        """The address without its secrets."""
        return without_login(self.wanted.url) if self.address is None else self.address.shown

    @property
    def scheme(self) -> str:
        return scheme_of(self.wanted.url)

    def report(self) -> Report:
        if self.problem is not None:
            return Report("wrong", self.problem.error, self.problem.hint, None, 0.0, 0, 0, self.problem.error)
        return STOPPED if self.runner is None else self.runner.report()


class Outputs:
    """All of them. Any thread may call; `set`, `test` and `close` wait a bounded time."""

    def __init__(self, feed: Feed, schemes: Mapping[str, Scheme] = SCHEMES) -> None:
        self._feed, self._schemes = feed, schemes
        self._lock = threading.Lock()
        self._entries: tuple[Entry, ...] = ()
        self._running: tuple[Runner, ...] = ()
        self._ids: dict[str, str] = {}
        self._closed = False

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self._entries

    @property
    def active(self) -> int:
        """Number of outputs that are on."""
        return len(self._running)

    def check(self, url: str) -> Address:
        """The address `url`; PosecastError if it is none."""
        return parse(url, self._schemes)

    def set(self, wanted: Sequence[Wanted]) -> None:
        """Have these outputs, and no others: those that stay as they were go on, others start or stop."""
        with self._lock:
            if self._closed:
                return
            before = {entry.wanted.url: entry for entry in self._entries}
            self._entries = tuple(self._entry(one, before.get(one.url)) for one in wanted)
            kept = {entry.runner for entry in self._entries}
            stopping = [runner for runner in self._running if runner not in kept]
            self._running = tuple(entry.runner for entry in self._entries if entry.runner is not None)
        _end(stopping)

    def test(self, id: str) -> TestResult | None:
        """Send the figure of the test to an output; None if there is no such output."""
        entry = next((one for one in self._entries if one.id == id), None)
        if entry is None:
            return None
        if entry.problem is not None:
            return TestResult(False, entry.problem.error, entry.problem.hint)
        if entry.runner is None:
            return TestResult(False, "the output is off", "turn it on first")
        return entry.runner.test()

    def close(self) -> None:
        """Stop all; bounded."""
        self.set(())
        self._closed = True

    def _entry(self, wanted: Wanted, before: Entry | None) -> Entry:
        id = self._ids.setdefault(wanted.url, str(len(self._ids) + 1))
        if before is not None and before.wanted.on == wanted.on:
            return Entry(id, wanted, before.address, before.problem, before.runner)
        try:
            address = self.check(wanted.url)
        except PosecastError as error:
            return Entry(id, wanted, None, error, None)
        runner = Runner(address, self._schemes[address.scheme].make, self._feed) if wanted.on else None
        if runner is not None:
            runner.start()
        return Entry(id, wanted, address, None, runner)


def _end(runners: Sequence[Runner]) -> None:
    for runner in runners:
        runner.stop()
    for interrupted in (False, True):
        end = time.monotonic() + _GRACE_S
        for runner in runners:
            if interrupted:
                runner.interrupt()
            runner.join(end - time.monotonic())
    for runner in runners:
        if not runner.join(0):
            log.warning(
                "output %s still waits for its target; its thread is left to end by itself", runner.address.shown
            )
