"""One source through the network, every frame once: the loop of the `infer` command and of `posecast.infer`."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine import offline, overlay
from engine.capture import open_source
from engine.errors import PosecastError
from engine.events import EventRules, EventWatch
from engine.extrinsics import check_frames, check_up, effective_camera, load_calibration
from engine.floor_first import find_floor_first, following_the_floor
from engine.geometry import CameraSpec
from engine.loading import load_backend
from engine.mosaic import picture_of
from engine.preprocess import network_size
from engine.processor import Processor
from engine.rate import rate as rate_of
from engine.rig import check_options, is_rig, read_rig
from engine.rig_hindsight import fused_in_hindsight
from engine.rig_processor import RigProcessor
from engine.settings import Settings
from engine.types import Backend, BackendInfo, Frame, Image, Progress, Snapshot, View
from engine.wire import Wire, scene_to_wire

Network = Callable[[Iterator[Frame], Any], Generator[Any, None, None]]
"""Frames, in order, and the processor -> what the network sees in each of them, `engine.processor.Decoded`."""


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """The result for one frame."""

    snapshot: Snapshot
    wire: Wire
    fps: float
    """Frames per second since the network began."""
    overlay: Image | None
    """The frame with the people drawn into it, if requested."""


class Inference:
    """Runs a source through a network, and owns both. Close it, or use it as a context manager.

    In this order: the constructor opens the source, `first_frame` waits for its picture, `load` loads the network,
    and `results` runs it. Each raises PosecastError for errors of the user.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        realtime: bool = False,
        max_frames: int | None = None,
        rate: float | None = None,
        events: EventRules | None = None,
    ) -> None:
        """`rate`: images per second, for a folder or pattern of images. `events`: the rules; None: the usual ones."""
        self._events = EventWatch(events)
        self._settings, self._max_frames, self._realtime = settings, max_frames, realtime
        self._calibration = load_calibration(settings.extrinsics) if settings.extrinsics else None
        check_up(settings.up, self._calibration)
        self._rig_warnings = _rig_warnings(settings)
        self._first: Frame | None = None
        self._processor: Processor | RigProcessor | None = None
        self._network: Network = offline.through_network
        self.source = open_source(settings.source, realtime=realtime, rate=rate, pixel_aspect=settings.pixel_ratio)

    def __enter__(self) -> Inference:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def close(self) -> None:
        try:
            if self._processor is not None:
                self._processor.backend.close()
        finally:
            self.source.close()

    @property
    def expected_frames(self) -> int | None:
        """The expected number of results, if the source announces one."""
        known = [count for count in (self.source.frame_count, self._max_frames) if count is not None]
        return min(known) if known else None

    def first_frame(self) -> Frame:
        """The first frame, read once."""
        if self._first is None:
            self._first = offline.first_frame(self.source)
        return self._first

    @property
    def camera(self) -> CameraSpec:
        """The camera in effect."""
        return effective_camera(self._settings, self._calibration, self.source.camera)

    def camera_warnings(self) -> tuple[str, ...]:
        """Assumptions about the camera; PosecastError if it does not fit the frames."""
        first = self.first_frame()
        of_file = self._calibration.warnings if self._calibration else ()
        if first.views:
            return (*self._rig_warnings, *_doubts_of(first.views))
        return (*of_file, *check_frames(self.camera, _size(first), self._settings.fx))

    def load(self, progress: Progress) -> BackendInfo:
        """Load the network for frames of the first one's shape, and return what runs. May convert a model first."""
        backend = load_backend(self._settings.model_spec, self.network_size, progress)
        make = RigProcessor if self.first_frame().views else Processor
        self._processor = make(backend, self._settings, self.camera)
        return backend.info

    @property
    def network_size(self) -> tuple[int, int]:
        """(height, width) that the network takes frames of the first one's shape in."""
        height, width = self.first_frame().image.shape[:2]
        return network_size(width, height, self._settings.height_size)

    def run_elsewhere(self, backend: Backend, network: Network) -> None:
        """Instead of `load`: frames go through `network`; `backend` says what runs there. Not for rigs."""
        self._processor, self._network = Processor(backend, self._settings, self.camera), network

    def results(
        self, *, drawn: bool = False, holding: Callable[[int], None] = lambda count: None
    ) -> Generator[Result, None, None]:
        """A result for every frame, in order. Close the iterator if you leave it before its end.

        Before the first one, `holding` is told how many frames are held until the floor is found.
        """
        if self._processor is None:
            raise RuntimeError("load() comes before results()")
        speed = _Speed()
        snapshots = self._snapshots(self._processor, holding, drawn=drawn)
        # Both are closed: a network that is still running when the program ends would abort it.
        with contextlib.closing(snapshots), contextlib.closing(_pictured(snapshots, drawn=drawn)) as pictured:
            for followed, picture in pictured:
                fps, snapshot = speed.tick(), self._events.see(followed)
                yield Result(snapshot, scene_to_wire(snapshot, fps=fps, wall_time=time.time()), fps, picture)

    def _snapshots(
        self, processor: Processor | RigProcessor, holding: Callable[[int], None], *, drawn: bool
    ) -> Generator[Snapshot, None, None]:
        """Live sources go on at once, and their camera is corrected on the way; others are held until it is known."""
        frames = offline.frames_of(self.source, first=self.first_frame(), limit=self._max_frames)
        if isinstance(processor, RigProcessor):
            return self._of_a_rig(frames, processor, drawn=drawn)
        if self._settings.level == "off" or processor.camera_spec.provenance.pose == "file":
            return offline.snapshots(frames, processor, network=self._network)
        if self._realtime or self.source.live:
            return offline.snapshots(frames, processor, follow=following_the_floor(processor, self._settings))
        return offline.snapshots(
            frames,
            processor,
            network=self._network,
            between=lambda decoded: find_floor_first(
                decoded, processor, self._settings, pictures=drawn, holding=holding
            ),
        )

    def _of_a_rig(
        self, frames: Iterator[Frame], processor: RigProcessor, *, drawn: bool
    ) -> Generator[Snapshot, None, None]:
        """Live sets go on at once; those of files are decided in hindsight, unless nothing is to be smoothed."""
        if self._realtime or self.source.live or not self._settings.smoothing:
            return offline.snapshots(frames, processor)
        return offline.snapshots(
            frames,
            processor,
            between=lambda decoded: fused_in_hindsight(decoded, processor, pictures=drawn),
            follow=processor.snapshot_of,
        )


def _rig_warnings(settings: Settings) -> tuple[str, ...]:
    """What the file of a rig leaves in doubt; PosecastError for options that are of one camera."""
    if not is_rig(settings.source):
        return ()
    check_options(settings)
    return read_rig(Path(settings.source).expanduser()).warnings


def _doubts_of(views: Sequence[View]) -> Iterator[str]:
    """Doubts whether the calibrations fit the pictures."""
    for view in views:
        if view.frame is not None:
            try:
                doubts = check_frames(view.camera, _size(view.frame), None)
            except PosecastError as error:
                raise PosecastError(f"camera {view.name}: {error.error}", error.hint) from error
            yield from (f"{view.name}: {doubt}" for doubt in doubts)


def _size(frame: Frame) -> tuple[int, int]:
    return frame.image.shape[1], frame.image.shape[0]


def _pictured(snapshots: Iterator[Snapshot], *, drawn: bool) -> Generator[tuple[Snapshot, Image | None], None, None]:
    """Add overlays, drawn ahead in a thread, so that drawing and encoding use the time that the network leaves."""
    if drawn:
        return offline.in_thread(
            lambda snapshot: (snapshot, overlay.draw(snapshot.scene, picture_of(snapshot.frame))),
            snapshots,
            "posecast-draw",
        )
    return ((snapshot, None) for snapshot in snapshots)


class _Speed:
    """Frames per second since it was made."""

    def __init__(self) -> None:
        self._count = 0
        self._start = time.perf_counter()

    def tick(self) -> float:
        self._count += 1
        return rate_of(self._count + 1, self._start, time.perf_counter())
