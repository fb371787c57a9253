"""A camera over HTTP that answers as cameras really do: each path is one way to get something wrong."""

from __future__ import annotations

import gzip
import hashlib
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2

from tests.engine.capture.clips import numbered

_FRAME_S = 0.02
_PASSWORD = "p@s#w/rd"


class OddCamera:
    def __init__(self) -> None:
        self.gone = threading.Event()
        self.requests: list[str] = []
        self.connections = 0


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, camera: OddCamera, *arguments: object) -> None:
        self._camera = camera
        super().__init__(*arguments)  # type: ignore[arg-type]

    def log_message(self, *arguments: object) -> None:
        """Silent."""

    def do_GET(self) -> None:
        path = self.path.strip("/")
        self._camera.requests.append(path)
        try:
            self._answer(path)
        except OSError:
            return  # the other side has left

    def _answer(self, path: str) -> None:
        if path in _STREAMS:
            kind, head, tail = _STREAMS[path]
            self._begin(kind)
            self._stream(lambda jpeg: head.replace(b"LENGTH", b"%d" % len(jpeg)) + jpeg + tail)
        else:
            getattr(self, f"_{path}")()

    def _begin(self, kind: str, **headers: str) -> None:
        self.send_response(200)
        if kind:
            self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def _stream(self, part: Callable[[bytes], bytes]) -> None:
        for jpeg in self._pictures():
            self.wfile.write(part(jpeg))

    def _pictures(self) -> Iterator[bytes]:
        number = 0
        while not self._camera.gone.wait(_FRAME_S):
            yield _jpeg(number)
            number = (number + 1) % 256

    def _without_end(self) -> None:
        """Pictures lack their last two bytes."""
        self._begin("multipart/x-mixed-replace; boundary=b")
        self._stream(lambda jpeg: b"--b\r\nContent-Type: image/jpeg\r\n\r\n" + jpeg[:-2] + b"\r\n")

    def _zipped(self) -> None:
        self._begin("multipart/x-mixed-replace; boundary=b", Content_Encoding="gzip")
        self._stream(lambda jpeg: gzip.compress(b"--b\r\n\r\n" + jpeg + b"\r\n") if jpeg else b"")

    def _snap(self) -> None:
        jpeg = _jpeg(self._camera.requests.count("snap") % 256)
        self._begin("image/jpeg", Content_Length=str(len(jpeg)))
        self.wfile.write(jpeg)

    def _snap_without_length(self) -> None:
        self._begin("image/jpeg")
        self.wfile.write(_jpeg(7))

    def _snap_held_open(self) -> None:
        self._begin("image/jpeg")
        self.wfile.write(_jpeg(7))
        self._camera.gone.wait(5)

    def _snap_png(self) -> None:
        png = cv2.imencode(".png", numbered(7))[1].tobytes()
        self._begin("", Content_Length=str(len(png)))
        self.wfile.write(png)

    def _snap_busy(self) -> None:
        if self._camera.requests.count("snap_busy") % 2 == 0:
            self.send_error(503)
            return
        self._snap_without_length()

    def _page(self) -> None:
        self._begin("text/html")
        self.wfile.write(b"<html><body>a camera's page</body></html>")

    def _moved(self) -> None:
        self.send_response(302)
        self.send_header("Location", "/plain")
        self.end_headers()

    def _digest(self) -> None:
        given = dict(re.findall(r'(\w+)="?([^",]+)', self.headers.get("Authorization", "")))
        if _digest_of(given) != given.get("response", "none"):
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Digest realm="cam", nonce="n", qop="auth"')
            self.end_headers()
            return
        self._answer("plain")


def _jpeg(number: int) -> bytes:
    return cv2.imencode(".jpg", numbered(number))[1].tobytes()


def _digest_of(given: dict[str, str]) -> str:
    """RFC 7616, MD5."""

    def md5(*parts: str) -> str:
        return hashlib.md5(":".join(parts).encode()).hexdigest()

    counted = [given.get(name, "") for name in ("nonce", "nc", "cnonce", "qop")]
    return md5(md5("me", "cam", _PASSWORD), *counted, md5("GET", "/digest"))


_MIXED = "multipart/x-mixed-replace"
_STREAMS: dict[str, tuple[str, bytes, bytes]] = {
    "plain": (f"{_MIXED}; boundary=b", b"--b\r\nContent-Type: image/jpeg\r\nContent-Length: LENGTH\r\n\r\n", b"\r\n"),
    "jpg": (f"{_MIXED};boundary=b", b"--b\r\nContent-Type: image/jpg\r\nContent-Length: LENGTH\r\n\r\n", b"\r\n"),
    "no_type": (f"{_MIXED}; boundary=b", b"--b\r\nContent-Length: LENGTH\r\n\r\n", b"\r\n"),
    "no_headers": (f"{_MIXED}; boundary=b", b"--b\r\n\r\n", b"\r\n"),
    "no_first": (
        f"{_MIXED}; boundary=b",
        b"Content-Type: image/jpeg\r\nContent-Length: LENGTH\r\n\r\n",
        b"\r\n--b\r\n",
    ),
    "short": (f"{_MIXED}; boundary=b", b"--b\r\nContent-Type: image/jpeg\r\nContent-Length: 50\r\n\r\n", b"\r\n"),
    "long": (f"{_MIXED}; boundary=b", b"--b\r\nContent-Type: image/jpeg\r\nContent-Length: 9999999\r\n\r\n", b"\r\n"),
    "quoted": (f'{_MIXED}; boundary="b"', b"--b\r\nContent-Type: image/jpeg\r\n\r\n", b"\r\n"),
    "dashed": (f"{_MIXED}; boundary=--b", b"--b\r\nContent-Type: image/jpeg\r\n\r\n", b"\r\n"),
    "wrong_boundary": (f"{_MIXED}; boundary=other", b"--b\r\nContent-Type: image/jpeg\r\n\r\n", b"\r\n"),
    "no_boundary": (_MIXED, b"--b\r\nContent-Type: image/jpeg\r\n\r\n", b"\r\n"),
    "preamble": (f"{_MIXED}; boundary=b", b"hello\r\nworld\r\n--b\r\nContent-Type: image/jpeg\r\n\r\n", b"\r\n"),
    "line_feeds": (f"{_MIXED}; boundary=b", b"--b\nContent-Type: image/jpeg\n\n", b"\n"),
    "capitals": ("MULTIPART/X-MIXED-REPLACE; BOUNDARY=b", b"--b\r\nCONTENT-TYPE: IMAGE/JPEG\r\n\r\n", b"\r\n"),
    "mixed": ("multipart/mixed; boundary=b", b"--b\r\nContent-Type: image/jpeg\r\n\r\n", b"\r\n"),
    "bytes": ("application/octet-stream", b"--b\r\nContent-Type: image/jpeg\r\n\r\n", b"\r\n"),
    "untyped": ("", b"--b\r\nContent-Type: image/jpeg\r\n\r\n", b"\r\n"),
    "joined": ("image/jpeg", b"", b""),
    "joined_untyped": ("", b"", b""),
}
"""(media type, what stands before each picture, and after it)."""
STREAMS = (*_STREAMS, "without_end", "zipped", "moved")
SNAPSHOTS = ("snap", "snap_without_length", "snap_held_open", "snap_png", "snap_busy")


@contextmanager
def odd_camera() -> Iterator[tuple[OddCamera, str]]:
    """(the camera, its address without a path)."""
    camera = OddCamera()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, camera))
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield camera, f"127.0.0.1:{server.server_address[1]}"
    finally:
        camera.gone.set()
        server.shutdown()
        thread.join()
        server.server_close()
