"""What is in effect: settings, camera, network. Replaced as a whole, so that the worker sees one consistent setup."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from engine.extrinsics import Calibration
from engine.geometry import DEFAULT_CAMERA, Camera, CameraSpec
from engine.pipeline.feed import Feed, size_of
from engine.pipeline.loader import Cancelled, Job, Loaded, Replaced
from engine.pipeline.parts import Parts
from engine.pipeline.reader import Reader
from engine.pipeline.timing import Timing
from engine.pipeline.watched import Watched
from engine.pipeline.worker import Setup
from engine.preprocess import network_size
from engine.settings import Settings
from engine.types import BackendInfo, Frame, ModelSpec, Progress

NETWORK_SETTINGS = frozenset({"model", "model_input", "backend", "device", "precision", "height_size", "body"})
"""Settings that need another network; it is loaded beside the one that runs."""
CHOICE = NETWORK_SETTINGS - {"height_size"}
"""Settings that say what is to run: setting one ends what runs in its place."""


class Current:
    """Owns settings, calibration and the network in use; knows how to load another."""

    def __init__(
        self,
        settings: Settings,
        calibration: Calibration | None,
        feed: Feed,
        parts: Parts,
        renewed: Callable[[], None],
        clock: Callable[[], float],
        timing: Timing,
    ) -> None:
        """`renewed` is called when there is another setup."""
        self.settings = settings
        self.calibration = calibration
        self.setup = Setup(0, None, settings, DEFAULT_CAMERA)
        """Read by the worker before every frame."""
        self.instead: ModelSpec | None = None
        """What runs in place of what the settings say, since that did not work."""
        self._feed = feed
        self._parts = parts
        self._renewed = renewed
        self._clock = clock
        self._timing = timing
        self._lock = threading.Lock()
        self._closed = False
        self._loaded: Loaded | None = None
        self._load_again_at = float("-inf")

    @property
    def backend(self) -> BackendInfo | None:
        """What runs, None before the first network is ready."""
        backend = self.setup.backend
        return None if backend is None else backend.info

    @property
    def camera(self) -> Camera | None:
        """The camera for the newest frame, None before the first."""
        size = self._feed.size
        return None if size is None else self._camera_spec().for_image(*size, self.settings.fx)

    @property
    def wants_network(self) -> bool:
        """Whether there is none, and it is time to load one."""
        return self.setup.backend is None and self._clock() >= self._load_again_at

    def apply(self, changes: Mapping[str, Any]) -> None:
        """Settings that need no other network or source; in effect from the next frame on."""
        with self._lock:
            self.settings = self.settings.changed(changes)
            self._renew()

    def set_calibration(self, calibration: Calibration | None) -> None:
        """The camera file to use, None for the source's own camera; in effect from the next frame on."""
        with self._lock:
            self.calibration = calibration
            self._renew()

    def start_run(self) -> None:
        """The first frame of a run has come: its camera is known now."""
        with self._lock:
            self._renew()

    def load(self, job: Job, first: Frame | None, progress: Progress) -> Loaded | None:
        """The network that `job` needs for frames like `first`, or like the newest one.

        None where the running one will do, and where none can be loaded yet: without a frame nobody knows the
        size, and a source is not held back by a network that does not load.
        """
        settings, running = self.settings.changed(job.changes), self._loaded
        frame_size = self._feed.size if first is None else size_of(first)
        if frame_size is None or (running is None and job.source is not None):
            return None
        size = network_size(*frame_size, settings.height_size)
        asked = job.instead is not None or NETWORK_SETTINGS & job.changes.keys()
        if running is not None and not asked and not _misfits(running, size):
            return None
        progress("load", None, f"loading the network for {size[1]} x {size[0]} pixels")
        try:
            spec = self._instead_after(job) or settings.model_spec
            return Loaded(Watched(self._parts.load_backend(spec, size, progress)), size)
        except Exception:
            self.postpone_loading()
            raise

    def postpone_loading(self) -> None:
        """Not again at once: it did not work."""
        self._load_again_at = self._clock() + self._timing.reload_s

    def commit(self, job: Job, reader: Reader | None, loaded: Loaded | None) -> Replaced:
        """Put into effect what `job` made ready. `Cancelled` when closed, or when it was withdrawn."""
        with self._lock:
            if self._closed or job.withdrawn.is_set():
                raise Cancelled
            self.instead = self._instead_after(job)
            self.settings = self.settings.changed(job.changes)
            replaced_reader = None if reader is None else self._feed.use(reader)
            replaced_network = self.setup.backend if loaded is not None else None
            self._loaded = loaded or self._loaded
            self._load_again_at = float("-inf")
            self._renew(adopted=threading.Event())
            return Replaced(replaced_reader, replaced_network, self.setup.adopted)

    def _instead_after(self, job: Job) -> ModelSpec | None:
        """What runs in place of the settings' choice when `job` is done."""
        return job.instead or (None if CHOICE & job.changes.keys() else self.instead)

    def forbid(self) -> None:
        """Accept no more commits."""
        with self._lock:
            self._closed = True

    def close_network(self) -> None:
        """Close the network in use, when nobody uses it any more."""
        with self._lock:
            loaded, self._loaded = self._loaded, None
        if loaded is not None:
            loaded.backend.close()

    def _renew(self, **changes: Any) -> None:
        """A new setup of what is in effect. It shares `adopted` with its predecessor, which nobody may have seen."""
        self.setup = replace(
            self.setup,
            run=self._feed.run,
            backend=None if self._loaded is None else self._loaded.backend,
            settings=self.settings,
            camera=self._camera_spec(),
            **changes,
        )
        self._renewed()

    def _camera_spec(self) -> CameraSpec:
        """The calibration given, or the source's own camera, or the default; `up` of the settings beats theirs."""
        spec = self.calibration.spec if self.calibration is not None else self._feed.camera or DEFAULT_CAMERA
        return replace(spec, up=self.settings.up) if self.settings.up is not None else spec


def _misfits(running: Loaded, size: tuple[int, int]) -> bool:
    """Whether frames of another network size would make it compile, or squeeze them into the old one.

    Where the model itself knows a single size, loading it again changes nothing.
    """
    return running.size != size and running.backend.fixed_size in (None, running.size)
