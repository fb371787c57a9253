"""A WebSocket for Engine.IO that refuses large messages, and always releases its server thread.

The library does not wake its reader when it closes the connection itself (a message too large, a writer that ends),
and waits without limit for a client that announced to take over from polls, so the thread would wait forever. Here,
the reader wakes up regularly, and closing a connection that is already gone is not an error.
"""

from __future__ import annotations

import math
import time
from contextlib import suppress
from typing import Any

from engineio.async_drivers._websocket_wsgi import SimpleWebSocketWSGI
from simple_websocket import ConnectionClosed
from wsproto.utilities import LocalProtocolError, RemoteProtocolError

from webapp.access.connections import connection_of, hang_up
from webapp.access.guard import refuse
from webapp.live.packets import CLOSE, MAX_MESSAGE, PROBE, is_packet

MAX_WAITING = 1000
"""Maximum number of unprocessed messages: a client that sends more is not a dashboard."""
TAKE_OVER_WITHIN = 5.0
"""Seconds for each of the two messages, probe and upgrade, with which a WebSocket takes over from polls."""
_LOOK_UP = 1.0
"""Seconds."""


class WebSocket(SimpleWebSocketWSGI):  # type: ignore[misc]
    """The WebSocket of Engine.IO's `threading` driver, with a limit and a reader that does not hang."""

    def __init__(self, handler: Any, server: object) -> None:
        """`handler` is a method of Engine.IO's session."""
        super().__init__(handler, server, max_message_size=MAX_MESSAGE)
        self._session = handler.__self__
        # A connected session has been polling until now.
        self._before_taking_over = 2 if self._session.connected else 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        self._connection = connection_of(environ)
        if self._connection is not None:
            # Silence is not an error here; the broadcaster drops clients that do not acknowledge.
            self._connection.settimeout(None)
        try:
            return super().__call__(environ, start_response)
        except RemoteProtocolError:
            return refuse(400, "malformed WebSocket handshake")(environ, start_response)

    def wait(self) -> str | bytes | None:
        """The next message; None when the connection has ended, as it does after a malformed message."""
        try:
            message = self._next()
        except ConnectionClosed:
            return None
        if message is None or not self._makes_sense(message):
            # Without a close frame: sending one to a client that does not read would block, as it does for the writer.
            hang_up(self._connection)
            return None
        return message

    def _next(self) -> str | bytes | None:
        """The next message; None if there is none in time, or the session has ended."""
        end = time.monotonic() + TAKE_OVER_WITHIN if self._before_taking_over > 0 else math.inf
        while self.ws.connected or self.ws.input_buffer:
            message: str | bytes | None = self.ws.receive(timeout=_LOOK_UP)
            if self._session.closed:
                break
            if message is not None:
                self._before_taking_over -= 1
                return message
            if time.monotonic() > end:
                break
        return None

    def _makes_sense(self, message: str | bytes) -> bool:
        known = isinstance(message, str) and (message == PROBE or is_packet(message))
        return known and message != CLOSE and len(self.ws.input_buffer) <= MAX_WAITING

    def close(self) -> None:
        """Close the connection, which the client or the stopping server may have closed already."""
        with suppress(OSError, ConnectionClosed, LocalProtocolError):
            super().close()
        self.ws.connected = False
