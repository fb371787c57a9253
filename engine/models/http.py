"""Downloads one file with a known size and hash: complete and checked, or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib import request
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

from engine.errors import PosecastError
from engine.files import writing_to_cache

TIMEOUT_S = 30.0
"""Seconds without data after which a connection counts as broken."""
_CHUNK_BYTES = 1 << 16

BytesProgress = Callable[[int, int], Any]
"""progress(bytes received, bytes in all)"""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file on the web, with its expected size and hash."""

    url: str
    size: int
    """Bytes."""
    sha384: str

    @property
    def name(self) -> str:
        return urlsplit(self.url).path.rsplit("/", 1)[-1]

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or self.url


def fetch(remote: RemoteFile, target: Path, progress: BytesProgress, *, timeout: float = TIMEOUT_S) -> None:
    """Download `remote` to `target`, which is deleted if anything goes wrong.

    PosecastError if the server or the connection fails, the disk is full, or the content is different.
    """
    digest, received = hashlib.sha384(), 0
    try:
        with writing_to_cache(target):
            file = target.open("wb", buffering=0)
        with file:
            for chunk in _chunks(remote, timeout):
                with writing_to_cache(target):
                    file.write(chunk)
                digest.update(chunk)
                received += len(chunk)
                progress(received, remote.size)
        if digest.hexdigest() != remote.sha384:
            raise _wrong(remote, "a file with another SHA-384 than the catalogue's")
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _chunks(remote: RemoteFile, timeout: float) -> Iterator[bytes]:
    """The file's bytes as they arrive, `remote.size` in all."""
    received = 0
    query = request.Request(remote.url, headers={"User-Agent": "posecast"})
    try:
        with request.urlopen(query, timeout=timeout) as response:
            if response.status != 200:
                raise _answer(remote, response.status, response.reason)
            if response.length not in (None, remote.size):
                raise _wrong(remote, f"{response.length} bytes long, not {remote.size}")
            while chunk := response.read1(_CHUNK_BYTES):
                received += len(chunk)
                if received > remote.size:
                    raise _wrong(remote, f"more than {remote.size} bytes long")
                yield chunk
    except HTTPError as error:
        error.close()
        raise _answer(remote, error.code, error.reason) from error
    except (OSError, HTTPException) as error:
        raise _broken(remote, received, error) from error
    if received < remote.size:
        raise _broken(remote, received, ConnectionError("the connection was cut"))


def _broken(remote: RemoteFile, received: int, error: Exception) -> PosecastError:
    reason = error.reason if isinstance(error, URLError) else error
    text = "it stopped answering" if isinstance(reason, TimeoutError) else str(reason) or type(reason).__name__
    return PosecastError(
        f"downloading {remote.name} from {remote.host} failed after "
        f"{received / 1e6:.1f} of {remote.size / 1e6:.1f} MB: {text}",
        "check the network, and run it again",
    )


def _answer(remote: RemoteFile, status: int, reason: str) -> PosecastError:
    return PosecastError(
        f"{remote.host} answers {status} {' '.join(reason.split())} for {remote.name}",
        "try again later, or see whether posecast is current",
    )


def _wrong(remote: RemoteFile, what: str) -> PosecastError:
    return PosecastError(
        f"what {remote.host} sent as {remote.name} is {what}, so it was not kept",
        "download it again; if that does not help, try another network",
    )
