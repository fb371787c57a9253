"""Deleted recordings can be restored for a while. They count as recordings until they are erased."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from engine.errors import reason
from webapp.recording.recordings import Recordings

log = logging.getLogger(__name__)

KEPT_S = 600.0
"""Seconds in which a deleted recording can be restored."""


class Trash:
    """Erases deleted recordings when their time runs out, or their room is needed. Thread-safe."""

    def __init__(self, recordings: Recordings, clock: Callable[[], float] = time.monotonic) -> None:
        self._recordings, self._clock = recordings, clock
        self._since: dict[str, float] = {}
        self._lock = threading.Lock()

    def delete(self, name: str) -> None:
        """NotFoundError if there is no such recording."""
        with self._lock:
            self._recordings.delete(name)
            self._since[name] = self._clock()

    def restore(self, name: str) -> None:
        """NotFoundError if it was not deleted, or has been erased."""
        with self._lock:
            self._recordings.restore(name)
            self._since.pop(name, None)

    def sweep(self) -> None:
        """Erase what was deleted long ago. Called once a second."""
        self._erase(KEPT_S)

    def empty(self) -> int:
        """Erase everything that this server deleted; the bytes that became free."""
        before = self._recordings.total_bytes()
        self._erase(0.0)
        return max(0, before - self._recordings.total_bytes())

    def _erase(self, older_than_s: float) -> None:
        with self._lock:
            now = self._clock()
            for name in [name for name, since in self._since.items() if now - since >= older_than_s]:
                try:
                    self._recordings.erase(name)
                except OSError as error:
                    log.warning("cannot erase %s: %s", name, reason(error))
                del self._since[name]
