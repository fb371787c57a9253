"""A reverse proxy that puts a server under a sub-path, as nginx or Caddy would; one request for each connection."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType

_CHUNK = 65536


class SubPath:
    """`url` shows the server of `port` under `/NAME/` while the block runs."""

    def __init__(self, port: int, name: str = "people") -> None:
        self._port, self._prefix = port, f"/{name}"
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.url = f"http://{self.host}{self._prefix}/"
        self._open: list[socket.socket] = []

    def __enter__(self) -> SubPath:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for one in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._open.append(client)
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                chunk = client.recv(_CHUNK)
                if not chunk:
                    return
                head += chunk
            server = socket.create_connection(("127.0.0.1", self._port))
            self._open.append(server)
            server.sendall(self._rewritten(head))
            threading.Thread(target=_pipe, args=(client, server), daemon=True).start()
            _pipe(server, client)

    def _rewritten(self, request: bytes) -> bytes:
        head, _, body = request.partition(b"\r\n\r\n")
        first, *headers = head.decode("latin-1").split("\r\n")
        method, path, version = first.split(" ")
        if not path.startswith(f"{self._prefix}/"):
            path = f"{self._prefix}/outside"  # a page that asks outside of its sub-path finds nothing there
        if not any(header.lower().startswith("upgrade:") for header in headers):
            headers = [*(one for one in headers if not one.lower().startswith("connection:")), "Connection: close"]
        told = [f"X-Forwarded-Host: {self.host}", "X-Forwarded-Proto: http", f"X-Forwarded-Prefix: {self._prefix}"]
        lines = [f"{method} {path.removeprefix(self._prefix)} {version}", *headers, *told, "X-Forwarded-For: 127.0.0.1"]
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def _pipe(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while chunk := source.recv(_CHUNK):
            target.sendall(chunk)
        target.shutdown(socket.SHUT_WR)
