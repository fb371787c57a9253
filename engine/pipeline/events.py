"""Events of the pipeline: progress, problems, and changes of state."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass

logger = logging.getLogger(__name__)

_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class ProgressEvent:
    """Progress of a start or a switch."""

    task: str
    """'start', 'backend', 'source' or 'comparison'."""
    step: str
    """'open', 'load', 'convert', 'compile', 'warm up', ...: where in the task."""
    fraction: float | None
    """0..1 of the step, or None where it cannot be known."""
    message: str


@dataclass(frozen=True, slots=True)
class ProblemEvent:
    """Something went wrong; what ran before continues, or is being retried."""

    error: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class StateEvent:
    """`Pipeline.state()` has changed, not only in its statistics."""


Event = ProgressEvent | ProblemEvent | StateEvent
Listener = Callable[[Event], None]


class Announcer:
    """Calls every listener with every event, in the thread where the event occurs, so listeners must not block."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: dict[object, Listener] = {}

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with events from now on, until the returned function is called."""
        key = object()
        with self._lock:
            self._listeners[key] = listener

        def unsubscribe() -> None:
            with self._lock:
                self._listeners.pop(key, None)

        return unsubscribe

    def announce(self, event: Event) -> None:
        """Call every listener. An exception is logged and does not stop the engine."""
        with self._lock:
            listeners = list(self._listeners.values())
        for listener in listeners:
            try:
                listener(event)
            except Exception:  # noqa: PERF203 - each listener for itself
                logger.exception("a listener failed on %s", event)


class Problems:
    """Announces new, changed and resolved problems, each once.

    `current()` returns the present problems, None for each part without one; `tell` may be called from any thread.
    """

    def __init__(self, current: Callable[[], tuple[ProblemEvent | None, ...]], announcer: Announcer) -> None:
        self._current = current
        self._announcer = announcer
        self._lock = threading.Lock()
        self._told: set[str] = set()

    def tell(self) -> None:
        """Announce new problems, and the change of state if there is one."""
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
    """A key that ignores numbers: 'no picture for 7 s' is the same problem as 'no picture for 6 s'."""
    return _NUMBER.sub("#", problem.error)
