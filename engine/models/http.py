"""Fetches one file, known by size and hash, over HTTP: continued where it stopped, checked before anyone uses it.

The bytes gather in a `.part` file. A broken connection leaves it for the next try; content that is not the expected
one is deleted. Nothing the server says is trusted beyond what size and hash confirm.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage, HTTPResponse
from pathlib import Path
from typing import IO, Any
from urllib import request
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

from engine.errors import PosecastError
from engine.files import writing_to_cache

TIMEOUT_S = 30.0
"""A connection that is silent for longer counts as broken."""
_TRIES = 10
"""Connections in one run, as long as each brings something."""
_CHUNK_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file somewhere on the web, and how to tell that it is the right one."""

    url: str
    size: int
    """Bytes."""
    sha384: str

    @property
    def name(self) -> str:
        return urlsplit(self.url).path.rsplit("/", 1)[-1]


BytesProgress = Callable[[int, int], Any]
"""progress(bytes there, bytes in all)"""


def fetch(remote: RemoteFile, part: Path, progress: BytesProgress, *, timeout: float = TIMEOUT_S) -> None:
    """Make `part` hold the whole, checked file, beginning with what it holds already.

    PosecastError where the server or the connection fails (`part` is kept for another run), or where the content is
    not the expected one (`part` is deleted).
    """
    for _ in range(_TRIES):
        held = _length(part)
        if held == remote.size:
            return _check(remote, part)
        try:
            _Transfer(remote, part, progress, timeout).run()
        except (OSError, HTTPException) as error:
            if _length(part) <= held:
                raise _broken(remote, part, error) from error
    if _length(part) != remote.size:
        raise _broken(remote, part, ConnectionError("the connection broke again and again"))
    return _check(remote, part)


def discard(part: Path) -> None:
    """Delete `part` and what is known about it."""
    part.unlink(missing_ok=True)
    _etag_file(part).unlink(missing_ok=True)


class _Transfer:
    """One connection, or two where the server cannot continue the file and it begins anew."""

    def __init__(self, remote: RemoteFile, part: Path, progress: BytesProgress, timeout: float) -> None:
        self._remote, self._part, self._progress, self._timeout = remote, part, progress, timeout

    def run(self) -> None:
        """Append to `part` until it is whole; OSError or HTTPException where the connection breaks before."""
        if _length(self._part) > self._remote.size:
            discard(self._part)
        held = _length(self._part)
        try:
            response = self._open(held)
        except HTTPError as error:
            error.close()
            if error.code == 416 and held:
                return self._run_anew()
            raise _answer(self._remote, error.code, error.reason) from error
        with response:
            if response.status == 200:
                if response.length not in (None, self._remote.size):
                    raise _wrong(self._remote, f"{response.length} bytes long, not {self._remote.size}")
                return self._receive(response, 0)
            if response.status == 206 and held:
                return self._receive(response, held) if self._continues(response, held) else self._run_anew()
        raise _answer(self._remote, response.status, response.reason)

    def _run_anew(self) -> None:
        discard(self._part)
        self.run()

    def _open(self, held: int) -> HTTPResponse:
        query = request.Request(self._remote.url, headers={"User-Agent": "posecast", "Accept-Encoding": "identity"})
        if held:
            query.add_header("Range", f"bytes={held}-")
            etag = _etag_file(self._part)
            if etag.exists():
                query.add_header("If-Range", etag.read_text(encoding="ascii"))
        response: HTTPResponse = _opener().open(query, timeout=self._timeout)
        return response

    def _continues(self, response: HTTPResponse, held: int) -> bool:
        """Whether a 206 is the rest of the very file that `part` is the beginning of."""
        etag = _etag_file(self._part)
        if etag.exists() and _strong_etag(response.headers) != etag.read_text(encoding="ascii"):
            return False
        found = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", ""))
        return found is not None and int(found[1]) == held and found[2] in ("*", str(self._remote.size))

    def _receive(self, response: HTTPResponse, done: int) -> None:
        with writing_to_cache(self._part):
            file = self._part.open("ab" if done else "wb")
            if not done:
                _remember_etag(self._part, response.headers)
        with file:
            while chunk := response.read1(_CHUNK_BYTES):
                done += len(chunk)
                if done > self._remote.size:
                    discard(self._part)
                    raise _wrong(self._remote, f"more than {self._remote.size} bytes long")
                with writing_to_cache(self._part):
                    file.write(chunk)
                    file.flush()
                self._progress(done, self._remote.size)
        if done < self._remote.size:
            raise ConnectionError("the connection was cut")


class _CarefulRedirects(request.HTTPRedirectHandler):
    """Follows few redirects, none of them to a place less safe."""

    max_redirections = 5

    def redirect_request(
        self, req: request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> request.Request | None:
        allowed = ("https",) if req.type == "https" else ("http", "https")
        if urlsplit(newurl).scheme not in allowed:
            fp.close()
            raise PosecastError(
                f"{_host(req.full_url)} redirects from {req.type} to {urlsplit(newurl).scheme}, which is refused",
                "somebody may be meddling with the connection: try another network",
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener() -> request.OpenerDirector:
    """HTTP and HTTPS by the proxies of the environment, nothing else: no file:, ftp: or data: addresses."""
    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler(),
        request.UnknownHandler(),
        request.HTTPHandler(),
        request.HTTPSHandler(),
        request.HTTPDefaultErrorHandler(),
        request.HTTPErrorProcessor(),
        _CarefulRedirects(),
    ):
        opener.add_handler(handler)
    return opener


def _check(remote: RemoteFile, part: Path) -> None:
    digest = hashlib.sha384()
    with part.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    if digest.hexdigest() != remote.sha384:
        discard(part)
        raise _wrong(remote, "of another SHA-384 than the catalogue's")


def _length(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _etag_file(part: Path) -> Path:
    """Names the version of the remote file that `part` is the beginning of."""
    return part.with_name(f"{part.name}.etag")


def _remember_etag(part: Path, headers: HTTPMessage) -> None:
    etag = _strong_etag(headers)
    if etag is None:
        _etag_file(part).unlink(missing_ok=True)
    else:
        _etag_file(part).write_text(etag, encoding="ascii")


def _strong_etag(headers: HTTPMessage) -> str | None:
    """Weak ones (W/"...") do not promise the same bytes."""
    etag = headers.get("ETag", "")
    return etag if re.fullmatch(r'"[\x21\x23-\x7e]{1,200}"', etag) else None


def _host(url: str) -> str:
    return urlsplit(url).hostname or url


def _broken(remote: RemoteFile, part: Path, error: Exception) -> PosecastError:
    reason = error.reason if isinstance(error, URLError) else error
    text = "it stopped answering" if isinstance(reason, TimeoutError) else str(reason) or type(reason).__name__
    return PosecastError(
        f"downloading {remote.name} from {_host(remote.url)} failed after "
        f"{_length(part) / 1e6:.1f} of {remote.size / 1e6:.1f} MB: {text}",
        "run it again to go on from there",
    )


def _answer(remote: RemoteFile, status: int, reason: str) -> PosecastError:
    return PosecastError(
        f"{_host(remote.url)} answers {status} {' '.join(reason.split())} for {remote.name}",
        "try again later, or see whether posecast is current",
    )


def _wrong(remote: RemoteFile, what: str) -> PosecastError:
    return PosecastError(
        f"what {_host(remote.url)} sent as {remote.name} is {what}, so it was not kept",
        "download it again; if that does not help, try another network",
    )
