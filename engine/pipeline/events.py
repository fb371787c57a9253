"""What the pipeline tells those who listen: progress, problems, and that its state has changed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ProgressEvent:
    """How far a start or a switch has come."""

    task: str
    """'start', 'backend', 'source' or 'comparison'."""
    step: str
    """'open', 'load', 'convert', 'compile', 'warm up', ...: where in the task."""
    fraction: float | None
    """0..1 of the step, or None where it cannot be known."""
    message: str


@dataclass(frozen=True, slots=True)
class ProblemEvent:
    """Something went wrong; what ran before still runs, or is being retried."""

    error: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class StateEvent:
    """`Pipeline.state()` differs from before in more than its statistics."""


Event = ProgressEvent | ProblemEvent | StateEvent
Listener = Callable[[Event], None]


class Announcer:
    """Calls every listener with every event, in the thread where the event arises: a listener must not block."""

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
        """Tell everyone. A listener that raises is logged: it must not stop the engine."""
        with self._lock:
            listeners = list(self._listeners.values())
        for listener in listeners:
            try:
                listener(event)
            except Exception:  # noqa: PERF203 - each listener for itself
                logger.exception("a listener failed on %s", event)
