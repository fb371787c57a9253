"""Live scenes of a running `posecast serve`, over Socket.IO."""

from __future__ import annotations

import contextlib
import itertools
import logging
import time
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any
from urllib.parse import parse_qs, urlsplit

from engine.errors import PosecastError
from engine.slot import Slot
from engine.wire import Scene, Wire, parse_scene

log = logging.getLogger("posecast")

_NEEDED = ("socketio", "requests", "websocket")
_RETRY_S = (0.5, 1.0, 2.0, 5.0)
"""Seconds between two attempts to connect again; the last one from then on."""
_LOOK_UP_S = 0.2
"""Seconds between two looks whether the connection still stands while no scene comes."""
_CONNECT_S = 10.0


def connect(url: str, token: str | None = None) -> Iterator[Scene]:
    """The scenes of the server at `url` as they are made, without end.

    A loop that is slower than the server skips scenes: it gets the newest each time and delays nobody else. `url` may
    be one of the links that the server prints, token and all; either token will do, the operator's or the viewers'.

    The connection is made when the first scene is asked for. PosecastError where that fails, and where the server
    does not accept the token. A connection that is lost later is made again, however long that takes.
    """
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise PosecastError("posecast.connect needs a Socket.IO client", "pip install 'posecast[client]'")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise PosecastError(f"{url!r:.80} is not the address of a server", "give one like http://192.168.1.5:8000")
    token = token or next(iter(parse_qs(parts.query).get("token", [])), None)
    return _scenes(_Server(f"{parts.scheme}://{parts.netloc}", parts.path, token))


def _scenes(server: _Server) -> Iterator[Scene]:
    with contextlib.closing(server):
        server.open()
        version = 0
        while True:
            newer = server.scenes.wait_newer(version, _LOOK_UP_S)
            if newer is not None:
                version, wire = newer
                yield parse_scene(wire)
            elif not server.connected:
                server.open_again()


class _Server:
    """One connection at a time, and the newest scene that came over it."""

    def __init__(self, address: str, path: str, token: str | None) -> None:
        self.scenes: Slot[Wire] = Slot()
        self._address, self._token = address, token
        self._path = f"{path.strip('/')}/socket.io".lstrip("/")
        self._client: Any = None
        self._said: str | None = None
        """Why the server let nobody in, in its own words; None where none answered."""
        self._refused = False
        """Whether that was for the token."""

    @property
    def connected(self) -> bool:
        return self._client is not None and bool(self._client.connected)

    def open(self) -> None:
        """Connect; PosecastError where that fails."""
        import socketio

        self.close()
        self._said, self._refused = None, False
        # handle_sigint: Ctrl-C stays the caller's.
        self._client = socketio.Client(reconnection=False, handle_sigint=False)
        self._client.on("scene", self.scenes.put)  # returning acknowledges it: the server then sends the newest
        self._client.on("connect_error", self._hear)
        auth = {"token": self._token}
        try:
            self._client.connect(self._address, auth=auth, socketio_path=self._path, wait_timeout=_CONNECT_S)
        except socketio.exceptions.ConnectionError as error:
            raise self._problem() from error

    def open_again(self) -> None:
        """Connect, as often as it takes; PosecastError where the server does not accept the token any more."""
        log.warning("the connection to %s is lost; connecting again", self._address)
        for attempt in itertools.count():
            with contextlib.suppress(PosecastError):
                self.open()
            if self.connected:
                return
            if self._refused:
                raise self._problem()
            time.sleep(_RETRY_S[min(attempt, len(_RETRY_S) - 1)])

    def close(self) -> None:
        if self._client is not None:
            self._client.disconnect()

    def _hear(self, answer: object = None) -> None:
        """Socket.IO's own refusals have a `message`, answers over HTTP an `error`."""
        if isinstance(answer, dict):
            self._refused = "message" in answer
            self._said = str(answer.get("message") or answer.get("error") or "no")

    def _problem(self) -> PosecastError:
        if self._said is None:
            hint = "check the address, and that `posecast serve` runs there"
            return PosecastError(f"no Posecast server answers at {self._address}", hint)
        return PosecastError(
            f"{self._address} refuses the connection: {self._said}", "check the token" if self._refused else "try later"
        )
