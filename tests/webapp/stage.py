"""Parts for a real pipeline that a test controls: frames come on request, and always have people."""

from __future__ import annotations

import queue
import threading
import time
from dataclasses import replace

import numpy as np

from engine.errors import PosecastError
from engine.geometry import Camera, CameraSpec
from engine.pipeline import Parts
from engine.settings import Settings
from engine.types import Backend, BackendInfo, Frame, ModelSpec, Person, Progress, Scene, Snapshot, View
from tests.fakes import REPORTS, FakeBackend
from tests.webapp.people import SIZE, person


class Stage:
    """Controls the sources of a test: `give` delivers frames, `rate` makes them come by themselves."""

    def __init__(self, rate: float | None = None, size: tuple[int, int] = SIZE, people: int = 1) -> None:
        self.rate = rate
        self.size = size
        self.people = people
        self.frames: queue.SimpleQueue[None] = queue.SimpleQueue()
        self.loading = threading.Event()
        """Cleared: networks load until it is set again."""
        self.loading.set()
        self.opened: list[str] = []
        self.cameras: dict[str, CameraSpec] = {}
        """By name, for a rig as the source; one that is in `missing` delivers no pictures."""
        self.missing: dict[str, str] = {}
        """By name: why a camera of the rig delivers no pictures."""
        self.failure: PosecastError | None = None
        """The error that loading a network raises, if any."""

    def give(self, count: int = 1) -> None:
        for _ in range(count):
            self.frames.put(None)

    def parts(self) -> Parts:
        return Parts(
            open_source=self._open,
            load_backend=self._load,
            available=lambda: REPORTS,
            processor=lambda backend, settings, camera: StageProcessor(backend, settings, camera, self.people),
        )

    def _open(self, text: str) -> StageSource:
        if text == "broken":
            raise PosecastError("broken cannot be opened", "choose another source")
        self.opened.append(text)
        return StageSource(text, self)

    def _load(self, spec: ModelSpec, size: tuple[int, int], progress: Progress) -> Backend:
        if self.failure is not None:
            raise self.failure
        progress("compile", 0.5, f"compiling for {spec.backend}")
        while not self.loading.wait(0.01):
            progress("compile", 0.5, f"compiling for {spec.backend}")
        name = "openvino" if spec.backend == "auto" else spec.backend
        return FakeBackend(BackendInfo(name, "CPU", "bf16" if spec.precision == "auto" else spec.precision))


class StageSource:
    """Noise that moves, when the stage gives a frame."""

    live = True
    frame_rate: float | None = None
    frame_count: int | None = None
    problem: str | None = None

    def __init__(self, name: str, stage: Stage) -> None:
        self.name = name
        self.camera: CameraSpec | None = next(iter(stage.cameras.values()), None)
        self._stage = stage
        self._index = 0
        self._closed = threading.Event()
        width, height = stage.size
        noise = np.random.default_rng(1).integers(0, 255, (height // 8 + 1, width // 8 + 1, 3), np.uint8)
        self._image = np.kron(noise, np.ones((8, 8, 1), np.uint8))[:height, :width]

    def read(self) -> Frame | None:
        while not self._closed.is_set():
            if self._stage.rate is not None:
                if self._closed.wait(1 / self._stage.rate):
                    return None
                return self._frame()
            try:
                self._stage.frames.get(timeout=0.02)
            except queue.Empty:
                continue
            return self._frame()
        return None

    def close(self) -> None:
        self._closed.set()

    def _frame(self) -> Frame:
        index, self._index = self._index, self._index + 1
        image = np.roll(self._image, index * 2, axis=1)
        frame = Frame(index, index / 25, time.monotonic(), image)
        return replace(frame, views=tuple(self._view(*camera, frame) for camera in self._stage.cameras.items()))

    def _view(self, name: str, camera: CameraSpec, frame: Frame) -> View:
        problem = self._stage.missing.get(name)
        if problem is None:
            return View(name, camera, frame, None, 25.0)
        return View(name, camera, None, problem, 25.0, missing_since=frame.captured_at)


class StageProcessor:
    """Finds the same people in every frame."""

    def __init__(self, backend: Backend, settings: Settings, camera: CameraSpec, people: int) -> None:
        self.backend = backend
        self._people = tuple(person(number + 1, x=number * 0.4) for number in range(people))
        self.reconfigure(settings, camera)

    def reconfigure(self, settings: Settings, camera: CameraSpec) -> None:
        self._camera = camera

    def restart_tracking(self) -> None:
        pass

    def process(self, frame: Frame) -> Snapshot:
        if frame.recorded is not None:
            return frame.recorded
        height, width = frame.image.shape[:2]
        camera: Camera = self._camera.for_image(width, height)
        people: tuple[Person, ...] = self._people
        cameras = {view.name: view.camera.for_image(width, height) for view in frame.views}
        return Snapshot(
            Scene(frame.index, frame.time, people, camera, cameras),
            frame,
            self.backend.info,
            {"capture": 0.1, "preprocess": 0.1, "infer": 1.0, "decode": 0.1, "lift": 0.1, "fit": 0.1, "track": 0.1},
        )
