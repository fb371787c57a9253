"""Plain WebSockets, for programs that do not speak Socket.IO: their handshake, and their end under each server."""

from __future__ import annotations

import socket
import threading

from simple_websocket import ConnectionError as HandshakeError
from simple_websocket import Server
from wsproto.utilities import RemoteProtocolError

from webapp.access.connections import connection_of, hang_up
from webapp.access.tokens import Environ


class _WholeSends:
    """A connection to which two threads may send: messages, and answers to pings. Each goes out in one piece."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection, self._lock = connection, threading.Lock()
        self.recv, self.close, self.fileno = connection.recv, connection.close, connection.fileno

    def send(self, data: bytes) -> int:
        with self._lock:
            self._connection.sendall(data)
        return len(data)


def is_handshake(environ: Environ) -> bool:
    return str(environ.get("HTTP_UPGRADE", "")).lower() == "websocket"


def accept(environ: Environ, max_message_size: int) -> Server | None:
    """The WebSocket that the request opens; None if its handshake is malformed."""
    connection = connection_of(environ)
    if connection is not None:
        connection.settimeout(None)  # silence is not an error here
        names = [name for name in ("gunicorn.socket", "werkzeug.socket") if name in environ]
        environ = {**environ, **dict.fromkeys(names, _WholeSends(connection))}
    try:
        return Server.accept(environ, None, max_message_size=max_message_size)
    except (HandshakeError, RemoteProtocolError, RuntimeError):
        return None


def ended(web_socket: Server, environ: Environ) -> Exception:
    """Hang up on a WebSocket that is done with; what to raise then, since there is nothing left to answer."""
    hang_up(connection_of(environ))
    return StopIteration() if web_socket.mode == "gunicorn" else ConnectionError()
