"""Pictures as JPEG: each frame and view is drawn and encoded once, and only on request.

Until there is a first scene (a network may take a minute to be converted, or not load at all) the frames themselves
are shown, so that users see that the camera works.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass

import cv2

from engine import overlay
from engine.slot import Slot
from engine.types import Frame, Image, Snapshot

VIEWS = ("overlay", "raw", "skeleton")
"""Views; `skeleton` is drawn on an empty canvas, without the camera's picture."""
JPEG_QUALITY = 80
BOUNDARY = b"--frame\r\n"
"""Boundary after every part: a browser shows a part when it sees the next boundary."""
_LOOK_UP = 0.2
"""Longest wait for a frame before the first scene, seconds, after which scenes are checked again."""


@dataclass(frozen=True, slots=True)
class Picture:
    version: int
    """Version in the slot that it came from."""
    bare: bool
    """Whether it is a frame from before the first scene."""
    headers: Mapping[str, str]
    """X-Frame: the frame's index. X-Time: its media time, seconds."""
    jpeg: bytes
    part: bytes
    """The picture as a part of a multipart stream, made once for all viewers."""


class Pictures:
    """The newest snapshot as JPEG, per view; the newest frame if there is no snapshot yet."""

    def __init__(self, snapshots: Slot[Snapshot], frames: Slot[Frame]) -> None:
        self.snapshots, self.frames = snapshots, frames
        self._locks = {view: threading.Lock() for view in VIEWS}
        self._newest: dict[str, Picture] = {}

    def wait_newer(self, view: str, seen: Picture | None, timeout: float) -> Picture | None:
        """The newest picture after `seen`, waiting up to `timeout` s; None if there was none."""
        if view != "skeleton" and self.snapshots.newest() is None:
            version = seen.version if seen is not None else 0
            newer_frame = self.frames.wait_newer(version, min(timeout, _LOOK_UP))
            return self._picture(view, *newer_frame) if newer_frame else None
        version = seen.version if seen is not None and not seen.bare else 0
        newer = self.snapshots.wait_newer(version, timeout)
        return self._picture(view, *newer) if newer else None

    def _picture(self, view: str, version: int, shown: Snapshot | Frame) -> Picture:
        bare = isinstance(shown, Frame)
        with self._locks[view]:  # the first thread encodes, the others wait for its result
            picture = self._newest.get(view)
            if picture is None or picture.bare > bare or (picture.bare == bare and picture.version < version):
                picture = self._newest[view] = _picture(version, shown, view)
            return picture


def _picture(version: int, shown: Snapshot | Frame, view: str) -> Picture:
    frame = shown if isinstance(shown, Frame) else shown.frame
    jpeg = encode(frame.image if isinstance(shown, Frame) else draw(shown, view))
    headers = {"X-Frame": str(frame.index), "X-Time": f"{frame.time:.4f}"}
    lines = {"Content-Type": "image/jpeg", "Content-Length": str(len(jpeg)), **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    part = b"".join((head.encode("ascii"), b"\r\n", jpeg, b"\r\n", BOUNDARY))
    return Picture(version, isinstance(shown, Frame), headers, jpeg, part)


def draw(snapshot: Snapshot, view: str) -> Image:
    """A snapshot in one of VIEWS, (H, W, 3) BGR."""
    if view == "raw":
        return snapshot.frame.image
    return overlay.draw(snapshot.scene, None if view == "skeleton" else snapshot.frame.image)


def encode(image: Image) -> bytes:
    """(H, W, 3) BGR as JPEG."""
    ok, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not ok:
        raise ValueError(f"a picture of {image.shape} cannot be encoded as JPEG")
    return bytes(data)
