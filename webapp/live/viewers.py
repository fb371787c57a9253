"""Limits picture streams, detects viewers that have stopped reading, and ends all streams at the end.

A server thread that writes to a viewer that no longer reads waits forever. Only shutting down the TCP connection from
another thread ends the wait.
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
"""Send buffer in bytes: with a large one, a slow viewer would see pictures that are seconds old."""


def share_of(limit: int) -> int:
    """The share of `limit` for one address: half of the places, so that one address cannot occupy all of them.

    A few are always allowed: several people may share one address.
    """
    return min(limit, max(_HOUSEHOLD, limit // 2))


def too_many(limit: int) -> tuple[str, str]:
    """(error, hint) for clients that are refused."""
    return (
        "too many viewers",
        f"there are {limit} places, {share_of(limit)} for one address: close another one, or start with more --viewers",
    )


class Viewer:
    """One picture stream."""

    def __init__(self, connection: socket.socket | None, address: str | None) -> None:
        self.connection, self.address = connection, address
        self.writing_since: float | None = None

    def gone(self) -> bool:
        """Whether the client has disconnected, detected without sending."""
        if self.connection is None:
            return False
        try:
            with selectors.DefaultSelector() as selector:  # select() is limited to the first 1024 descriptors
                selector.register(self.connection, selectors.EVENT_READ)
                if not selector.select(0):
                    return False
            return self.connection.recv(1, socket.MSG_PEEK) == b""
        except (OSError, ValueError):
            return True


class Viewers:
    """The open picture streams, at most `limit`, and at most `share_of(limit)` of them from one address."""

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit, self._clock = limit, clock
        self._viewers: set[Viewer] = set()
        self._lock = threading.Lock()
        self.closed = False

    def __len__(self) -> int:
        return len(self._viewers)

    def admit(self, connection: socket.socket | None, address: str | None = None) -> Viewer | None:
        """A new viewer; None if there are too many, in total or from `address`, or the server is stopping."""
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
        """End the streams of viewers that have not read for `STUCK_AFTER` seconds."""
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
