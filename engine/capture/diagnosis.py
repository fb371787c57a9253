"""Finds out why a file cannot be read, from its first bytes and the boxes of an MP4."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from engine.errors import PosecastError

_BOXES = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"moof", b"sidx", b"styp", b"uuid", b"pnot", b"meta")
"""Types of top-level boxes in MP4, MOV, HEIC and AVIF."""
_MOST_BOXES = 100_000
"""Maximum number of boxes read; a fragmented recording of a whole day has fewer."""
_PAGE = (b"<!doctype html", b"<html", b"<head", b"<body")
_LFS = b"version https://git-lfs"


def unreadable(path: Path, name: str, reason: str | None) -> PosecastError:
    """The error for a file that its reader refuses with `reason`."""
    try:
        with path.open("rb") as file:
            told = _told(file) if path.is_file() else None
    except OSError as error:
        return PosecastError(f"cannot read {name}: {error.strerror}", "check the file and its permissions")
    if told is not None:
        return PosecastError(f"{name} {told[0]}", told[1])
    reason = f" ({reason})" if reason else ""
    return PosecastError(f"{name} is no video or image that can be read{reason}", "check that it plays elsewhere")


def missing_bytes(file: BinaryIO) -> int:
    """Number of bytes missing at the end of an MP4, MOV, HEIC or AVIF file."""
    return _missing(file, list(_boxes(file)))


def video_count(file: BinaryIO) -> int:
    """Number of videos concatenated in an MP4; players show only the first one."""
    return sum(kind == b"moov" for kind, _ in _boxes(file))


def is_page(content: bytes) -> bool:
    """Whether the content is a web page."""
    content = content.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return content.startswith(_PAGE) or (content.startswith((b"<?xml", b"<!--")) and b"<html" in content)


def index_at_end(content: bytes) -> bool:
    """Whether an MP4 with this beginning has its index (moov) after its pictures."""
    at = 0
    while len(content) - at >= 8:
        size, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        if kind not in _BOXES or kind in (b"moov", b"moof", b"styp"):
            return False
        if kind == b"mdat":
            return True
        if size < 8:
            return False
        at += size
    return False


def _boxes(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """(type, end position) of each top-level box."""
    at = 0
    for _ in range(_MOST_BOXES):
        file.seek(at)
        head = file.read(16)
        if len(head) < 8 or head[4:8] not in _BOXES:
            return
        size = int.from_bytes(head[:4], "big")
        if size == 1 and len(head) == 16:
            size = int.from_bytes(head[8:], "big")
        if size < 8:  # 0: it extends to the end of the file
            yield head[4:8], at
            return
        at += size
        yield head[4:8], at


def _missing(file: BinaryIO, boxes: list[tuple[bytes, int]]) -> int:
    return max(0, boxes[-1][1] - file.seek(0, os.SEEK_END)) if boxes else 0


def _told(file: BinaryIO) -> tuple[str, str] | None:
    """(what is wrong, what to do) for a file that is recognised as broken; None otherwise."""
    start = file.read(512)
    if not start:
        return "is empty", "record or copy it again"
    if is_page(start):
        return "is a web page, and neither video nor image", "download the file itself"
    if start.startswith(_LFS):
        return "is a pointer of Git LFS, and not the file itself", "fetch it with: git lfs pull"
    if start.startswith(b"\x00\x05\x16\x07"):
        return "holds what macOS notes about a file, not the file", "give the one without ._ before its name"
    if not any(start):
        return "holds nothing but zeros at its beginning", "it was not copied or recorded whole: copy it again"
    return _mp4(file) if start[4:8] in _BOXES else None


def _mp4(file: BinaryIO) -> tuple[str, str] | None:
    """(what is wrong, what to do) if boxes of an MP4 are missing or cut off."""
    boxes = list(_boxes(file))
    missing = _missing(file, boxes)
    if missing:
        hint = "copy or download it again, or record to .mkv, which survives it"
        return f"is cut off: {missing} bytes are missing at its end", hint
    if any(kind == b"moov" for kind, _ in boxes):
        return None
    hint = "finish it with a repair tool and a whole recording of the same camera; .mkv survives such an end"
    return "is a recording that was not finished: its index (moov) is missing", hint
