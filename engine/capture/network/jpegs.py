"""Finds JPEG pictures in a stream of bytes by their own structure, whatever stands between them.

Boundaries, types and lengths that cameras send are often wrong, so browsers and players do not rely on them either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MOST_BYTES = 1 << 26
"""Maximum size of one picture: 64 MiB."""

_START = b"\xff\xd8\xff"
_SCAN = b"\xff\xda"
_END, _BEGIN = 0xD9, 0xD8
_ALONE = (0x01, *range(0xD0, 0xD8))
"""Markers without a segment."""
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""A marker in entropy-coded data that is neither a stuffed byte nor a restart."""


class JpegFinder:
    def __init__(self) -> None:
        self._bytes = bytearray()
        self._at = 0
        """Position at which to look for the next marker; 0 outside a picture."""

    def feed(self, more: bytes) -> Iterator[bytes]:
        """The pictures that are complete now. One without an end marker is complete when the next one begins."""
        self._bytes += more
        while self._begin():
            end = self._end()
            if end is None:
                if len(self._bytes) > MOST_BYTES:
                    self._drop(len(self._bytes))
                return
            picture = bytes(self._bytes[:end])
            self._drop(end)
            if _SCAN in picture:
                yield picture

    def _begin(self) -> bool:
        """Whether a picture has begun; bytes before it are dropped."""
        if self._at == 0:
            start = self._bytes.find(_START)
            if start < 0:
                del self._bytes[: -len(_START) + 1]
                return False
            del self._bytes[:start]
            self._at = 2
        return True

    def _end(self) -> int | None:
        """Where the picture ends; None where more bytes are needed."""
        while self._find_marker():
            kind = self._bytes[self._at + 1]
            if kind == _END:
                return self._at + 2
            if kind == _BEGIN:
                return self._at
            if kind in _ALONE:
                self._at += 2
                continue
            end = self._at + 2 + int.from_bytes(self._bytes[self._at + 2 : self._at + 4], "big")
            if len(self._bytes) < max(end, self._at + 4):
                return None
            self._at = end
        return None

    def _find_marker(self) -> bool:
        """Advance to the next marker; in a valid picture, only fill bytes separate segments."""
        found = _MARKER.search(self._bytes, self._at)
        if found is None:
            self._at = max(self._at, len(self._bytes) - 1)
            return False
        self._at = found.start()
        return True

    def _drop(self, count: int) -> None:
        del self._bytes[:count]
        self._at = 0
