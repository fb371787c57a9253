"""Incoming requests: how long one may take to arrive, and how many may be arriving at once.

A server thread reads a request as slowly as its client sends it, and enough slow clients would occupy every thread. In:
connections, as reading from them begins and ends. Those that take too long are closed; if there are too many, the
slowest are, except those that have just begun, since an honest request arrives in an instant.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from webapp.access.connections import connection_of, hang_up

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

ARRIVED = "posecast.arrived"
"""Key of the WSGI environment: a function to call when the whole request has arrived."""
ARRIVE_WITHIN = 20.0
"""Seconds for a request's lines and body, 1 MiB at most: 50 kB a second."""
GRACE = 0.5
"""Seconds in which no connection is closed, however many there are. On a busy machine many connections at once would
otherwise displace an honest request among them."""


class Arrivals:
    """Connections that are being read from: at most `most`, not counting those that have just begun."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock = most, clock
        self._since: dict[socket.socket, float] = {}  # the oldest first
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._since)

    def begin(self, connection: socket.socket) -> None:
        """A thread starts to read a request from `connection`."""
        with self._lock:
            self._since.pop(connection, None)
            self._since[connection] = self._clock()
            self._make_room()

    def end(self, connection: socket.socket | None) -> None:
        """The request has arrived, or was given up."""
        with self._lock:
            if connection is not None:
                self._since.pop(connection, None)

    def sweep(self) -> None:
        """Close connections that take too long. To be called about once a second."""
        with self._lock:
            for connection in self._older_than(ARRIVE_WITHIN):
                self._drop(connection)
            self._make_room()

    def watched(self, app: WSGIApplication) -> WSGIApplication:
        """`app`, with `ARRIVED` in its environment."""

        def enter(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
            environ[ARRIVED] = partial(self.end, connection_of(environ))
            return app(environ, start_response)

        return enter

    def _make_room(self) -> None:
        excess = max(0, len(self._since) - self._most)
        for connection in self._older_than(GRACE)[:excess]:
            self._drop(connection)

    def _older_than(self, seconds: float) -> list[socket.socket]:
        limit = self._clock() - seconds
        return [connection for connection, since in self._since.items() if since < limit]

    def _drop(self, connection: socket.socket) -> None:
        del self._since[connection]
        hang_up(connection)
