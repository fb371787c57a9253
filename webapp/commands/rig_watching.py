"""What the cameras of a rig see at the same moments: the people by the network, or the pictures themselves.

Files are read from their beginning, with the offsets of the rig; cameras and streams are recorded together first.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace

import cv2
import numpy as np

from engine.calibration.observations import Seen
from engine.capture import open_source
from engine.errors import PosecastError
from engine.geometry import DEFAULT_CAMERA, CameraSpec
from engine.loading import load_backend
from engine.offline import first_frame, frames_of
from engine.preprocess import network_size
from engine.processor import Processor
from engine.rig import Rig, RigCamera
from engine.settings import Settings
from engine.types import Frame, FrameSource

EVERY_S = 0.1
"""Seconds between the frames that are used."""
_JPEG = [cv2.IMWRITE_JPEG_QUALITY, 95]

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """A camera of the rig and its frames, on the clock of the rig."""

    camera: RigCamera
    spec: CameraSpec
    """Its intrinsics; the pose means nothing."""
    assumed: bool
    """Whether nobody knows its lens."""
    frames: Iterator[Frame]


def watched(rig: Rig, seconds: float, stack: ExitStack, *, every_s: float = EVERY_S) -> list[Watched]:
    """The cameras of a rig, opened; `stack` closes them. PosecastError if that fails, or only some are live.

    Of files, frames at least `every_s` apart are used.
    """
    sources = {}
    for camera in rig.cameras:
        sources[camera.name] = stack.enter_context(closing(opened(camera)))
    live = [name for name, source in sources.items() if source.live]
    if live and len(live) < len(sources):
        raise PosecastError(f"{', '.join(live)}: a camera beside files", "give cameras and streams, or files, not both")
    frames = (
        _recorded(sources, seconds) if live else {name: _read(one, seconds, every_s) for name, one in sources.items()}
    )
    return [
        Watched(camera, *_lens(camera, sources[camera.name]), _shifted(frames[camera.name], camera.offset_s))
        for camera in rig.cameras
    ]  # fmt: skip


def opened(camera: RigCamera) -> FrameSource:
    """Its source; PosecastError, with the camera's name, if that fails."""
    try:
        return open_source(camera.source, pixel_aspect=None)
    except PosecastError as error:
        raise PosecastError(f"camera {camera.name}: {error.error}", error.hint) from error


def people_of(
    cameras: list[Watched], settings: Settings, told: Told
) -> dict[str, tuple[CameraSpec, tuple[int, int], list[Seen]]]:
    """For each camera its intrinsics, picture size, and the people of its frames by the network."""
    backend, out = None, {}
    try:
        for one in cameras:
            seen: list[Seen] = []
            processor: Processor | None = None
            size = (0, 0)
            for frame in one.frames:
                height, width = frame.image.shape[:2]
                size = (width, height)
                if backend is None:
                    backend = load_backend(
                        settings.model_spec, network_size(width, height, settings.height_size), lambda *_: None
                    )
                processor = processor or Processor(backend, settings, one.spec)
                people = processor.process(frame).scene.people
                seen.append(Seen(frame.time, {person.id: person.pose2d for person in people}))
                told(f"{one.camera.name}: {len(seen)} frames, {len(people)} people")
            out[one.camera.name] = (one.spec, size, seen)
    finally:
        if backend is not None:
            backend.close()
    return out


def _lens(camera: RigCamera, source: FrameSource) -> tuple[CameraSpec, bool]:
    for spec in (camera.spec, source.camera):
        if spec is not None and (spec.K is not None or spec.film_mm is not None):
            return spec, False
    return DEFAULT_CAMERA, True


def _shifted(frames: Iterator[Frame], offset_s: float) -> Iterator[Frame]:
    return (replace(frame, time=frame.time + offset_s) for frame in frames)


def _read(source: FrameSource, seconds: float, every_s: float) -> Iterator[Frame]:
    last = float("-inf")
    for frame in frames_of(source, first=first_frame(source)):
        if frame.time > seconds:
            return
        if frame.time - last >= every_s - 1e-6:
            last = frame.time
            yield frame


def _recorded(sources: Mapping[str, FrameSource], seconds: float) -> dict[str, Iterator[Frame]]:
    """The frames that all deliver in the next seconds, held as JPEG."""
    begin = time.monotonic()
    kept: dict[str, list[tuple[Frame, bytes]]] = {name: [] for name in sources}
    threads = [
        threading.Thread(
            target=_record, args=(source, begin, seconds, kept[name]), name=f"posecast-rig-{name}", daemon=True
        )
        for name, source in sources.items()
    ]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds + 10)
    silent = [name for name, frames in kept.items() if not frames]
    if silent:
        raise PosecastError(f"{', '.join(silent)} delivered no frame", "check that it is switched on and reachable")
    return {name: _unpacked(frames) for name, frames in kept.items()}


def _record(source: FrameSource, begin: float, seconds: float, into: list[tuple[Frame, bytes]]) -> None:
    last = float("-inf")
    while (frame := source.read()) is not None:
        at = frame.captured_at - begin
        if at > seconds:
            return
        if at >= 0 and at - last >= EVERY_S - 1e-6:
            last = at
            data = cv2.imencode(".jpg", frame.image, _JPEG)[1].tobytes()
            into.append((replace(frame, time=at, image=np.zeros((1, 1, 3), np.uint8)), data))


def _unpacked(frames: list[tuple[Frame, bytes]]) -> Iterator[Frame]:
    for frame, data in frames:
        image = np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR), dtype=np.uint8)
        yield replace(frame, image=image)
