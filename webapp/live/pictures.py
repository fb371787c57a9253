"""Pictures as JPEG: each frame is drawn and encoded once for each rendition that is watched, and only on request.

Until there is a first scene (a network may take a minute to be converted, or not load at all) the frames themselves
are shown, so that users see that the camera works; not with blurred faces, since nobody knows yet where they are.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from engine.one_view import cameras_in
from engine.slot import Slot
from engine.types import Frame, Snapshot
from webapp.live.faces import Faces
from webapp.live.renditions import Encoder, Rendition, draw

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


class PictureFeed(Protocol):
    """Pictures, wherever they come from: here of snapshots, on a relay those that it receives."""

    @property
    def closed(self) -> bool:
        """Whether there will be no more."""
        ...

    @property
    def cameras(self) -> tuple[str, ...]:
        """The cameras of a rig that can be shown alone."""
        ...

    def wait_newer(self, rendition: Rendition, seen: Picture | None, timeout: float) -> Picture | None:
        """The newest picture after `seen`, waiting up to `timeout` s; None if there was none."""
        ...


class Pictures:
    """The newest snapshot as JPEG, in any rendition; the newest frame if there is no snapshot yet."""

    def __init__(self, snapshots: Slot[Snapshot], frames: Slot[Frame]) -> None:
        self.snapshots, self.frames, self.faces = snapshots, frames, Faces()
        self._lock = threading.Lock()
        self._newest: dict[Rendition, _Newest] = {}

    @property
    def closed(self) -> bool:
        return self.snapshots.closed

    @property
    def cameras(self) -> tuple[str, ...]:
        newest = self.snapshots.newest() or self.frames.newest()
        return cameras_in(newest) if newest is not None else ()

    def wait_newer(self, rendition: Rendition, seen: Picture | None, timeout: float) -> Picture | None:
        newest = self._of(rendition)
        if rendition.view != "skeleton" and not rendition.blurred and self.snapshots.newest() is None:
            version = seen.version if seen is not None else 0
            newer_frame = self.frames.wait_newer(version, min(timeout, _LOOK_UP))
            return newest.picture(*newer_frame) if newer_frame else None
        version = seen.version if seen is not None and not seen.bare else 0
        newer = self.snapshots.wait_newer(version, timeout)
        return newest.picture(*newer) if newer else None

    def _of(self, rendition: Rendition) -> _Newest:
        with self._lock:
            return self._newest.setdefault(rendition, _Newest(rendition, self.faces))


class _Newest:
    """The newest picture of one rendition."""

    def __init__(self, rendition: Rendition, faces: Faces) -> None:
        self._rendition, self._faces, self._encoder = rendition, faces, Encoder(rendition)
        self._lock = threading.Lock()
        self._picture: Picture | None = None

    def picture(self, version: int, shown: Snapshot | Frame) -> Picture:
        """What is shown, or what is newer than that. The first thread encodes, the others wait for its result."""
        bare = isinstance(shown, Frame)
        with self._lock:
            known = self._picture
            if known is None or known.bare > bare or (known.bare == bare and known.version < version):
                known = self._picture = self._make(version, shown)
            return known

    def _make(self, version: int, shown: Snapshot | Frame) -> Picture:
        frame = shown if isinstance(shown, Frame) else shown.frame
        jpeg = self._encoder.encode(draw(shown, self._rendition, self._faces))
        headers = {"X-Frame": str(frame.index), "X-Time": f"{frame.time:.4f}"}
        return Picture(version, isinstance(shown, Frame), headers, jpeg, part_of(headers, jpeg))


def part_of(headers: Mapping[str, str], jpeg: bytes) -> bytes:
    """A picture as a part of a multipart stream."""
    lines = {"Content-Type": "image/jpeg", "Content-Length": str(len(jpeg)), **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return b"".join((head.encode("ascii"), b"\r\n", jpeg, b"\r\n", BOUNDARY))
