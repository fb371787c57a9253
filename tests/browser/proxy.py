"""A reverse proxy that puts a server under a sub-path, as nginx or Caddy would; one request for each connection."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from types import TracebackType

_CHUNK = 65536


class SubPath(socketserver.ThreadingTCPServer):
    """`url` shows the server of `port` under `/NAME/` while the block runs; no thread and no socket outlives it."""

    def __init__(self, port: int, name: str = "people") -> None:
        super().__init__(("127.0.0.1", 0), _Visit)
        self.port, self.prefix = port, f"/{name}"
        self.host = f"127.0.0.1:{self.server_address[1]}"
        self.url = f"http://{self.host}{self.prefix}/"
        self._visitors: list[socket.socket] = []

    def __enter__(self) -> SubPath:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()
        for visitor in self._visitors:
            _hang_up(visitor)
        self.server_close()  # waits for the threads of all visits

    def verify_request(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> bool:
        assert isinstance(request, socket.socket)
        self._visitors.append(request)
        return True


class _Visit(socketserver.BaseRequestHandler):
    server: SubPath

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                chunk = self.request.recv(_CHUNK)
                if not chunk:
                    return
                head += chunk
            with socket.create_connection(("127.0.0.1", self.server.port)) as upstream:
                upstream.sendall(self._rewritten(head))
                uploads = threading.Thread(target=_pipe, args=(self.request, upstream))
                uploads.start()
                _pipe(upstream, self.request)
                _hang_up(self.request)
                uploads.join()

    def _rewritten(self, request: bytes) -> bytes:
        head, _, body = request.partition(b"\r\n\r\n")
        first, *headers = head.decode("latin-1").split("\r\n")
        method, path, version = first.split(" ")
        prefix = self.server.prefix
        if not path.startswith(f"{prefix}/"):
            path = f"{prefix}/outside"  # a page that asks outside of its sub-path finds nothing there
        if not any(header.lower().startswith("upgrade:") for header in headers):
            headers = [*(one for one in headers if not one.lower().startswith("connection:")), "Connection: close"]
        host = f"X-Forwarded-Host: {self.server.host}"
        told = [host, "X-Forwarded-Proto: http", f"X-Forwarded-Prefix: {prefix}", "X-Forwarded-For: 127.0.0.1"]
        lines = [f"{method} {path.removeprefix(prefix)} {version}", *headers, *told]
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def _pipe(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while chunk := source.recv(_CHUNK):
            target.sendall(chunk)
        target.shutdown(socket.SHUT_WR)


def _hang_up(one: socket.socket) -> None:
    with contextlib.suppress(OSError):  # gone already
        one.shutdown(socket.SHUT_RDWR)
