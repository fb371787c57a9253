"""Pictures as JPEG: each frame and view is drawn and encoded once, and only if somebody asks for it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass

import cv2

from engine import overlay
from engine.slot import Slot
from engine.types import Image, Snapshot

VIEWS = ("overlay", "raw", "skeleton")
"""`skeleton` is drawn on an empty canvas: it has no pixel of the camera."""
JPEG_QUALITY = 80
BOUNDARY = b"--frame\r\n"
"""Closes every part: a browser shows one when it sees the next boundary."""


@dataclass(frozen=True, slots=True)
class Picture:
    version: int
    """Of the snapshot in its slot."""
    headers: Mapping[str, str]
    """X-Frame: the frame's index. X-Time: its media time, seconds."""
    jpeg: bytes
    part: bytes
    """The same as a part of a multipart stream, made once for all who watch."""


class Pictures:
    """The newest snapshot as JPEG, per view."""

    def __init__(self, snapshots: Slot[Snapshot]) -> None:
        self.snapshots = snapshots
        self._locks = {view: threading.Lock() for view in VIEWS}
        self._newest: dict[str, Picture] = {}

    def wait_newer(self, view: str, seen: int, timeout: float) -> Picture | None:
        """The newest picture of a version after `seen`, waiting up to `timeout` s; None: there was none."""
        newer = self.snapshots.wait_newer(seen, timeout)
        return self._picture(view, *newer) if newer else None

    def _picture(self, view: str, version: int, snapshot: Snapshot) -> Picture:
        with self._locks[view]:  # the first to come encodes, the others wait and take
            picture = self._newest.get(view)
            if picture is None or picture.version < version:
                picture = self._newest[view] = _picture(version, snapshot, view)
            return picture


def _picture(version: int, snapshot: Snapshot, view: str) -> Picture:
    jpeg = encode(snapshot, view)
    headers = {"X-Frame": str(snapshot.scene.frame_index), "X-Time": f"{snapshot.scene.time:.4f}"}
    lines = {"Content-Type": "image/jpeg", "Content-Length": str(len(jpeg)), **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return Picture(version, headers, jpeg, b"".join((head.encode("ascii"), b"\r\n", jpeg, b"\r\n", BOUNDARY)))


def encode(snapshot: Snapshot, view: str) -> bytes:
    """JPEG of a snapshot in one of VIEWS."""
    ok, data = cv2.imencode(".jpg", _drawn(snapshot, view), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not ok:
        raise ValueError(f"a frame of {snapshot.frame.image.shape} cannot be encoded as JPEG")
    return bytes(data)


def _drawn(snapshot: Snapshot, view: str) -> Image:
    if view == "raw":
        return snapshot.frame.image
    return overlay.draw(snapshot.scene, None if view == "skeleton" else snapshot.frame.image)
