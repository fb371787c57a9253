"""Tracks the running requests of each Socket.IO session: at most one poll and one WebSocket.

Both occupy a server thread: a poll until there is something to send, a WebSocket while it is open. The dashboard has
at most one of each; without a limit, one session could take every thread. In: requests, as they begin and end.
"""

from __future__ import annotations

import socket
import threading
from typing import Literal

from webapp.access.tokens import Environ

Kind = Literal["poll", "websocket"]


class UnderWay:
    """The running requests of each session, and their TCP connections. Thread-safe."""

    def __init__(self) -> None:
        self._under_way: dict[tuple[str, Kind], socket.socket | None] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._under_way)

    def begin(self, sid: str, kind: Kind, connection: socket.socket | None) -> bool:
        """Register a request; False if the session already has one of this kind."""
        with self._lock:
            if (sid, kind) in self._under_way:
                return False
            self._under_way[sid, kind] = connection
            return True

    def end(self, sid: str, kind: Kind) -> None:
        with self._lock:
            del self._under_way[sid, kind]

    def websocket_of(self, sid: str) -> socket.socket | None:
        """The TCP connection of the session's WebSocket that has taken over from polls, or is about to."""
        return self._under_way.get((sid, "websocket"))


def kind_of(environ: Environ) -> Kind:
    """The kind of a GET. Removes headers from the environment that Engine.IO would interpret differently."""
    # Compressing every scene for every client costs more than a local network gains.
    environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
    wishes = [wish.strip() for wish in environ.get("HTTP_CONNECTION", "").lower().split(",")]
    if "upgrade" in wishes and environ.get("HTTP_UPGRADE", "").lower() == "websocket":
        return "websocket"
    environ.pop("HTTP_UPGRADE", None)  # an incomplete handshake
    return "poll"
