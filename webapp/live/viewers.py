"""Who holds a connection for life: how many may, who has stopped reading, and how all of them end.

A server thread that writes to somebody who no longer reads waits for ever. Shutting down his TCP connection, from
another thread, is the one thing that ends the wait.
"""

from __future__ import annotations

import logging
import selectors
import socket
import threading
import time
from collections.abc import Callable

from webapp.access.connections import hang_up
from webapp.monitoring.logs import event

log = logging.getLogger(__name__)

STUCK_AFTER = 10.0
"""Seconds that one write may take before the viewer counts as gone."""
_HOUSEHOLD = 8
SEND_BUFFER = 128 * 1024
"""Bytes on their way to a viewer: a large buffer would show a slow one what happened seconds ago."""


def share_of(limit: int) -> int:
    """How many of `limit` places one address may take: half of them, so that nobody keeps everybody else out.

    A few are always granted: behind one address there may be a household.
    """
    return min(limit, max(_HOUSEHOLD, limit // 2))


def too_many(limit: int) -> tuple[str, str]:
    """What is said to those who are refused, (error, hint)."""
    return (
        "too many viewers",
        f"there are {limit} places, {share_of(limit)} for one address: close another one, or start with more --viewers",
    )


class Viewer:
    """One picture stream. `writing` is set while a part is being sent."""

    def __init__(self, connection: socket.socket | None, address: str | None) -> None:
        self.connection, self.address = connection, address
        self.writing_since: float | None = None

    def gone(self) -> bool:
        """Whether the other side has hung up, found out without sending anything."""
        if self.connection is None:
            return False
        try:
            with selectors.DefaultSelector() as selector:  # select() itself knows only the first 1024 descriptors
                selector.register(self.connection, selectors.EVENT_READ)
                if not selector.select(0):
                    return False
            return self.connection.recv(1, socket.MSG_PEEK) == b""
        except (OSError, ValueError):
            return True


class Viewers:
    """The picture streams that are open, at most `limit`, and at most `share_of(limit)` of them from one address."""

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit, self._clock = limit, clock
        self._viewers: set[Viewer] = set()
        self._lock = threading.Lock()
        self.closed = False

    def __len__(self) -> int:
        return len(self._viewers)

    def admit(self, connection: socket.socket | None, address: str | None = None) -> Viewer | None:
        """A new viewer; None where there are too many, in all or from `address`, or the server is stopping."""
        with self._lock:
            neighbours = sum(viewer.address == address for viewer in self._viewers) if address is not None else 0
            if self.closed or len(self._viewers) >= self._limit or neighbours >= share_of(self._limit):
                return None
            if connection is not None:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
            viewer = Viewer(connection, address)
            self._viewers.add(viewer)
            return viewer

    def release(self, viewer: Viewer) -> None:
        with self._lock:
            self._viewers.discard(viewer)

    def started_writing(self, viewer: Viewer) -> None:
        viewer.writing_since = self._clock()

    def finished_writing(self, viewer: Viewer) -> None:
        viewer.writing_since = None

    def drop_stuck(self) -> None:
        """End the streams of those who have not read for `STUCK_AFTER` seconds."""
        limit = self._clock() - STUCK_AFTER
        for viewer in self._all():
            since = viewer.writing_since
            if since is not None and since < limit:
                hang_up(viewer.connection)

    def close(self) -> None:
        """End every stream and admit no more."""
        self.closed = True
        for viewer in self._all():
            hang_up(viewer.connection)

    def _all(self) -> list[Viewer]:
        with self._lock:
            return list(self._viewers)


def tell_viewer(name: str, kind: str, address: str | None) -> None:
    """Log that a viewer came or left: a `stream` of pictures, or a `socket`."""
    verb = "opened" if name == "viewer_connected" else "closed"
    event(log, name, f"{address} {verb} a {kind}", kind=kind, address=address)
