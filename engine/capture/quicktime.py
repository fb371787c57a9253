"""Metadata of single tracks in QuickTime and MP4 files, where phones tell the lens; libav reads the movie's only."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

_MAX_MOOV = 64 << 20
"""Maximum bytes of an index that is read; that of a whole day of video has less."""
_NUMBERS = {
    21: "integer",
    22: "unsigned",
    23: ">f",
    24: ">d",
    65: ">b",
    66: ">h",
    67: ">i",
    75: ">B",
    76: ">H",
    77: ">I",
}
"""Well-known types of values that are numbers: integers of any size, or a format of `struct`."""
_UTF8 = 1


def track_metadata(path: Path) -> Mapping[str, str]:
    """The metadata of all tracks, keys as written by the camera; empty for files of other formats and damaged ones."""
    try:
        with path.open("rb") as file:
            moov = _moov(file)
    except OSError:
        return {}
    found: dict[str, str] = {}
    for kind, track in _boxes(moov):
        if kind == b"trak":
            for inner, meta in _boxes(track):
                if inner == b"meta":
                    found |= _values(meta)
    return found


def _moov(file: BinaryIO) -> bytes:
    """The content of the index; empty if there is none, and in files of other formats, whose sizes make no sense."""
    end = file.seek(0, 2)
    file.seek(0)
    while len(head := file.read(8)) == 8:
        size, kind, taken = int.from_bytes(head[:4], "big"), head[4:], 8
        if size == 1:
            size, taken = int.from_bytes(file.read(8), "big"), 16
        if kind == b"moov":
            return file.read(min(max(0, size - taken), _MAX_MOOV))
        if size < taken or size - taken > end:
            break
        file.seek(size - taken, 1)
    return b""


def _boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(type, content) of each box."""
    at = 0
    while at + 8 <= len(content):
        size = int.from_bytes(content[at : at + 4], "big")
        if size < 8:
            return
        yield content[at + 4 : at + 8], content[at + 8 : at + size]
        at += size


def _values(meta: bytes) -> dict[str, str]:
    """Values by key of one metadata box, which begins with four bytes of version and flags in MP4, not in QuickTime."""
    boxes = dict(_boxes(meta if meta[4:8] in (b"hdlr", b"keys") else meta[4:]))
    keys = [key.decode("utf-8", "replace") for _, key in _boxes(boxes.get(b"keys", b"")[8:])]
    values: dict[str, str] = {}
    for number, item in _boxes(boxes.get(b"ilst", b"")):
        index = int.from_bytes(number, "big") - 1
        data = dict(_boxes(item)).get(b"data", b"")
        if 0 <= index < len(keys) and len(data) > 8:
            values[keys[index]] = _text(int.from_bytes(data[:4], "big"), data[8:])
    return values


def _text(kind: int, value: bytes) -> str:
    form = _NUMBERS.get(kind)
    if form in ("integer", "unsigned"):
        return str(int.from_bytes(value, "big", signed=form == "integer"))
    if form is not None and len(value) == struct.calcsize(form):
        return str(struct.unpack(form, value)[0])
    return value.decode("utf-8", "replace") if kind == _UTF8 else ""
