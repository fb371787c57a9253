"""Runs one output in a thread of its own: opens, sends the newest snapshot, closes, and tries again after a pause.

A snapshot counts as seen once it was sent: the events of those that a target missed come with the next one.

States: `connecting`, `sending`, `retrying` (after a failure, with the reason and the seconds until the next attempt),
`wrong` (trying again would not help) and `stopped`. Whatever the target does, nobody waits for this thread.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from engine.errors import PosecastError, reason
from engine.outputs.address import Address
from engine.outputs.feed import Feed
from engine.outputs.figure import test_moment
from engine.outputs.moment import Moment
from engine.outputs.output import Output, UnusableError
from engine.rate import rate
from engine.redaction import Secrets
from engine.retry import pause_s

log = logging.getLogger(__name__)

State = Literal["connecting", "sending", "retrying", "wrong", "stopped"]

STEADY_S = 10.0
"""After so long without a failure, the next one counts as the first."""
SLOW_S = 2.0
"""A target that takes longer for a message is reported."""
TEST_WITHIN_S = 8.0
_LOOK_UP_S = 0.2
_RATE_OVER = 60
"""Number of recent moments that the rate is measured over."""
_RATE_LASTS_S = 3.0
"""Seconds after the last moment until the rate counts as 0."""


@dataclass(frozen=True, slots=True)
class Report:
    """How an output is doing."""

    state: State
    error: str | None
    """Why it does not send, or why the target is slow; None while all is well."""
    hint: str
    retry_s: float | None
    """Seconds until the next attempt; None unless `retrying`."""
    rate: float
    """Scenes per second at present, of those about which the target was told something."""
    sent: int
    """Messages since the start."""
    failures: int
    """How often it was interrupted since the start."""
    last_error: str | None
    """The newest error, also after it has passed."""


@dataclass(frozen=True, slots=True)
class TestResult:
    """What came of a test."""

    ok: bool
    message: str
    hint: str = ""


class _Test:
    """A test that somebody waits for."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.result = TestResult(False, f"the target did not take the test within {TEST_WITHIN_S:g} s",
                                 "it may be slow, or not what the address says")  # fmt: skip

    def finish(self, result: TestResult) -> None:
        self.result = result
        self.done.set()


class Runner:
    """One output and its thread. Every method may be called from any thread and returns at once, but `test`, `join`."""

    def __init__(
        self,
        address: Address,
        make: Callable[[Address], Output],
        feed: Feed,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.address = address
        self._make, self._feed, self._clock = make, feed, clock
        self._seen = 0
        self._secrets = Secrets(*address.secrets)
        self._output: Output | None = None
        self._state: State = "connecting"
        self._error: tuple[str, str] | None = None
        self._last_error: str | None = None
        self._logged: str | None = None
        self._retry_at = 0.0
        self._busy_since: float | None = None
        self._sent = self._failures = 0
        self._times: deque[float] = deque(maxlen=_RATE_OVER)
        self._tests: deque[_Test] = deque()
        self._stopping = threading.Event()
        self._hurry = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"posecast-output-{address.scheme}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end; `join` waits for it."""
        self._stopping.set()
        self._hurry.set()

    def join(self, timeout: float) -> bool:
        """Wait for the end; False if the thread still waits for the target, which `interrupt` may change."""
        if self._thread.ident is not None:
            self._thread.join(max(0.0, timeout))
        return not self._thread.is_alive()

    def interrupt(self) -> None:
        """End a wait for the target, if its protocol can."""
        if self._output is not None:
            with suppress(Exception):
                self._output.interrupt()

    def test(self) -> TestResult:
        """Send the figure of the test, and wait a bounded time for what comes of it."""
        test = _Test()
        self._tests.append(test)
        self._hurry.set()
        if not self._thread.is_alive():
            self._fail_tests()
        test.done.wait(TEST_WITHIN_S)
        return test.result

    def report(self) -> Report:
        now, error = self._clock(), self._error
        slow = self._busy_since
        if error is None and self._state == "sending" and slow is not None and now - slow > SLOW_S:
            error = (f"the target has not taken a message for {now - slow:.0f} s", "it is slow, or does not read")
        retry_s = max(0.0, self._retry_at - now) if self._state == "retrying" else None
        return Report(
            self._state, error[0] if error else None, error[1] if error else "", retry_s, self._rate(now), self._sent,
            self._failures, self._last_error,
        )  # fmt: skip

    def _rate(self, now: float) -> float:
        times = list(self._times)
        return rate(len(times), times[0], times[-1]) if times and now - times[-1] < _RATE_LASTS_S else 0.0

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            began = self._clock()
            try:
                self._connect_and_send()
            except UnusableError as error:
                self._note(error, error.hint)
                self._state = "wrong"
                break
            except Exception as error:  # noqa: BLE001 - a protocol may raise anything; the others must not notice
                steady = self._clock() - began > STEADY_S
                failures, self._logged = (1, None) if steady else (failures + 1, self._logged)
                self._pause(error, failures)
            finally:
                self._busy_since = None
                self._close()
        if self._state != "wrong":
            self._state = "stopped"
        self._fail_tests()

    def _connect_and_send(self) -> None:
        self._state = "connecting"
        self._output = output = self._made()
        output.open()
        self._state, self._error = "sending", None
        next_at = 0.0
        while not self._stopping.is_set():
            self._do_tests(output)
            wait = next_at - self._clock()
            if wait > 0:
                self._stopping.wait(min(wait, _LOOK_UP_S))
                continue
            newer = self._feed.newer(self._seen, _LOOK_UP_S)
            if newer is not None:
                next_at = self._clock() + 1 / self.address.rate if self.address.rate else 0.0
                self._send(output, newer[1])
                self._seen = newer[0]
                continue
            output.idle()
            if self._feed.closed:
                self._stopping.wait(_LOOK_UP_S)

    def _made(self) -> Output:
        try:
            return self._make(self.address)
        except PosecastError as error:
            raise UnusableError(error.error, error.hint) from error

    def _send(self, output: Output, moment: Moment) -> int:
        self._busy_since = self._clock()
        count = output.send(moment)
        self._busy_since = None
        self._sent += count
        if count:
            self._times.append(self._clock())
        return count

    def _do_tests(self, output: Output) -> None:
        if not self._tests:
            return
        count = self._send(output, test_moment())
        output.confirm()
        what = "message was" if count == 1 else "messages were"
        known = "" if output.confirmed else "; the protocol does not tell whether anybody receives them"
        self._hurry.clear()
        while self._tests:
            self._tests.popleft().finish(TestResult(True, f"{count} {what} sent to {self.address.place}{known}"))

    def _pause(self, error: Exception, failures: int) -> None:
        """Report a failure, once for the same reason, and wait."""
        hint = error.hint if isinstance(error, PosecastError) else ""
        self._note(error, hint)
        self._fail_tests()
        pause = pause_s(failures)
        self._retry_at = self._clock() + pause
        self._state = "retrying"
        self._hurry.clear()
        if not self._stopping.is_set() and not self._tests:
            self._hurry.wait(pause)

    def _note(self, error: Exception, hint: str) -> None:
        told = self._secrets.scrub(error.error if isinstance(error, PosecastError) else reason(error))
        hint = self._secrets.scrub(hint)
        if told != self._logged:
            log.warning("output %r: %s%s", self.address.shown, told, f"; {hint}" if hint else "")
        self._failures += 1
        self._error, self._last_error, self._logged = (told, hint), told, told

    def _fail_tests(self) -> None:
        error, hint = self._error or ("the output is stopped", "turn it on")
        while self._tests:
            self._tests.popleft().finish(TestResult(False, error, hint))

    def _close(self) -> None:
        output, self._output = self._output, None
        if output is not None:
            with suppress(Exception):
                output.close()
