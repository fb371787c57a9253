"""Plays a recording as a source: its scenes, with its video if that was recorded, too.

The pipeline reads its frames like those of any source. Each has its recorded snapshot (`Frame.recorded`), which the
processor returns instead of running the network.
"""

from __future__ import annotations

import bisect
import itertools
import json
import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import PosecastError
from engine.exports.scenes import edited_people
from engine.extrinsics import parse_calibration
from engine.geometry import REFERENCE_CAMERA, CameraSpec
from engine.mosaic import size_of
from engine.motion.edits import Edits
from engine.motion.edits_file import read_about
from engine.overlay import BACKGROUND
from engine.pipeline import Parts
from engine.tracking.colours import Colours
from engine.types import Frame, FrameSource, Image, Snapshot
from engine.wire import SceneClock, backend_from_wire, camera_from_wire, events_from_wire, scene_from_wire
from webapp.access.errors import NotFoundError
from webapp.recording.indexes import read_index
from webapp.recording.recordings import CAMERA, LONGEST_PAUSE, RECORDING, VIDEO, Recordings
from webapp.recording.video_frames import VideoFrames

log = logging.getLogger(__name__)


class ReplaySource:
    """A recording, played in a loop at its original pace. Its pictures are empty if no video was recorded."""

    live = True
    frame_rate: float | None = None
    frame_count: int | None = None
    problem: str | None = None

    def __init__(self, recordings: Recordings, name: str) -> None:
        self.name = RECORDING + name
        try:
            self._path = recordings.path(name)
        except NotFoundError as error:
            raise PosecastError(f"the recording {name[:100]} was deleted", "choose another source") from error
        self._video_path = self._path.with_suffix(VIDEO)
        self._spec = _camera_of(self._path.with_suffix(CAMERA))
        self.camera: CameraSpec | None = self._spec
        self._closed = threading.Event()
        self._frames = self._play()

    def read(self) -> Frame | None:
        """The next frame when it is due; None after `close`."""
        return None if self._closed.is_set() else next(self._frames, None)

    def close(self) -> None:
        self._closed.set()

    def _play(self) -> Iterator[Frame]:
        for _ in itertools.count():
            due: float | None = None
            before = 0.0
            colours = Colours()
            for wire, picture in self._pairs(self._edits()):
                gap = min(max(0.0, wire["wall_time"] - before), LONGEST_PAUSE)
                now = time.monotonic()
                due = now if due is None else max(due + gap, now - LONGEST_PAUSE)
                before = wire["wall_time"]
                if self._closed.wait(max(0.0, due - now)):
                    return
                yield _frame(_with_colours(wire, colours), picture, self._spec)
            if due is None:
                raise PosecastError(f"{self.name} contains no scenes", "choose another recording")

    def _edits(self) -> Edits:
        """Read again at each round: what was changed meanwhile is seen in the next."""
        try:
            return read_about(self._path).edits
        except PosecastError as error:
            log.warning("%s is played as it was recorded: %s", self.name, error)
            return Edits()

    def _pairs(self, edits: Edits) -> Iterator[tuple[dict[str, Any], Image | None]]:
        """The edited scenes with their pictures: the n-th picture of the video belongs to the n-th line."""
        start, end = edits.trim_s or (0.0, float("inf"))
        offset, clock = _seek(self._path, start)
        with VideoFrames(self._video_path) as pictures, self._path.open("rb") as lines:
            lines.seek(offset)
            for line in lines:
                wire = json.loads(line)
                seconds = clock.seconds(wire["wall_time"], wire["time"])
                if seconds > end:
                    return
                if seconds >= start:
                    picture = pictures.next(seconds)
                    yield {**wire, "people": list(edited_people(wire["people"], edits))}, picture


def _seek(scenes: Path, start: float) -> tuple[int, SceneClock]:
    """(offset, clock) of a scene before second `start`; of the first one without an index."""
    index = read_index(scenes) if start > 0 else None
    entry = bisect.bisect_right(index.times, start) - 1 if index is not None else 0
    if index is None or entry <= 0:
        return 0, SceneClock()
    return index.offsets[entry], SceneClock(index.times[entry])


def parts_with_recordings(recordings: Recordings, parts: Parts | None = None) -> Parts:
    """The pipeline's parts, with a source opener that also accepts `recording:NAME`."""
    usual = parts or Parts()

    def open_source(text: str, *, pixel_aspect: Fraction | None = None) -> FrameSource:
        if text.startswith(RECORDING):
            return ReplaySource(recordings, text[len(RECORDING) :])
        return usual.open_source(text) if pixel_aspect is None else usual.open_source(text, pixel_aspect=pixel_aspect)

    return replace(usual, open_source=open_source)


def _with_colours(wire: dict[str, Any], colours: Colours) -> dict[str, Any]:
    """The scene with colours for people who have none: those of recordings of older versions."""
    bare = [person for person in wire["people"] if "colour" not in person]
    if not bare:
        return wire
    ids = [person["id"] for person in bare]
    assigned = dict(zip(ids, colours.assign(ids), strict=True))
    return {**wire, "people": [{"colour": assigned.get(person["id"]), **person} for person in wire["people"]]}


def _frame(wire: dict[str, Any], picture: Image | None, spec: CameraSpec) -> Frame:
    width, height = wire["image_size"]
    camera = camera_from_wire(wire) or spec.for_image(width, height)
    scene = scene_from_wire(wire, camera)
    if scene.cameras:
        width, height = size_of(scene.cameras)
    image = np.full((height, width, 3), BACKGROUND, np.uint8) if picture is None else picture[:height, :width]
    frame = Frame(wire["frame"], wire["time"], time.monotonic(), image)
    snapshot = Snapshot(
        scene,
        frame,
        backend_from_wire(wire),
        wire["timings_ms"],
        body=wire.get("body"),
        replayed=True,
        events=events_from_wire(wire),
    )
    return replace(frame, recorded=snapshot)


def _camera_of(path: Path) -> CameraSpec:
    """The camera that was saved beside the scenes; old recordings without one are of the reference's room."""
    try:
        return parse_calibration(path.read_bytes(), path.name).spec
    except (OSError, PosecastError):
        return REFERENCE_CAMERA
