"""A WebSocket under Engine.IO that refuses large messages, and whose server thread always comes free.

The library below forgets to wake its reader when it hangs up by itself (a message too large, a writer that ends): the
thread would wait for ever. Here the reader looks up now and then, and hanging up on somebody who
is gone is no error.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from engineio.async_drivers._websocket_wsgi import SimpleWebSocketWSGI
from simple_websocket import ConnectionClosed
from wsproto.utilities import LocalProtocolError, RemoteProtocolError

from webapp.guard import refuse
from webapp.packets import MAX_MESSAGE, PROBE, is_packet
from webapp.viewers import connection_of

MAX_WAITING = 1000
"""Messages that came and were not looked at yet: a client that sends faster than that wants no scenes."""
_LOOK_UP = 1.0
"""Seconds."""


class WebSocket(SimpleWebSocketWSGI):  # type: ignore[misc]
    """What Engine.IO's `threading` driver uses, with a limit and a reader that does not hang."""

    def __init__(self, handler: object, server: object) -> None:
        super().__init__(handler, server, max_message_size=MAX_MESSAGE)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        connection = connection_of(environ)
        if connection is not None:
            connection.settimeout(None)  # silence is no fault here; those who do not read are found by their silence
        try:
            return super().__call__(environ, start_response)
        except RemoteProtocolError:
            return refuse(400, "this is no WebSocket's greeting")(environ, start_response)

    def wait(self) -> str | bytes | None:
        """The next message; None when the connection is over, which ends what makes no sense, too."""
        try:
            while self.ws.connected or self.ws.input_buffer:
                message: str | bytes | None = self.ws.receive(timeout=_LOOK_UP)
                if message is None:
                    continue
                known = isinstance(message, str) and (message == PROBE or is_packet(message))
                if not known or len(self.ws.input_buffer) > MAX_WAITING:
                    break
                return message
        except ConnectionClosed:
            return None
        self.close()
        return None

    def close(self) -> None:
        """Hang up. The other side, or the server that is stopping, may have closed the socket a moment ago."""
        with suppress(OSError, ConnectionClosed, LocalProtocolError):
            super().close()
        self.ws.connected = False
