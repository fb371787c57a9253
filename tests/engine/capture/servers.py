"""A network camera on the loopback interface that does what cameras do: stream, stall, break off, come back."""

from __future__ import annotations

import base64
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2

from tests.engine.capture.clips import numbered

_FRAME_S = 0.02


class MjpegCamera:
    """Sends numbered pictures, counting up modulo 256 over all connections."""

    def __init__(self, port: int = 0, password: str | None = None) -> None:
        self.password = password
        self.stalled = threading.Event()
        """While set, connections stay open and nothing is sent."""
        self.number = 0
        self._gone = threading.Event()
        self._server = _Server(("127.0.0.1", port), partial(_Handler, self))
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/live.mjpg"

    def stop(self) -> None:
        """Break every connection, and refuse new ones."""
        self._gone.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def pictures(self) -> Iterator[bytes]:
        while not self._gone.wait(_FRAME_S):
            if not self.stalled.is_set():
                _, jpeg = cv2.imencode(".jpg", numbered(self.number % 256))
                self.number += 1
                yield jpeg.tobytes()


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    allow_reuse_address = True


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, camera: MjpegCamera, *arguments: object) -> None:
        self._camera = camera
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        if not self._may_enter():
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="camera"')
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=next")
        self.end_headers()
        try:
            for jpeg in self._camera.pictures():
                head = f"--next\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                self.wfile.write(head.encode() + jpeg + b"\r\n")
        except OSError:
            return  # the other side has left

    def log_message(self, *arguments: object) -> None:
        """Silent."""

    def _may_enter(self) -> bool:
        password = self._camera.password
        given = self.headers.get("Authorization", "")
        return password is None or given == "Basic " + base64.b64encode(f"me:{password}".encode()).decode()


@contextmanager
def serving_files(folder: Path) -> Iterator[str]:
    """The address of a plain file server, without ranges."""

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None:
            """Silent."""

    server = _Server(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
