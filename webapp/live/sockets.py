"""The Socket.IO side of the server: who may connect, how things are sent, how connections end.

Server to client only: `scene` (acknowledged), `stats`, `state`, `progress`, `problem`. What is recorded and compared
is part of both `stats` and `state`. A client sends nothing but acknowledgements, so that a view-only visitor has
nothing to misuse.
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
"""Seconds within which a connection must have become a client."""
MAX_UNREAD = 200
"""Messages that a client has not read yet; one that reads has a few, and some dozens while a model is compiled."""
_PATH = "/socket.io/"
_NAMESPACE = "/"


class SocketServer:
    """Flask-SocketIO, and the TCP connections below it. Wraps `app.wsgi_app`: create it before the guard."""

    def __init__(self, app: Flask, tokens: Tokens, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._tokens, self._limit, self._clock = tokens, limit, clock
        self._under_way = UnderWay()
        self._clients: dict[str, str | None] = {}
        """Those who were let in, and their addresses. The library's own list has those, too, who are still asked."""
        self._leave: Callable[[str], None] = lambda sid: None
        self._first_seen: dict[str, float] = {}
        self._closed = False
        self.socketio = SocketIO(
            app,
            async_mode="threading",
            client_manager=Manager(),
            cors_allowed_origins=[],  # the guard has checked the Origin
            json=Json,
            manage_session=False,
            max_http_buffer_size=MAX_MESSAGE,
            ping_interval=10,
            ping_timeout=10,
        )
        self._eio = self.socketio.server.eio
        self._manager = self.socketio.server.manager
        # Engine.IO has no option for the WebSocket it uses.
        self._eio._async = {**self._eio._async, "websocket": WebSocket}

    def on_clients(self, join: Callable[[str], None], leave: Callable[[str], None]) -> None:
        """Have `join(sid)` and `leave(sid)` called as clients come and go."""

        def connect(auth: object = None) -> None:
            sid: str = request.sid  # type: ignore[attr-defined]
            try:
                if request.environ.get(ROLE) is None:
                    self._check(_token(auth), request.remote_addr or "")
                join(sid)
            except Refused:
                raise
            except Exception as error:  # anything else, and the library would keep what it has half let in
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
        """Refuse a client whose `auth.token` is not right; its request carried none."""
        if self._tokens.failures.exceeded(address):
            raise Refused("too many wrong tokens from this address")
        if self._tokens.role_of(token) is None:
            self._tokens.failures.count(address)
            raise Refused("a token is needed")

    def door(self, app: WSGIApplication) -> WSGIApplication:
        """A WSGI middleware that counts sockets, refuses too many, and remembers their TCP connections."""

        def enter(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
            try:
                if environ.get("PATH_INFO", "").startswith(_PATH):
                    return self._answer(app, environ, start_response)
                return app(environ, start_response)
            except (StopIteration, ConnectionError):  # a WebSocket is over: do not leave its client waiting
                hang_up(connection_of(environ))
                raise

        return enter

    def _answer(self, app: WSGIApplication, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """What a session, or somebody who wants to begin one, is told."""
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
        """End the session, if there is one, and refuse."""
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
        with contextlib.suppress(KeyError):  # the library looks twice for what may be gone by then
            return sid in self._clients and bool(self._manager.is_connected(sid, _NAMESPACE))
        return False

    def emit(self, event: str, data: Wire, to: str | None = None) -> None:
        text = dumps(data)
        # The library's own "everybody" includes those who have not shown a token yet.
        for sid in [to] if to is not None else filter(self.ready, list(self._clients)):
            self._send(event, text, sid)

    def emit_scene(self, text: str, to: str, acknowledged: Callable[..., None]) -> None:
        self._send("scene", text, to, acknowledged)

    def _send(self, event: str, text: str, to: str, acknowledged: Callable[..., None] | None = None) -> None:
        with contextlib.suppress(KeyError, SocketIsClosedError):  # who leaves at this moment
            self.socketio.server.emit(event, Encoded(text), to=to, namespace=_NAMESPACE, callback=acknowledged)

    def drop(self, sid: str) -> None:
        eio_sid = self._manager.eio_sid_from_sid(sid, _NAMESPACE)
        if eio_sid is not None:
            self._end(eio_sid)

    def sweep(self) -> None:
        """End connections that did not become clients in time or do not read, and forget those that are over."""
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
        """Those whose connection ended while they were let in, whom the library would keep for good."""
        clients = list(self._clients)
        known = dict(self._manager.get_participants(_NAMESPACE, None))
        for sid in {*clients, *known}:
            session = self._eio.sockets.get(known.get(sid))
            if session is None or session.closed:
                self._manager.disconnect(sid, _NAMESPACE)
                self._left(sid)

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
        connection = self._under_way.websocket_of(eio_sid)
        if connection is None and "HTTP_UPGRADE" in environ:
            connection = connection_of(environ)
        one = self._eio.sockets.get(eio_sid)
        if one is not None:
            with contextlib.suppress(KeyError):
                one.close(wait=False)
        hang_up(connection)


def _token(auth: object) -> str | None:
    """`auth.token` as the client gave it."""
    token = auth.get("token") if isinstance(auth, dict) else None
    return token if isinstance(token, str) else None
