"""The requests that run for each Socket.IO session: at most one poll and one WebSocket.

Both hold a server thread: a poll until there is something to tell, a WebSocket while it lives. Our own client has at
most one of each; without a limit, a single session could take every thread. In: requests, as they begin and end.
"""

from __future__ import annotations

import socket
import threading
from typing import Literal

from webapp.access.tokens import Environ

Kind = Literal["poll", "websocket"]


class UnderWay:
    """Which session has which request running, and over which TCP connection. Any thread may ask."""

    def __init__(self) -> None:
        self._under_way: dict[tuple[str, Kind], socket.socket | None] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._under_way)

    def begin(self, sid: str, kind: Kind, connection: socket.socket | None) -> bool:
        """Note a request that begins; False where the session has one of this kind already."""
        with self._lock:
            if (sid, kind) in self._under_way:
                return False
            self._under_way[sid, kind] = connection
            return True

    def end(self, sid: str, kind: Kind) -> None:
        with self._lock:
            del self._under_way[sid, kind]

    def websocket_of(self, sid: str) -> socket.socket | None:
        """The TCP connection of the session's WebSocket that took over from polls, or is about to."""
        return self._under_way.get((sid, "websocket"))


def kind_of(environ: Environ) -> Kind:
    """What a GET asks for. Nothing is left in the environment that Engine.IO would take for something else."""
    # Compressing every scene for every client costs more than a local network gains.
    environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
    wishes = [wish.strip() for wish in environ.get("HTTP_CONNECTION", "").lower().split(",")]
    if "upgrade" in wishes and environ.get("HTTP_UPGRADE", "").lower() == "websocket":
        return "websocket"
    environ.pop("HTTP_UPGRADE", None)  # only half a greeting
    return "poll"
