"""Tells listeners of problems that came, changed or went, each once."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable

from engine.pipeline.events import Announcer, ProblemEvent, StateEvent

_NUMBER = re.compile(r"\d+")


class Problems:
    """`current()` says what is wrong now, None for each thing that is not; `tell` may be called from any thread."""

    def __init__(self, current: Callable[[], tuple[ProblemEvent | None, ...]], announcer: Announcer) -> None:
        self._current = current
        self._announcer = announcer
        self._lock = threading.Lock()
        self._told: set[str] = set()

    def tell(self) -> None:
        """Announce what is new; and that the state has changed, where it has."""
        with self._lock:
            before = self._told
            problems = {_kind(problem): problem for problem in self._current() if problem is not None}
            self._told = set(problems)
        for kind, problem in problems.items():
            if kind not in before:
                self._announcer.announce(problem)
        if problems.keys() != before:
            self._announcer.announce(StateEvent())


def _kind(problem: ProblemEvent) -> str:
    """'no picture for 7 s' is the problem that 'no picture for 6 s' was."""
    return _NUMBER.sub("#", problem.error)
