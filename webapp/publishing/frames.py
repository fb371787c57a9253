"""JPEG pictures over a WebSocket, for browsers that cannot connect by WebRTC: one message a picture.

Each is answered, "ok" or "no", and a browser sends the next one after that: nothing queues up on a slow network.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

import cv2
import numpy as np
from simple_websocket import ConnectionClosed, Server

from webapp.access.connections import connection_of, hang_up
from webapp.publishing.publishers import Publishers

LARGEST_BYTES = 4 * 2**20
_SILENCE = 15.0
"""Seconds without a message after which the connection ends."""


def receive(environ: dict[str, Any], publishers: Publishers, name: str) -> Server:
    """Take pictures until the client leaves or is hung up; the WebSocket, which has ended.

    ConflictError before the handshake while another one publishes under the name.
    """
    connection = connection_of(environ)
    publisher = publishers.begin(name, "JPEG", lambda: hang_up(connection))
    try:
        if connection is not None:
            connection.settimeout(None)
        socket = Server(environ, max_message_size=LARGEST_BYTES)
        with suppress(ConnectionClosed, OSError):
            while (message := socket.receive(timeout=_SILENCE)) is not None:
                arrived = time.monotonic()
                image = _decoded(message)
                if image is not None:
                    publisher.put(image, arrived, (time.monotonic() - arrived) * 1e3)
                socket.send("no" if image is None else "ok")
        with suppress(ConnectionClosed, OSError):
            socket.close()
        return socket
    finally:
        publisher.end()


def _decoded(message: str | bytes) -> Any:
    """BGR; None for what is not a JPEG."""
    if isinstance(message, str) or not message.startswith(b"\xff\xd8"):
        return None
    return cv2.imdecode(np.frombuffer(message, np.uint8), cv2.IMREAD_COLOR)
