"""`/api/scenes`: a plain WebSocket for programs that do not speak Socket.IO. One scene a message, the newest wins.

A WSGI layer inside of the guard, which has checked Host, Origin and token. Each client has its server thread, which
takes the newest scene, sends it, and takes the newest again: a slow one skips scenes and delays nobody. Clients count
as viewers, as picture streams do: limited in number, and dropped when they stop reading.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from simple_websocket import ConnectionClosed, Server
from wsproto.utilities import LocalProtocolError

from webapp.access.connections import connection_of
from webapp.access.guard import refuse
from webapp.access.tokens import Environ
from webapp.live.plain_websocket import accept, ended, is_handshake
from webapp.live.scenes import SceneFeed
from webapp.live.viewers import Viewer, Viewers, tell_viewer, too_many

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

PATH = "/api/scenes"
MAX_MESSAGE = 4096
"""Bytes of a message from a client, which has nothing to say."""
MAX_WAITING = 100
"""Messages from a client, which are not read: one that sends more is no receiver of scenes."""
_LOOK_UP_S = 0.5


class SceneSockets:
    """Serves the WebSockets."""

    def __init__(self, scenes: SceneFeed[Any], viewers: Viewers, limit: int) -> None:
        self._scenes, self._viewers, self._limit = scenes, viewers, limit

    def door(self, app: WSGIApplication) -> WSGIApplication:
        """A WSGI middleware that answers WebSocket handshakes at `PATH`; everything else goes to `app`."""

        def enter(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
            if environ.get("PATH_INFO") == PATH and is_handshake(environ):
                return self._serve(environ, start_response)
            return app(environ, start_response)

        return enter

    def _serve(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        connection, address = connection_of(environ), environ.get("REMOTE_ADDR")
        viewer = self._viewers.admit(connection, address)
        if viewer is None:
            return refuse(503, *too_many(self._limit))(environ, start_response)
        try:
            web_socket = accept(environ, MAX_MESSAGE)
            if web_socket is None:
                return refuse(400, "malformed WebSocket handshake")(environ, start_response)
            tell_viewer("viewer_connected", "scene socket", address)
            self._send(web_socket, viewer)
            tell_viewer("viewer_left", "scene socket", address)
        finally:
            self._viewers.release(viewer)
        raise ended(web_socket, environ)

    def _send(self, web_socket: Server, viewer: Viewer) -> None:
        """Send the newest scene whenever the last one is sent, until either side ends."""
        seen = 0
        with suppress(OSError, ConnectionClosed, LocalProtocolError):
            while web_socket.connected and not (self._viewers.closed or self._scenes.closed):
                newer = self._scenes.wait_newer(seen, _LOOK_UP_S)
                if len(web_socket.input_buffer) > MAX_WAITING:
                    return
                if newer is not None:
                    text, seen = self._scenes.text(*newer), newer[0]
                    self._viewers.started_writing(viewer)
                    web_socket.send(text)
                    self._viewers.finished_writing(viewer)
            if web_socket.connected:
                web_socket.close()
