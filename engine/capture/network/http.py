"""One HTTP response: handles redirects, passwords and compression, not the content."""

from __future__ import annotations

import http.client
import ssl
import urllib.error
import urllib.request
import zlib
from types import TracebackType
from typing import Any

from engine.capture.address import Address

_AGENT = "Posecast"
_CHUNK = 1 << 16
_ANY_COMPRESSION = zlib.MAX_WBITS | 32
"""`wbits` for zlib: detect gzip or zlib by the header."""


class Answer:
    """A server's response, for one thread. Raises OSError, for example TimeoutError, if the connection breaks."""

    def __init__(self, address: Address, open_s: float, read_s: float) -> None:
        """Raises urllib.error.HTTPError for a refusal, OSError or http.client.HTTPException if there is no answer."""
        sockets: list[Any] = []
        self._response = _opener(address, sockets).open(address.url, timeout=open_s)
        sockets[-1].settimeout(read_s)
        headers = self._response.headers
        self.kind = str(headers.get_content_type()) if "Content-Type" in headers else ""
        """The media type in lower case; empty if none is given."""
        self.length = _number(headers.get("Content-Length"))
        self.has_ranges = "bytes" in headers.get("Accept-Ranges", "").lower()
        """Whether the server supports range requests."""
        packed = headers.get("Content-Encoding", "").lower() in ("gzip", "x-gzip", "deflate")
        self._unpack = zlib.decompressobj(_ANY_COMPRESSION) if packed else None
        self._ahead = b""

    def peek(self, count: int) -> bytes:
        """The first `count` bytes, fewer at the end; `read` gives them again."""
        while len(self._ahead) < count and (more := self._receive(_CHUNK)):
            self._ahead += more
        return self._ahead[:count]

    def read(self, count: int = _CHUNK) -> bytes:
        """The bytes received so far, `count` at most; empty at the end."""
        if not self._ahead:
            self._ahead = self._receive(count)
        part, self._ahead = self._ahead[:count], self._ahead[count:]
        return part

    def close(self) -> None:
        self._response.close()

    def __enter__(self) -> Answer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _receive(self, count: int) -> bytes:
        while True:
            try:
                part: bytes = self._response.read1(count)
            except (http.client.HTTPException, ValueError) as error:  # for example a length that is not a number
                raise ConnectionError(f"the answer breaks off: {error}") from error
            if not part or self._unpack is None:
                return part
            if unpacked := self._unpacked(part):
                return unpacked

    def _unpacked(self, part: bytes) -> bytes:
        """`part`, decompressed; some servers compress each piece separately."""
        unpacked = b""
        try:
            while part and self._unpack is not None:
                unpacked += self._unpack.decompress(part)
                part = self._unpack.unused_data
                if self._unpack.eof:
                    self._unpack = zlib.decompressobj(_ANY_COMPRESSION)
        except zlib.error as error:
            raise ConnectionError("its compression is damaged") from error
        return unpacked


def _opener(address: Address, sockets: list[Any]) -> urllib.request.OpenerDirector:
    """An opener that appends its sockets to `sockets` and speaks only HTTP, wherever redirects lead."""
    passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    if address.user is not None:
        passwords.add_password(None, f"{address.scheme}://{address.host}/", address.user, address.password or "")
    opener = urllib.request.OpenerDirector()
    opener.addheaders = [("User-Agent", _AGENT), ("Accept", "*/*")]
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.HTTPDigestAuthHandler(passwords),
        urllib.request.HTTPBasicAuthHandler(passwords),
        _plain(_noting(http.client.HTTPConnection, sockets)),
        _encrypted(_noting(http.client.HTTPSConnection, sockets)),
    ):
        opener.add_handler(handler)
    return opener


def _noting(kind: Any, sockets: list[Any]) -> Any:
    class Connection(kind):  # type: ignore[misc]
        def connect(self) -> None:
            super().connect()
            sockets.append(self.sock)

    return Connection


def _plain(connection: Any) -> urllib.request.HTTPHandler:
    class Handler(urllib.request.HTTPHandler):
        def http_open(self, request: Any) -> Any:
            return self.do_open(connection, request)

    return Handler()


def _encrypted(connection: Any) -> urllib.request.HTTPSHandler:
    class Handler(urllib.request.HTTPSHandler):
        def https_open(self, request: Any) -> Any:
            return self.do_open(connection, request, context=_any_certificate())

    return Handler()


def _any_certificate() -> ssl.SSLContext:
    """A context that accepts self-signed certificates, which most cameras have."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.strip().isdecimal() else None
