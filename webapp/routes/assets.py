"""Delivery of static files and other texts: compressed with gzip, and static files cached by the browser.

The pages request `/static/v-VERSION/…`, where the version changes with any file, so that browsers may cache the files
forever. Modules import each other by relative paths, and so stay within the version of their page. They come bundled, a
few files instead of hundreds, unless a source has changed since they were.
"""

from __future__ import annotations

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, request

_VERSION = "v-"
_FOREVER = "public, max-age=31536000, immutable"
_COMPRESSED = ("application/json", "image/svg+xml", "text/css", "text/html", "text/javascript")
_LEAST_BYTES = 600
"""Shorter answers fit into one packet anyway."""
_LEVEL = 6


def install(app: Flask) -> None:
    """Serve static files under versions too, and compress what is worth it."""

    def static(filename: str) -> Response:
        prefix, _, rest = filename.partition("/")
        versioned = prefix.startswith(_VERSION) and rest != ""
        response = app.send_static_file(rest if versioned else filename)
        if versioned:
            response.headers["Cache-Control"] = _FOREVER
        return response

    app.view_functions["static"] = static
    app.after_request(_compress)


def code_folder(app: Flask) -> str:
    """Where the pages' scripts and style sheets are: `static/v-VERSION`, or `bundled` below it."""
    folder, version = Path(app.static_folder or ""), static_version(app)
    return f"static/{version}/bundled" if _is_bundled(folder, version) else f"static/{version}"


@lru_cache(maxsize=1)
def _is_bundled(folder: Path, version: str) -> bool:
    """Whether webapp/bundle/bundle.mjs has bundled these very sources, `version` of them."""
    made_from = folder / "bundled" / "sources.sha256"
    if not made_from.is_file():
        return False
    sources = [*(folder / "js").rglob("*.js"), *(folder / "css").rglob("*.css")]
    digest = hashlib.sha256()
    for name, path in sorted((path.relative_to(folder).as_posix(), path) for path in sources):
        digest.update(f"{name}\n".encode() + path.read_bytes())
    return made_from.read_text(encoding="ascii") == digest.hexdigest()


def static_version(app: Flask) -> str:
    """A version that changes with any static file, computed quickly from names, times and sizes."""
    folder = Path(app.static_folder or "")
    found = sorted((str(path), path.stat()) for path in folder.rglob("*") if path.is_file())
    text = "\n".join(f"{name} {info.st_mtime_ns} {info.st_size}" for name, info in found)
    return _VERSION + hashlib.sha256(text.encode()).hexdigest()[:12]


def _compress(response: Response) -> Response:
    if response.mimetype not in _COMPRESSED or response.status_code != 200 or request.method == "HEAD":
        return response
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"] <= 0 or (response.content_length or 0) < _LEAST_BYTES:
        return response
    response.direct_passthrough = False
    data = response.get_data()
    response.set_data(_zipped(data) if request.endpoint == "static" else gzip.compress(data, _LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    etag, _ = response.get_etag()
    if etag is not None:
        response.set_etag(etag, weak=True)  # the same file, not the same bytes
    return response


@lru_cache(maxsize=128)
def _zipped(data: bytes) -> bytes:
    return gzip.compress(data, 9, mtime=0)
