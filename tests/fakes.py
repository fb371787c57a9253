"""Fakes of what the live engine is connected to: a clock, sources, networks, and a world that contains them.

They do what the real ones promise and no more, and note every promise that their user breaks (`World.violations`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache

import numpy as np

from bench import drawn_maps as drawn
from engine.errors import PosecastError
from engine.geometry import CameraSpec
from engine.pipeline import Event, Parts, Timing
from engine.types import BackendInfo, Frame, Image, Maps, ModelSpec, Progress
from tests.engine.bodies import STANDING

WAIT_S = 20.0
"""A test that waits this long has failed."""
QUICK = Timing(first_frame_s=WAIT_S, first_retry_s=0.001, longest_retry_s=0.002, tick_s=0.005)
"""Waits of the pipeline, short enough for tests."""
INFO = BackendInfo("fake", "CPU", "fp32")
_FREE_RUNNING_S = 0.001
_LOOK_S = 0.002
_METRES_PER_UNIT = 1.80


class Clock:
    """A time that moves when it is told to."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Listener:
    """Notes events, and waits for them."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._changed = threading.Condition()

    def __call__(self, event: Event) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    def wait_for(self, wanted: Callable[[Event], object]) -> Event:
        """The first event, past or to come, that is `wanted`."""
        found: list[Event] = []

        def look() -> bool:
            found[:] = [event for event in self.events if wanted(event)][:1]
            return bool(found)

        with self._changed:
            assert self._changed.wait_for(look, WAIT_S), f"not among {self.events}"
        return found[0]

    def wait_until(self, condition: Callable[[], object]) -> None:
        """Until `condition()`, looked at now, after every event, and now and then: not everything is an event."""
        end = time.monotonic() + WAIT_S
        with self._changed:
            while not condition():
                assert time.monotonic() < end, f"not after {self.events[-5:]}"
                self._changed.wait(0.05)


class FakeSource:
    """Grey frames, as many as it is fed; endless where `feeding`."""

    live = True
    frame_rate = frame_count = None

    def __init__(
        self,
        name: str = "fake",
        size: tuple[int, int] = (64, 48),
        *,
        feeding: bool = False,
        camera: CameraSpec | None = None,
        clock: Callable[[], float] = Clock(),  # noqa: B008 - it stands still
    ) -> None:
        self.name = name
        self.camera = camera
        self.problem: str | None = None
        self.closes = 0
        self._image = np.full((size[1], size[0], 3), 100, np.uint8)
        self._feeding = feeding
        self._clock = clock
        self._fed = 0
        self._index = 0
        self._ended = False
        self._error: Exception | None = None
        self._changed = threading.Condition()

    def feed(self, count: int = 1) -> None:
        """Let `count` more frames be read."""
        with self._changed:
            self._fed += count
            self._changed.notify_all()

    def fail(self, error: Exception) -> None:
        """Let the next `read` raise."""
        with self._changed:
            self._error = error
            self._changed.notify_all()

    def end(self) -> None:
        """Let there be no more frames."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def read(self) -> Frame | None:
        with self._changed:
            ready = self._changed.wait_for(self._has_something, _FREE_RUNNING_S if self._feeding else None)
            if self.closes or self._ended:
                return None
            if self._error is not None:
                error, self._error = self._error, None
                raise error
            if ready:
                self._fed = max(0, self._fed - 1)
            self._index += 1
            return Frame(self._index - 1, (self._index - 1) / 25, self._clock(), self._image)

    def close(self) -> None:
        with self._changed:
            self.closes += 1
            self._changed.notify_all()

    def _has_something(self) -> bool:
        return bool(self._fed or self._ended or self.closes or self._error is not None)


class FakeBackend:
    """Finds the same people in every picture."""

    def __init__(
        self,
        info: BackendInfo = INFO,
        fixed_size: tuple[int, int] | None = None,
        people: int = 1,
    ) -> None:
        self.info = info
        self.fixed_size = fixed_size
        self.error: Exception | None = None
        """Raised by `infer` while it is set."""
        self.fails = 1_000_000_000
        """How many more times `error` is raised."""
        self.go = threading.Event()
        """Cleared: `infer` waits."""
        self.go.set()
        self.entered = threading.Event()
        """Set by `infer` while it waits."""
        self.closes = 0
        self.sizes: list[tuple[int, int]] = []
        """(height, width) of the pictures seen."""
        self.violations: list[str] = []
        self._people = people
        self._busy = threading.Lock()

    def hold(self) -> None:
        """Let the next `infer` wait for `go`; once `entered` is set, it does."""
        self.go.clear()
        self.entered.clear()

    def infer(self, image: Image) -> Maps:
        if not self._busy.acquire(blocking=False):
            self.violations.append("infer from two threads at a time")
            raise AssertionError(self.violations[-1])
        try:
            if self.closes:
                self.violations.append("infer after close")
            end = time.monotonic() + WAIT_S
            while not self.go.wait(_LOOK_S):
                assert time.monotonic() < end, "nobody let the network go on"
                self.entered.set()  # again and again: `hold` may be about to clear it
            if self.error is not None and self.fails > 0:
                self.fails -= 1
                raise self.error
            height, width = image.shape[:2]
            self.sizes.append((height, width))
            return people_maps(height // 8, width // 8, self._people)
        finally:
            self._busy.release()

    def close(self) -> None:
        if self._busy.locked():
            self.violations.append("close during infer")
        self.closes += 1


@cache
def people_maps(height: int, width: int, count: int) -> Maps:
    """Maps of (height, width) cells with `count` people standing."""
    heatmaps, pafs = drawn.people(np.random.default_rng(3), height, width, count)
    features = np.broadcast_to((STANDING / _METRES_PER_UNIT).reshape(57, 1, 1), (57, height, width))
    return Maps(features.astype(np.float32), heatmaps, pafs)


@dataclass(frozen=True)
class Report:
    """A line of the table of backends."""

    name: str
    available: bool = True
    reason: str | None = None
    devices: tuple[str, ...] = ("CPU",)
    precisions: tuple[str, ...] = ("fp32", "bf16")
    version: str | None = "1.0"


REPORTS = (
    Report("pytorch"),
    Report("openvino", devices=("CPU", "GPU.0", "GPU.1")),
    Report("onnxruntime"),
    Report("tensorrt", False, "no NVIDIA GPU was found", (), ()),
)


@dataclass
class World:
    """Opens fake sources, loads fake networks, and keeps them all."""

    clock: Callable[[], float] = field(default_factory=Clock)
    sizes: dict[str, tuple[int, int]] = field(default_factory=dict)
    """(width, height) of a source's frames; (64, 48) for those not named."""
    cameras: dict[str, CameraSpec] = field(default_factory=dict)
    feeding: bool = True
    """Whether sources give frames without end, or only what they are fed."""
    open_errors: dict[str, Exception] = field(default_factory=dict)
    load_errors: dict[str, Exception] = field(default_factory=dict)
    """By backend; raised after some progress."""
    fixed: bool = False
    """Whether networks take only the size that they were loaded for."""
    sources: list[FakeSource] = field(default_factory=list)
    pixel_aspects: list[Fraction | None] = field(default_factory=list)
    """What each of them was opened with."""
    backends: list[FakeBackend] = field(default_factory=list)
    loads: list[tuple[ModelSpec, tuple[int, int]]] = field(default_factory=list)
    load_go: threading.Event = field(default_factory=threading.Event)
    """Cleared: loading goes on and on, reporting progress."""
    stuck: set[str] = field(default_factory=set)
    """Backends whose loading stands still, without a sign of life, until `unstuck`."""
    unstuck: threading.Event = field(default_factory=threading.Event)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def __post_init__(self) -> None:
        self.load_go.set()

    @property
    def parts(self) -> Parts:
        """For a `Pipeline`; the processor is the real one."""
        return Parts(
            open_source=self.open_source,
            load_backend=self.load_backend,
            available=lambda: REPORTS,
            alternatives=self.alternatives,
        )

    @property
    def violations(self) -> list[str]:
        """What was used wrongly; also what was closed more than once."""
        found = [violation for backend in self.backends for violation in backend.violations]
        found += [f"{source.name} closed {source.closes} times" for source in self.sources if source.closes > 1]
        return found + [f"{b.info} closed {b.closes} times" for b in self.backends if b.closes > 1]

    @property
    def unclosed(self) -> list[object]:
        return [thing for thing in (*self.sources, *self.backends) if thing.closes == 0]

    def open_source(self, text: str, *, pixel_aspect: Fraction | None = None) -> FakeSource:
        self.pixel_aspects.append(pixel_aspect)
        if (error := self.open_errors.get(text)) is not None:
            raise error
        source = FakeSource(
            text,
            self.sizes.get(text, (64, 48)),
            feeding=self.feeding,
            camera=self.cameras.get(text),
            clock=self.clock,
        )
        with self.changed:
            self.sources.append(source)
            self.changed.notify_all()
        return source

    def load_backend(self, spec: ModelSpec, size: tuple[int, int], progress: Progress) -> FakeBackend:
        self.loads.append((spec, size))
        progress("compile", 0.5, "compiling")
        while not self.load_go.wait(0.002):
            progress("compile", 0.6, "still compiling")
        if spec.backend in self.stuck:
            assert self.unstuck.wait(WAIT_S), "nobody let the load go on"
        if (error := self.load_errors.get(spec.backend)) is not None:
            raise error
        auto = {"backend": "openvino", "device": "CPU", "precision": "fp32"}
        name, device, precision = (auto[key] if getattr(spec, key) == "auto" else getattr(spec, key) for key in auto)
        backend = FakeBackend(BackendInfo(name, device, precision), size if self.fixed else None)
        self.backends.append(backend)
        return backend

    def alternatives(self, spec: ModelSpec) -> list[ModelSpec]:
        return [replace(spec, backend=name, device="CPU") for name in ("openvino", "onnxruntime", "pytorch")]

    def wait_for_source(self, count: int) -> FakeSource:
        """The `count`-th source ever opened, from 1."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.sources) >= count, WAIT_S), "no source was opened"
        return self.sources[count - 1]


def refusal(text: str = "it does not work") -> PosecastError:
    return PosecastError(text, "try something else")
