"""A local web server that misbehaves on request."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

Answer = Callable[[BaseHTTPRequestHandler], None]


class Web:
    """Answers the first requests by `plan`, one each, and serves `content` properly ever after."""

    def __init__(self) -> None:
        self.content = b""
        self.plan: list[Answer] = []
        self.requests: list[tuple[str, dict[str, str]]] = []
        """(path, headers) in the order they came."""
        self.stop_stalling = threading.Event()
        web = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                web.requests.append((self.path, dict(self.headers)))
                (web.plan.pop(0) if web.plan else web.serve)(self)
                self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.scheme = "http"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def encrypt(self, certificate: Path, key: Path) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.scheme = "https"

    def url(self, path: str = "/dir/file.tar.gz") -> str:
        return f"{self.scheme}://127.0.0.1:{self.server.server_port}{path}"

    def close(self) -> None:
        self.stop_stalling.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(10)

    # --- answers ---

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer correctly."""
        self._head(handler)
        handler.wfile.write(self.content)

    def cut(self, length: int) -> Answer:
        """Hang up after `length` bytes of the body."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            self._head(handler)
            handler.wfile.write(self.content[:length])

        return answer

    def stall(self, length: int) -> Answer:
        """Say nothing more after `length` bytes of the body."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            self.cut(length)(handler)
            handler.wfile.flush()
            self.stop_stalling.wait(30)

        return answer

    def redirect(self, target: str, status: int = 302) -> Answer:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            handler.send_header("Location", target)
            handler.send_header("Content-Length", "0")
            handler.end_headers()

        return answer

    def status(self, code: int, headers: dict[str, str] | None = None, body: bytes = b"sorry") -> Answer:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(code)
            for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
                handler.send_header(name, value)
            handler.end_headers()
            handler.wfile.write(body)

        return answer

    def endless(self, handler: BaseHTTPRequestHandler) -> None:
        """A body without a length that is longer than promised elsewhere."""
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.wfile.write(self.content + b"and more")

    def hang_up(self, handler: BaseHTTPRequestHandler) -> None:
        """Not a word."""

    def _head(self, handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(self.content)))
        handler.end_headers()


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = Web()
    yield server
    server.close()
