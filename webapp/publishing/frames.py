"""JPEG pictures over a WebSocket, `/publish/NAME`, for browsers that cannot connect by WebRTC: one message a picture.

A WSGI layer inside of the guard, which has checked Host, Origin and token. Each picture is answered, "ok" or "no", and
a browser sends the next one after that: nothing queues up on a slow network.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

import cv2
import numpy as np
from simple_websocket import ConnectionClosed, Server
from wsproto.utilities import LocalProtocolError

from engine.errors import PosecastError
from engine.types import Image
from webapp.access.connections import connection_of, hang_up
from webapp.access.errors import status_of
from webapp.access.guard import refuse
from webapp.access.tokens import Environ
from webapp.live.plain_websocket import accept, ended, is_handshake
from webapp.publishing.permission import permitted
from webapp.publishing.publishers import Publisher, Publishers

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

PATH = "/publish/"
LARGEST_BYTES = 4 * 2**20
_SILENCE = 15.0
"""Seconds without a message after which the connection ends."""


class FrameSockets:
    """Serves the WebSockets."""

    def __init__(self, publishers: Publishers) -> None:
        self._publishers = publishers

    def door(self, app: WSGIApplication) -> WSGIApplication:
        """A WSGI middleware that answers WebSocket handshakes below `PATH`; everything else goes to `app`."""

        def enter(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
            if environ.get("PATH_INFO", "").startswith(PATH) and is_handshake(environ):
                return self._serve(environ, start_response)
            return app(environ, start_response)

        return enter

    def _serve(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        connection = connection_of(environ)
        try:
            name = permitted(environ, environ["PATH_INFO"].removeprefix(PATH))
            publisher = self._publishers.begin(name, "JPEG", lambda: hang_up(connection))
        except PosecastError as error:
            return refuse(status_of(error), error.error, error.hint)(environ, start_response)
        try:
            web_socket = accept(environ, LARGEST_BYTES)
            if web_socket is None:
                return refuse(400, "malformed WebSocket handshake")(environ, start_response)
            _receive(web_socket, publisher)
        finally:
            publisher.end()
        raise ended(web_socket, environ)


def _receive(web_socket: Server, publisher: Publisher) -> None:
    """Take pictures until either side ends."""
    with suppress(OSError, ConnectionClosed, LocalProtocolError):
        while (message := web_socket.receive(timeout=_SILENCE)) is not None:
            arrived = time.monotonic()
            image = _decoded(message)
            if image is not None:
                publisher.put(image, arrived, (time.monotonic() - arrived) * 1e3)
            web_socket.send("no" if image is None else "ok")
        web_socket.close()


def _decoded(message: str | bytes) -> Image | None:
    """BGR; None for what is not a JPEG."""
    if isinstance(message, str) or not message.startswith(b"\xff\xd8"):
        return None
    found = cv2.imdecode(np.frombuffer(message, np.uint8), cv2.IMREAD_COLOR)
    return None if found is None else np.asarray(found, np.uint8)
