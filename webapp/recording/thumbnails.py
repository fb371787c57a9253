"""A small picture of each recording: from its video, or its people as skeletons where it has none or is withheld."""

from __future__ import annotations

import bisect
import itertools
import json
import threading
from pathlib import Path

import av
import cv2
import numpy as np

from engine.geometry import REFERENCE_CAMERA
from engine.overlay import draw
from engine.types import Image
from engine.wire import Wire, camera_from_wire, scene_from_wire
from webapp.access.errors import NotFoundError
from webapp.recording.index import Index
from webapp.recording.library import Library
from webapp.recording.recordings import SCENES, VIDEO

_LONGEST_SIDE = 320
_MOST_LINES = 200
"""Scenes that are looked at for one with people."""
_MOST_KEPT = 256
"""Pictures in memory, of about 10 KB each."""


class Thumbnails:
    """Makes pictures when they are first asked for, and keeps them in memory. Thread-safe."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._made: dict[tuple[str, int, bool], bytes] = {}
        self._lock = threading.Lock()

    def jpeg(self, name: str, *, skeleton: bool) -> bytes:
        """The picture; `skeleton`: without the camera's pixels. NotFoundError if there is nothing to show."""
        recordings = self._library.recordings
        key = name, recordings.path(name).stat().st_size, skeleton
        made = self._made.get(key)
        if made is None:
            index = self._library.index(name)
            video = recordings.folder / f"{name}{VIDEO}"
            picture = None if skeleton else _from_video(video, _moment(index))
            if picture is None:
                picture = _drawn(recordings.path(name, SCENES), index)
            made = _jpeg(picture)
            with self._lock:
                self._made[key] = made
                while len(self._made) > _MOST_KEPT:
                    del self._made[next(iter(self._made))]
        return made


def _moment(index: Index) -> float:
    """Seconds of the middle of whom is seen longest; of the middle of the recording if there is nobody."""
    longest = max(index.people, key=lambda person: person.last - person.first, default=None)
    return index.seconds / 2 if longest is None else (longest.first + longest.last) / 2


def _from_video(video: Path, seconds: float) -> Image | None:
    """The key frame before that moment; None without a video."""
    if not video.is_file():
        return None
    try:
        with av.open(f"file:{video}") as container:
            container.seek(round(seconds * av.time_base))
            picture = next(container.decode(video=0), None)
            return None if picture is None else np.asarray(picture.to_ndarray(format="bgr24"), np.uint8)
    except (av.FFmpegError, OSError, IndexError):
        return None


def _drawn(scenes: Path, index: Index) -> Image:
    wire = _scene_with_people(scenes, index)
    width, height = wire["image_size"]
    return draw(scene_from_wire(wire, camera_from_wire(wire) or REFERENCE_CAMERA.for_image(width, height)))


def _scene_with_people(scenes: Path, index: Index) -> Wire:
    """A scene near the moment, with people if there are any soon after it."""
    entry = max(0, bisect.bisect_right(index.times, _moment(index)) - 1)
    first: Wire | None = None
    with scenes.open("rb") as file:
        file.seek(index.offsets[entry] if index.offsets else 0)
        for line in itertools.islice(file, _MOST_LINES):
            wire: Wire = json.loads(line)
            first = first or wire
            if wire["people"]:
                return wire
    if first is None:
        raise NotFoundError("the recording has no picture", "it has no scenes")
    return first


def _jpeg(picture: Image) -> bytes:
    height, width = picture.shape[:2]
    scale = min(1.0, _LONGEST_SIDE / max(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    _, data = cv2.imencode(".jpg", np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8))
    return data.tobytes()
