"""Keeps problems of the start for clients that connect soon afterwards: at the start, there are no clients yet."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from webapp.live.broadcast import Sockets
from webapp.monitoring.logs import report_problem

log = logging.getLogger(__name__)

SOON = 60.0
"""Seconds after the start for which problems are kept: pages that lost their server reconnect within a few."""

Problem = tuple[str, str, str]
"""(kind, error, hint); `kind` is where it occurred."""


class Notices:
    """Owns the problems, and the clients that have not been told yet."""

    def __init__(self, sockets: Sockets, clock: Callable[[], float] = time.monotonic) -> None:
        self._sockets, self._clock = sockets, clock
        self._until = clock() + SOON
        self._problems: list[Problem] = []
        self._waiting: set[str] = set()
        self._lock = threading.Lock()

    def tell(self, kind: str, error: str, hint: str) -> None:
        """Log a problem, and keep it for clients that connect."""
        report_problem(log, kind, error, hint)
        self._problems.append((kind, error, hint))

    def join(self, sid: str) -> None:
        """A client connected."""
        with self._lock:
            if self._clock() < self._until:
                self._waiting.add(sid)

    def leave(self, sid: str) -> None:
        with self._lock:
            self._waiting.discard(sid)

    def deliver(self) -> None:
        """Tell clients whose connections are complete. Called once a second."""
        with self._lock:
            arrived = [sid for sid in self._waiting if self._sockets.ready(sid)]
            self._waiting.difference_update(arrived)
        for sid in arrived:
            for _, error, hint in self._problems:
                self._sockets.emit("problem", {"error": error, "hint": hint}, to=sid)
