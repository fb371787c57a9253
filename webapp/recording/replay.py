"""Plays a recording as a source: its scenes as they were, with its video where that was recorded too.

The pipeline reads frames as from any source. Those of a recording bring their scene with them, and the processor
hands that on instead of asking the network.
"""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from engine.errors import PosecastError
from engine.extrinsics import parse_calibration
from engine.geometry import DEFAULT_CAMERA, CameraSpec
from engine.overlay import BACKGROUND
from engine.pipeline import Parts
from engine.pipeline.around import Around
from engine.pipeline.parts import FrameProcessor
from engine.settings import Settings
from engine.types import Backend, BackendInfo, Frame, FrameSource, Image, Scene, Snapshot
from engine.wire import backend_from_wire, scene_from_wire
from webapp.recording.recordings import CAMERA, LONGEST_PAUSE, RECORDING, VIDEO, Recordings


@dataclass(frozen=True, slots=True, eq=False)
class ReplayedFrame(Frame):
    """A frame that knows its scene."""

    scene: Scene | None = None
    backend: BackendInfo | None = None
    stage_ms: tuple[tuple[str, float], ...] = ()
    body: str | None = None


class ReplaySource:
    """A recording, paced as it was recorded, over and over. Its pictures are empty where no video was recorded."""

    live = True
    frame_rate: float | None = None
    frame_count: int | None = None
    problem: str | None = None

    def __init__(self, recordings: Recordings, name: str) -> None:
        self.name = RECORDING + name
        self._path = recordings.path(name)
        self._video_path = self._path.with_suffix(VIDEO)
        self._spec = _camera_of(self._path.with_suffix(CAMERA))
        self.camera: CameraSpec | None = self._spec
        self._closed = threading.Event()
        self._frames = self._play()

    def read(self) -> Frame | None:
        """The next frame when it is due; None when closed."""
        return None if self._closed.is_set() else next(self._frames, None)

    def close(self) -> None:
        self._closed.set()

    def _play(self) -> Iterator[Frame]:
        for _ in itertools.count():
            due: float | None = None
            before = 0.0
            for wire, picture in _pairs(self._path, self._video_path):
                gap = min(max(0.0, wire["wall_time"] - before), LONGEST_PAUSE)
                now = time.monotonic()
                due = now if due is None else max(due + gap, now - LONGEST_PAUSE)
                before = wire["wall_time"]
                if self._closed.wait(max(0.0, due - now)):
                    return
                yield _frame(wire, picture, self._spec)
            if due is None:
                raise PosecastError(f"{self.name} holds no scene", "choose another recording")


class ReplayProcessor(Around):
    """Passes recorded scenes through, and everything else to the real processor."""

    def process(self, frame: Frame) -> Snapshot:
        if isinstance(frame, ReplayedFrame) and frame.scene is not None and frame.backend is not None:
            return Snapshot(frame.scene, frame, frame.backend, dict(frame.stage_ms), frame.body)
        return super().process(frame)


def parts_with_recordings(recordings: Recordings, parts: Parts | None = None) -> Parts:
    """The pipeline's parts, able to open `recording:NAME`."""
    usual = parts or Parts()

    def open_source(text: str, *, pixel_aspect: Fraction | None = None) -> FrameSource:
        if text.startswith(RECORDING):
            return ReplaySource(recordings, text[len(RECORDING) :])
        return usual.open_source(text) if pixel_aspect is None else usual.open_source(text, pixel_aspect=pixel_aspect)

    def processor(backend: Backend, settings: Settings, camera: CameraSpec) -> FrameProcessor:
        return ReplayProcessor(usual.processor(backend, settings, camera))

    return replace(usual, open_source=open_source, processor=processor)


def _pairs(scenes: Path, video: Path) -> Iterator[tuple[dict[str, Any], Image | None]]:
    """Scenes with their pictures: the n-th of the video belongs to the n-th line."""
    capture = cv2.VideoCapture(str(video)) if video.is_file() else None
    try:
        with scenes.open(encoding="utf-8") as lines:
            for line in lines:
                ok, picture = capture.read() if capture is not None else (False, None)
                yield json.loads(line), np.asarray(picture, np.uint8) if ok else None
    finally:
        if capture is not None:
            capture.release()


def _frame(wire: dict[str, Any], picture: Image | None, spec: CameraSpec) -> ReplayedFrame:
    width, height = wire["image_size"]
    image = np.full((height, width, 3), BACKGROUND, np.uint8) if picture is None else picture[:height, :width]
    camera = spec.for_image(width, height)
    return ReplayedFrame(
        wire["frame"],
        wire["time"],
        time.monotonic(),
        image,
        scene=scene_from_wire(wire, camera),
        backend=backend_from_wire(wire),
        stage_ms=tuple(wire["timings_ms"].items()),
        body=wire.get("body"),
    )


def _camera_of(path: Path) -> CameraSpec:
    """The camera kept beside the scenes."""
    try:
        return parse_calibration(path.read_bytes(), path.name).spec
    except (OSError, PosecastError):
        return DEFAULT_CAMERA
