"""The Socket.IO server: admits clients, sends events, ends connections.

Events go from server to client only: `scene` (acknowledged), `stats`, `state`, `progress`, `problem`. Recording and
comparison are part of both `stats` and `state`. Clients send only acknowledgements, so that a view-only visitor
cannot change anything.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from engineio.exceptions import SocketIsClosedError
from flask import Flask, request
from flask_socketio import ConnectionRefusedError as Refused
from flask_socketio import SocketIO

from engine.wire import Wire, dumps
from webapp.access.connections import connection_of, hang_up
from webapp.access.guard import refuse
from webapp.access.tokens import ROLE, Environ, Tokens
from webapp.live.packets import MAX_MESSAGE, makes_sense
from webapp.live.session_requests import UnderWay, kind_of
from webapp.live.socketio_parts import Encoded, Json, Manager
from webapp.live.viewers import share_of, tell_viewer, too_many
from webapp.live.websocket import WebSocket
from webapp.monitoring.logs import event

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

log = logging.getLogger(__name__)

STRANGERS_LEAVE_AFTER = 5.0
"""Seconds within which a connection must become a client."""
MAX_UNREAD = 200
"""Maximum number of unread messages of a client; usually there are a few, or some dozens during a compilation."""
_PATH = "/socket.io/"
_NAMESPACE = "/"


class SocketServer:
    """Flask-SocketIO, and the TCP connections below it. Wraps `app.wsgi_app`, so it is created before the guard."""

    def __init__(self, app: Flask, tokens: Tokens, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._tokens, self._limit, self._clock = tokens, limit, clock
        self._under_way = UnderWay()
        self._clients: dict[str, str | None] = {}
        """Addresses of admitted clients by session. The library's list includes clients still being checked."""
        self._leave: Callable[[str], None] = lambda sid: None
        self._first_seen: dict[str, float] = {}
        self._closed = False
        self.socketio = SocketIO(
            app,
            async_mode="threading",
            client_manager=Manager(),
            cors_allowed_origins=[],  # the guard checks the Origin
            json=Json,
            manage_session=False,
            max_http_buffer_size=MAX_MESSAGE,
            ping_interval=10,
            ping_timeout=10,
        )
        self._eio = self.socketio.server.eio
        self._manager = self.socketio.server.manager
        # Engine.IO has no option for its WebSocket class.
        self._eio._async = {**self._eio._async, "websocket": WebSocket}

    def on_clients(self, join: Callable[[str], None], leave: Callable[[str], None]) -> None:
        """Have `join(sid)` and `leave(sid)` called when clients connect and disconnect."""

        def connect(auth: object = None) -> None:
            sid: str = request.sid  # type: ignore[attr-defined]
            try:
                if request.environ.get(ROLE) is None:
                    self._check(_token(auth), request.remote_addr or "")
                join(sid)
            except Refused:
                raise
            except Exception as error:  # after any other exception, the library would keep the half-admitted client
                message = "error while a client connected"
                event(log, "request_failed", message, level=logging.ERROR, exception=error, path=_PATH)
                raise Refused("something went wrong on the server") from error
            self._clients[sid] = request.remote_addr
            tell_viewer("viewer_connected", "socket", request.remote_addr)

        self._leave = leave
        self.socketio.on_event("connect", connect)
        self.socketio.on_event("disconnect", lambda *_: self._left(request.sid))  # type: ignore[attr-defined]

    def _left(self, sid: str) -> None:
        if sid in self._clients:
            address = self._clients.pop(sid, None)
            self._leave(sid)
            tell_viewer("viewer_left", "socket", address)

    def _check(self, token: str | None, address: str) -> None:
        """Refuse a client without a token in its request and without a valid `auth.token`."""
        if self._tokens.failures.exceeded(address):
            raise Refused("too many wrong tokens from this address")
        if self._tokens.role_of(token) is None:
            self._tokens.failures.count(address)
            raise Refused("a token is needed")

    def door(self, app: WSGIApplication) -> WSGIApplication:
        """A WSGI middleware that limits the number of sockets, and remembers their TCP connections."""

        def enter(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
            try:
                if environ.get("PATH_INFO", "").startswith(_PATH):
                    return self._answer(app, environ, start_response)
                return app(environ, start_response)
            except (
                StopIteration,
                ConnectionError,
            ):  # the WebSocket has ended: close it, so that its client does not wait
                hang_up(connection_of(environ))
                raise

        return enter

    def _answer(self, app: WSGIApplication, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """The answer to a request of a session, or to a request for a new one."""
        sid = parse_qs(environ.get("QUERY_STRING", "")).get("sid", [None])[0]
        if sid is None and not self._has_room_for(environ.get("REMOTE_ADDR", "")):
            return refuse(503, *too_many(self._limit))(environ, start_response)
        session = self._eio.sockets.get(sid)
        if not makes_sense(environ) or (session is not None and session.closed):
            return self._nonsense(sid)(environ, start_response)
        kind = kind_of(environ)
        if sid is None or environ["REQUEST_METHOD"] != "GET":
            return app(environ, start_response)
        if not self._under_way.begin(sid, kind, connection_of(environ)):
            return self._nonsense(sid)(environ, start_response)
        try:
            return app(environ, start_response)
        finally:
            self._under_way.end(sid, kind)

    def _nonsense(self, sid: str | None) -> WSGIApplication:
        """End the session, if there is one, and refuse the request."""
        if sid is not None:
            self._end(sid)
        return refuse(400, "malformed Socket.IO request")

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
        with contextlib.suppress(
            KeyError
        ):  # the library looks up the session twice, and it may be gone the second time
            return sid in self._clients and bool(self._manager.is_connected(sid, _NAMESPACE))
        return False

    def emit(self, event: str, data: Wire, to: str | None = None) -> None:
        text = dumps(data)
        # The library's own broadcast includes clients whose token has not been checked yet.
        for sid in [to] if to is not None else filter(self.ready, list(self._clients)):
            self._send(event, text, sid)

    def emit_scene(self, text: str, to: str, acknowledged: Callable[..., None]) -> None:
        self._send("scene", text, to, acknowledged)

    def _send(self, event: str, text: str, to: str, acknowledged: Callable[..., None] | None = None) -> None:
        with contextlib.suppress(KeyError, SocketIsClosedError):  # the client is just leaving
            self.socketio.server.emit(event, Encoded(text), to=to, namespace=_NAMESPACE, callback=acknowledged)

    def drop(self, sid: str) -> None:
        eio_sid = self._manager.eio_sid_from_sid(sid, _NAMESPACE)
        if eio_sid is not None:
            self._end(eio_sid)

    def sweep(self) -> None:
        """End connections that did not become clients in time or do not read, and forget those that have ended."""
        now = self._clock()
        sessions = dict(self._eio.sockets)
        for gone in set(self._first_seen) - set(sessions):
            self._first_seen.pop(gone, None)
        for eio_sid, session in sessions.items():
            since = self._first_seen.setdefault(eio_sid, now)
            stranger = self._manager.sid_from_eio_sid(eio_sid, _NAMESPACE) not in self._clients
            if (stranger and now - since > STRANGERS_LEAVE_AFTER) or session.queue.qsize() > MAX_UNREAD:
                self._end(eio_sid)
        self._forget_the_gone()

    def _forget_the_gone(self) -> None:
        """Forget clients whose connection ended while they were admitted, which the library would keep forever."""
        clients = list(self._clients)
        known = dict(self._manager.get_participants(_NAMESPACE, None))
        for sid in {*clients, *known}:
            session = self._eio.sockets.get(known.get(sid))
            if session is None or session.closed:
                self._manager.disconnect(sid, _NAMESPACE)
                self._left(sid)

    def close(self) -> None:
        """End every connection and admit no more. Clients see a lost connection and reconnect by themselves."""
        if self._closed:
            return
        self._closed = True
        for eio_sid in list(self._eio.sockets):
            self._end(eio_sid)
        self.socketio.server.shutdown()

    def _end(self, eio_sid: str) -> None:
        """End a session without waiting for the client, which may have stopped reading."""
        environ = self.socketio.server.environ.get(eio_sid, {})
        connection = self._under_way.websocket_of(eio_sid)
        if connection is None and "HTTP_UPGRADE" in environ:
            connection = connection_of(environ)
        one = self._eio.sockets.get(eio_sid)
        if one is not None:
            with contextlib.suppress(KeyError):
                one.close(wait=False)
        hang_up(connection)


def _token(auth: object) -> str | None:
    """The `auth.token` of the client; None without one."""
    token = auth.get("token") if isinstance(auth, dict) else None
    return token if isinstance(token, str) else None
