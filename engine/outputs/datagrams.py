"""UDP to one target, and what the system tells about it: mostly nothing, but an own port that nobody listens on."""

from __future__ import annotations

import errno
import socket

from engine.errors import PosecastError, reason

LARGEST = 65507
"""Bytes of the payload of a UDP datagram over IPv4."""
_SEND_S, _NEWS_S = 2.0, 0.2
_BUFFER = 1 << 18
"""Send buffer in bytes: some systems permit no datagram larger than it."""


class Datagrams:
    """A connected UDP socket. PosecastError for a target that cannot be found or reached."""

    def __init__(self, host: str, port: int) -> None:
        self._place = f"{host}:{port}"
        try:
            family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
        except OSError as error:
            raise PosecastError(f"there is no host {host!r}", "check its name, or give its number") from error
        self._socket = socket.socket(family, kind, protocol)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            self._socket.settimeout(_SEND_S)
            self._socket.connect(place)
        except OSError as error:
            self._socket.close()
            raise self._unreachable(error) from error

    def send(self, data: bytes) -> None:
        try:
            self._socket.send(data)
        except OSError as error:
            raise self._unreachable(error) from error

    def confirm(self) -> None:
        """Wait briefly for the system's news that nobody listens, which only a near target's system sends."""
        self._socket.settimeout(_NEWS_S)
        try:
            self._socket.recv(1)
        except TimeoutError:
            pass
        except OSError as error:
            raise self._unreachable(error) from error
        finally:
            self._socket.settimeout(_SEND_S)

    def close(self) -> None:
        self._socket.close()

    def _unreachable(self, error: OSError) -> PosecastError:
        if error.errno == errno.ECONNREFUSED:
            return PosecastError(f"nothing listens at {self._place}", "start the receiver, or correct the port")
        if error.errno == errno.EMSGSIZE:
            return PosecastError(
                f"a message is larger than the network to {self._place} takes", "choose a smaller size"
            )
        return PosecastError(f"{self._place} cannot be reached: {reason(error)}", "check the address and the network")
