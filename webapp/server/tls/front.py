"""Ends TLS in front of the application: takes connections from the network, and passes what they say on in the clear.

In: a listening TCP socket, and the path of the Unix socket on which the application listens. The application reads raw
sockets (to see that a viewer has left, to hang up while another thread writes), which an encrypted one does not allow.
Each connection begins with a line of the PROXY protocol, version 1, which says from whom it is. A browser that speaks
http is sent to https. One thread with an event loop; a slow client holds back nobody but itself.
"""

from __future__ import annotations

import asyncio
import logging
import re
import socket
import ssl
import threading
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

log = logging.getLogger(__name__)

_PIECE = 32 * 1024
"""Bytes read at once, and that wait for a slow client: more would be pictures that are late."""
_HANDSHAKE_WITHIN = 10.0
_FIRST_BYTE_WITHIN = 20.0
_CLOSE_WITHIN = 2.0
_SHORT_PAUSE_S = 0.2
_TLS_HANDSHAKE = 0x16
_LONGEST_HEAD = 8192
_REQUEST = re.compile(rb"[A-Z]+ (/[!-~]*) HTTP/1\.[01]\r\n")
_HOST = re.compile(rb"\r\n[Hh][Oo][Ss][Tt]:[ \t]*([A-Za-z0-9_.:\[\]-]+)[ \t]*\r\n")


class Front:
    """Serves from `start` to `stop`."""

    def __init__(self, listener: socket.socket, inner: str, context: ssl.SSLContext) -> None:
        self._listener, self._inner, self._context = listener, inner, context
        self._loop = asyncio.new_event_loop()
        # Faults of a connection that has ended, which asyncio notices on its own account.
        self._loop.set_exception_handler(lambda _, fault: log.debug("connection: %s", fault["message"]))
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._run, name="posecast-tls", daemon=True)

    def start(self) -> None:
        self._listener.setblocking(False)
        self._thread.start()

    def stop(self) -> None:
        """Close every connection; returns when the thread has ended."""
        with suppress(RuntimeError):  # it has ended already
            self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_CLOSE_WITHIN + 1)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._spawn(self._accept())
        try:
            self._loop.run_forever()
            self._listener.close()
            for task in self._tasks:
                task.cancel()
            self._loop.run_until_complete(asyncio.wait(self._tasks, timeout=_CLOSE_WITHIN))
        finally:
            self._loop.close()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _accept(self) -> None:
        while True:
            try:
                connection, address = await self._loop.sock_accept(self._listener)
            except OSError as error:
                log.warning("a connection could not be accepted: %s", error)
                await asyncio.sleep(_SHORT_PAUSE_S)
                continue
            connection.setblocking(False)
            self._spawn(self._serve(connection, address[:2]))

    async def _serve(self, connection: socket.socket, address: tuple[str, int]) -> None:
        """One connection, whatever it says; no fault of it is an error of ours."""
        try:
            first = await asyncio.wait_for(self._first_byte(connection), _FIRST_BYTE_WITHIN)
            if first == _TLS_HANDSHAKE:
                await self._pass_on(connection, (address[0].partition("%")[0], address[1]))
            elif first is not None:
                await asyncio.wait_for(self._send_to_https(connection), _HANDSHAKE_WITHIN)
        except (OSError, TimeoutError, asyncio.TimeoutError) as error:  # ssl.SSLError is an OSError
            log.debug("a connection from %s ended: %s", address[0], error)
        finally:
            connection.close()

    async def _first_byte(self, connection: socket.socket) -> int | None:
        """Looked at, and left for whoever reads next; None if the client left without a word."""
        arrived = asyncio.Event()
        self._loop.add_reader(connection, arrived.set)
        try:
            await arrived.wait()
        finally:
            self._loop.remove_reader(connection)
        first = connection.recv(1, socket.MSG_PEEK)
        return first[0] if first else None

    async def _pass_on(self, connection: socket.socket, address: tuple[str, int]) -> None:
        _send_soon(connection)
        here = connection.getsockname()
        outer = asyncio.StreamReader(limit=_PIECE)
        protocol = asyncio.StreamReaderProtocol(outer)
        transport, _ = await self._loop.connect_accepted_socket(
            lambda: protocol,
            connection,
            ssl=self._context,
            ssl_handshake_timeout=_HANDSHAKE_WITHIN,
        )
        client = asyncio.StreamWriter(transport, protocol, outer, self._loop)
        try:
            inner, application = await asyncio.open_unix_connection(self._inner, limit=_PIECE)
        except OSError:
            transport.abort()
            raise
        family = "TCP6" if ":" in address[0] else "TCP4"
        application.write(f"PROXY {family} {address[0]} {here[0]} {address[1]} {here[1]}\r\n".encode())
        directions = [
            asyncio.ensure_future(_copy(outer, application)),
            asyncio.ensure_future(_copy(inner, client)),
        ]
        try:
            await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for direction in directions:
                direction.cancel()
            application.transport.abort()
            client.close()  # sends what waits
            with suppress(OSError, TimeoutError, asyncio.TimeoutError):
                await asyncio.wait_for(client.wait_closed(), _CLOSE_WITHIN)
            transport.abort()

    async def _send_to_https(self, connection: socket.socket) -> None:
        """Answer a request that came as http."""
        head = b""
        while b"\r\n\r\n" not in head and len(head) < _LONGEST_HEAD:
            piece = await self._loop.sock_recv(connection, _LONGEST_HEAD - len(head))
            if not piece:
                return
            head += piece
        path, host = _REQUEST.match(head), _HOST.search(head)
        if path is None or host is None:
            answer = b"HTTP/1.1 400 Bad Request\r\n"
        else:
            answer = b"HTTP/1.1 307 Temporary Redirect\r\nLocation: https://%s%s\r\n" % (host[1], path[1])
        await self._loop.sock_sendall(connection, answer + b"Content-Length: 0\r\nConnection: close\r\n\r\n")


def _send_soon(connection: socket.socket) -> None:
    """What waits to be sent waits here, where it can be seen, and not in the system's buffers."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if hasattr(socket, "TCP_NOTSENT_LOWAT"):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _PIECE)


async def _copy(source: asyncio.StreamReader, into: asyncio.StreamWriter) -> None:
    into.transport.set_write_buffer_limits(high=_PIECE)
    with suppress(OSError):
        while piece := await source.read(_PIECE):
            into.write(piece)
            await into.drain()
