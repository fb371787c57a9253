"""The thread that turns frames into snapshots, and takes over a new setup between two of them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from engine.errors import PosecastError
from engine.extrinsics import Calibration
from engine.geometry import CameraSpec
from engine.pipeline.events import ProblemEvent
from engine.pipeline.feed import Captured
from engine.pipeline.parts import FrameProcessor
from engine.pipeline.timing import Timing
from engine.pipeline.watchdog import Abandoned, WatchedBackend
from engine.rig import Replacements, with_replacements
from engine.settings import Settings
from engine.slot import Slot
from engine.types import Backend, Frame, ModelSpec, Snapshot

logger = logging.getLogger(__name__)

LONGEST_TURN_S = 1.0
"""Maximum seconds that the live view and a comparison wait for each other: a stuck network must not stop both."""


@dataclass(frozen=True, slots=True, eq=False)
class Fallback:
    """The network that runs instead of the one in the settings, and why that one was abandoned."""

    choice: ModelSpec
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Setup:
    """The setup in effect. Replaced as a whole, so that it is always consistent."""

    run: int
    """Frames of other runs are skipped."""
    network: WatchedBackend | None
    """The running network; None before the first is loaded."""
    settings: Settings
    camera: CameraSpec
    """The camera in effect: the known one, on the floor found for it where nobody gave its place."""
    known_camera: CameraSpec
    """The camera of the calibration, the source or the default, as the settings override it."""
    calibration: Calibration | None = None
    """The camera file in use."""
    estimated: CameraSpec | None = None
    """The pose on a floor that was found before, for a camera whose pose nobody gave."""
    fx_size: tuple[int, int] | None = None
    """(width, height) of the frames that the setting `fx` is for; None: of any."""
    cameras: Replacements = field(default_factory=dict)
    """Cameras of a rig whose calibration the user has replaced."""
    fallback: Fallback | None = None
    """Set while `network` is not what the settings name."""
    adopted: threading.Event = field(default_factory=threading.Event)
    """Set when the worker uses this setup instead of its predecessor, or has ended."""


class Worker:
    """Owns the processor. `wanted` returns the setup, `publish(snapshot, dropped)` takes the results.

    Exceptions are reported by `problem` and logged, and the newest frame is tried after a growing pause. `watch` is
    called every round, also without frames. If the thread is stuck in a network, another one can take over the
    processor and with it the identities of people.
    """

    def __init__(
        self,
        captured: Slot[Captured],
        wanted: Callable[[], Setup],
        make_processor: Callable[[Backend, Settings, CameraSpec], FrameProcessor],
        publish: Callable[[Snapshot, int], None],
        watch: Callable[[], None],
        timing: Timing,
    ) -> None:
        self.turns = Turns()
        self.problem: ProblemEvent | None = None
        """Why frames are not being processed; None while they are."""
        self.left_behind = 0
        """Number of threads that were ever stuck."""
        self._captured = captured
        self._wanted = wanted
        self._make_processor = make_processor
        self._publish = publish
        self._watch = watch
        self._timing = timing
        self._setup: Setup | None = None
        """The one adopted."""
        self._processor: FrameProcessor | None = None
        self._seen = 0
        self._failures = 0
        self._stop = threading.Event()
        self._poked = threading.Event()
        self._thread = self._new_thread()

    def _new_thread(self) -> threading.Thread:
        return threading.Thread(target=self._work, name="posecast-worker", daemon=True)

    @property
    def using(self) -> WatchedBackend | None:
        """The network that processes frames: that of the setup adopted last."""
        return None if self._setup is None else self._setup.network

    def start(self) -> None:
        self._thread.start()

    def poke(self) -> None:
        """End a pause after a failure, since there is something new to try."""
        self._poked.set()

    def take_over(self) -> None:
        """Leave behind a thread that is stuck in a network, and continue in another.

        The network itself discards the late result of the old thread: `WatchedBackend.abandon`.
        """
        if self.using is not None and not self._stop.is_set() and self.using.abandon():
            logger.error("%s does not return; its thread is left behind", self.using.name)
            self.left_behind += 1
            self._thread = self._new_thread()
            self._thread.start()

    def close(self) -> bool:
        """End the thread, waiting a bounded time. False if it did not end; what it uses must then stay open."""
        self._stop.set()
        self._poked.set()
        if self._thread.is_alive():
            self._thread.join(self._timing.join_s)
        if self._thread.is_alive():
            logger.error("the worker thread did not end")
            return False
        return True

    def _work(self) -> None:
        while not self._stop.is_set():
            failures = self._failures
            for step in (self._round, self._watch):
                try:
                    step()
                except Abandoned:  # noqa: PERF203 - another thread continues
                    return
                except Exception as error:  # noqa: BLE001 - the thread must go on; `_fail` logs it
                    self._fail(error)
            if self._failures > failures:
                self._poked.wait(self._timing.delay(self._failures))
                self._poked.clear()
        self._wanted().adopted.set()

    def _round(self) -> None:
        newer = self._captured.wait_newer(self._seen, self._timing.tick_s)
        setup = self._wanted()
        if setup is not self._setup:
            self._adopt(setup)
        if newer is None:
            return
        version, captured = newer
        dropped, self._seen = version - self._seen - 1, version
        if self._processor is not None and captured.run == setup.run:
            with self.turns.live():
                snapshot = self._processor.process(_replaced(captured.frame, setup.cameras))
            self._failures, self.problem = 0, None
            self._publish(snapshot, dropped)

    def _adopt(self, setup: Setup) -> None:
        if setup.network is not None:
            if self._processor is None:
                self._processor = self._make_processor(setup.network, setup.settings, setup.camera)
            if self._processor.backend is not setup.network:
                self._processor.backend, self._failures = setup.network, 0
            self._processor.reconfigure(setup.settings, setup.camera)
            if self._setup is not None and self._setup.run != setup.run:
                self._processor.restart_tracking()
        self._setup = setup
        setup.adopted.set()

    def _fail(self, error: Exception) -> None:
        self._failures += 1
        if self._failures == 1:
            logger.error("processing a frame failed", exc_info=error)
        if isinstance(error, PosecastError):
            self.problem = ProblemEvent(error.error, error.hint)
        else:
            self.problem = ProblemEvent(
                f"processing a frame failed: {error or type(error).__name__}",
                "it is tried again; choose another backend if it keeps failing",
            )


def _replaced(frame: Frame, cameras: Replacements) -> Frame:
    return replace(frame, views=with_replacements(frame.views, cameras)) if frame.views and cameras else frame


class Turns:
    """Lets the live view and a comparison compute in turn: on few cores, two networks at once slow each other down,
    and the comparison's times would be meaningless. If both wait, the comparison goes first, since it is rare.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._live = 0
        self._comparison = False

    @contextmanager
    def live(self) -> Iterator[None]:
        """The live view's turn."""
        with self._changed:
            if not self._changed.wait_for(lambda: not self._comparison, LONGEST_TURN_S):
                self._comparison = False  # it has had its turn
            self._live += 1
        try:
            yield
        finally:
            with self._changed:
                self._live -= 1
                self._changed.notify_all()

    @contextmanager
    def comparison(self) -> Iterator[None]:
        """The comparison's turn, between two frames of the live view."""
        with self._changed:
            self._comparison = True
            self._changed.wait_for(lambda: not self._live, LONGEST_TURN_S)
        try:
            yield
        finally:
            with self._changed:
                self._comparison = False
                self._changed.notify_all()
