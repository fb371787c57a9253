"""The Socket.IO side of the server: who may connect, how things are sent, how connections end.

Server to client only: `scene` (acknowledged), `stats`, `state`, `progress`, `problem`. What is recorded and compared
is part of both `stats` and `state`. A client sends nothing but acknowledgements, so that a view-only visitor has
nothing to misuse.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from engineio import json as engineio_json
from flask import Flask, request
from flask_socketio import ConnectionRefusedError as Refused
from flask_socketio import SocketIO

from webapp.auth import ROLE, Environ, Tokens
from webapp.guard import refuse
from webapp.packets import MAX_MESSAGE, are_packets
from webapp.viewers import connection_of, hang_up, share_of, tell_viewer, too_many
from webapp.websocket import WebSocket
from webapp.wire import Wire, dumps

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

STRANGERS_LEAVE_AFTER = 5.0
"""Seconds within which a connection must have become a client."""
_PATH = "/socket.io/"
_NAMESPACE = "/"


class _Encoded:
    """JSON text on its way through Socket.IO."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


class _Json:
    """The JSON module that Socket.IO is given: a scene is text already and goes in as it is."""

    @staticmethod
    def dumps(data: Any, **_: object) -> str:
        if isinstance(data, list) and len(data) == 2 and isinstance(data[1], _Encoded):
            return f"[{json.dumps(data[0])},{data[1].text}]"
        return dumps(data)

    loads = staticmethod(engineio_json.loads)


class SocketServer:
    """Flask-SocketIO, and the TCP connections below it. Wraps `app.wsgi_app`: create it before the guard."""

    def __init__(self, app: Flask, tokens: Tokens, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._tokens, self._limit, self._clock = tokens, limit, clock
        self._connections: dict[str, Any] = {}
        self._first_seen: dict[str, float] = {}
        self._closed = False
        self.socketio = SocketIO(
            app,
            async_mode="threading",
            cors_allowed_origins=[],  # the guard has checked the Origin
            json=_Json,
            manage_session=False,
            max_http_buffer_size=MAX_MESSAGE,
            ping_interval=10,
            ping_timeout=10,
        )
        self._eio = self.socketio.server.eio
        # Engine.IO has no option for the WebSocket it uses.
        self._eio._async = {**self._eio._async, "websocket": WebSocket}

    def on_clients(self, join: Callable[[str], None], leave: Callable[[str], None]) -> None:
        """Have `join(sid)` and `leave(sid)` called as clients come and go."""

        def connect(auth: object = None) -> None:
            if request.environ.get(ROLE) is None:
                self._check(_token(auth), request.remote_addr or "")
            join(request.sid)  # type: ignore[attr-defined]
            tell_viewer("viewer_connected", "socket", request.remote_addr)

        def disconnect(*_: object) -> None:
            leave(request.sid)  # type: ignore[attr-defined]
            tell_viewer("viewer_left", "socket", request.remote_addr)

        self.socketio.on_event("connect", connect)
        self.socketio.on_event("disconnect", disconnect)

    def _check(self, token: str | None, address: str) -> None:
        """Refuse a client whose `auth.token` is not right; its request carried none."""
        if self._tokens.failures.exceeded(address):
            raise Refused("too many wrong tokens from this address")
        if self._tokens.role_of(token) is None:
            self._tokens.failures.count(address)
            raise Refused("a token is needed")

    def door(self, app: WSGIApplication) -> WSGIApplication:
        """A WSGI middleware that counts sockets, refuses too many, and remembers their TCP connections."""

        def enter(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
            if environ.get("PATH_INFO", "").startswith(_PATH):
                sid = parse_qs(environ.get("QUERY_STRING", "")).get("sid", [None])[0]
                if sid is None and not self._has_room_for(environ.get("REMOTE_ADDR", "")):
                    return refuse(503, *too_many(self._limit))(environ, start_response)
                one = self._eio.sockets.get(sid)
                if not _makes_sense(environ) or (one is not None and one.closed):
                    if sid is not None:
                        self._end(sid)
                    return refuse(400, "this is nothing that a Socket.IO client says")(environ, start_response)
                if "upgrade" not in environ.get("HTTP_CONNECTION", "").lower():
                    environ.pop("HTTP_UPGRADE", None)  # only half a greeting
                # Compressing every scene for every client costs more than a local network gains.
                environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
                if sid is not None and "HTTP_UPGRADE" in environ:
                    self._connections[sid] = connection_of(environ)
            try:
                return app(environ, start_response)
            except (StopIteration, ConnectionError):  # a WebSocket is over: do not leave its client waiting
                hang_up(connection_of(environ))
                raise

        return enter

    def __len__(self) -> int:
        return sum(not one.closed for one in list(self._eio.sockets.values()))

    def _has_room_for(self, address: str) -> bool:
        environs = self.socketio.server.environ
        neighbours = sum(
            environs.get(sid, {}).get("REMOTE_ADDR") == address
            for sid, one in list(self._eio.sockets.items())
            if not one.closed
        )
        return not self._closed and len(self) < self._limit and neighbours < share_of(self._limit)

    def ready(self, sid: str) -> bool:
        return bool(self.socketio.server.manager.is_connected(sid, _NAMESPACE))

    def emit(self, event: str, data: Wire, to: str | None = None) -> None:
        self.socketio.server.emit(event, _Encoded(dumps(data)), to=to, namespace=_NAMESPACE)

    def emit_scene(self, text: str, to: str, acknowledged: Callable[..., None]) -> None:
        self.socketio.server.emit("scene", _Encoded(text), to=to, namespace=_NAMESPACE, callback=acknowledged)

    def drop(self, sid: str) -> None:
        eio_sid = self.socketio.server.manager.eio_sid_from_sid(sid, _NAMESPACE)
        if eio_sid is not None:
            self._end(eio_sid)

    def sweep(self) -> None:
        """End connections that did not become clients in time, and forget those that are over."""
        now = self._clock()
        open_sids = set(self._eio.sockets)
        for gone in (set(self._first_seen) | set(self._connections)) - open_sids:
            self._first_seen.pop(gone, None)
            self._connections.pop(gone, None)
        for eio_sid in open_sids:
            since = self._first_seen.setdefault(eio_sid, now)
            sid = self.socketio.server.manager.sid_from_eio_sid(eio_sid, _NAMESPACE)
            if now - since > STRANGERS_LEAVE_AFTER and (sid is None or not self.ready(sid)):
                self._end(eio_sid)

    def close(self) -> None:
        """End every connection and admit no more. Clients see a lost connection and try again by themselves."""
        if self._closed:
            return
        self._closed = True
        for eio_sid in list(self._eio.sockets):
            self._end(eio_sid)
        self.socketio.server.shutdown()

    def _end(self, eio_sid: str) -> None:
        """Without waiting for the client: it may have stopped reading."""
        environ = self.socketio.server.environ.get(eio_sid, {})
        connection = self._connections.get(eio_sid) or (connection_of(environ) if "HTTP_UPGRADE" in environ else None)
        one = self._eio.sockets.get(eio_sid)
        if one is not None:
            with contextlib.suppress(KeyError):
                one.close(wait=False)
        hang_up(connection)


def _makes_sense(environ: Environ) -> bool:
    """Whether a request is one of a client of ours; its body, which the guard has read, stays in the environment."""
    if "j" in parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True):
        return False  # JSONP is for pages of other sites
    if environ["REQUEST_METHOD"] != "POST":
        return True
    body = environ["wsgi.input"].read()
    environ["wsgi.input"].seek(0)
    return len(body) <= MAX_MESSAGE and are_packets(body)


def _token(auth: object) -> str | None:
    """`auth.token` as the client gave it."""
    token = auth.get("token") if isinstance(auth, dict) else None
    return token if isinstance(token, str) else None
