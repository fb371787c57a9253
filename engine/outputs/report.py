"""How a live output is doing, and what came of a test of it."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Literal

State = Literal["connecting", "sending", "retrying", "wrong", "stopped"]

TEST_WITHIN_S = 8.0


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


class Test:
    """A test that somebody waits for."""

    def __init__(self) -> None:
        self._done = threading.Event()
        self._result = TestResult(False, f"the target did not take the test within {TEST_WITHIN_S:g} s",
                                 "it may be slow, or not what the address says")  # fmt: skip

    def finish(self, result: TestResult) -> None:
        self._result = result
        self._done.set()

    def wait(self) -> TestResult:
        """What came of it, or that nothing did in time."""
        self._done.wait(TEST_WITHIN_S)
        return self._result
