"""The TCP connection of a request: found, and shut down whatever another thread is doing with it."""

from __future__ import annotations

import contextlib
import socket
from typing import Any


def connection_of(environ: dict[str, Any]) -> socket.socket | None:
    """The TCP connection of a request, where the server tells."""
    connection = environ.get("gunicorn.socket") or environ.get("werkzeug.socket")
    return connection if isinstance(connection, socket.socket) else None


def hang_up(connection: socket.socket | None) -> None:
    """Shut a connection down, whatever another thread is doing with it."""
    if connection is not None:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
