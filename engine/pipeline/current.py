"""The setup in effect: source, network, settings and camera, in one record that is replaced as a whole."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.extrinsics import Calibration, SourceCamera, effective_camera, source_settings
from engine.geometry import Camera, CameraSpec, same_camera
from engine.pipeline.feed import Feed, size_of
from engine.pipeline.job import BackgroundJob, Cancelled
from engine.pipeline.parts import Parts
from engine.pipeline.reader import Reader
from engine.pipeline.timing import Timing
from engine.pipeline.watchdog import WatchedBackend
from engine.pipeline.worker import Fallback, Setup
from engine.preprocess import network_size
from engine.rig import first_replacement, is_rig
from engine.settings import Settings
from engine.types import BackendInfo, Frame, ModelSpec, Progress

NETWORK_SETTINGS = frozenset({"model", "model_input", "backend", "device", "precision", "height_size", "body"})
"""Settings whose change requires another network, which is loaded beside the running one."""
CHOICE = NETWORK_SETTINGS - {"height_size"}
"""Settings that choose the network: changing one of them ends a fallback."""


_PARTS = ("calibration", "estimated", "fx_size", "cameras")
"""The fields of `SourceCamera` that `Setup` has, too."""


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """The change that a switch puts into effect."""

    task: str
    """'start', 'backend' or 'source'."""
    to: str
    """Description of the target for the user."""
    source: str | None = None
    """The source to open; None to keep the current one."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Settings that take effect when it succeeds."""
    fallback: Fallback | None = None
    """The network to run instead of the one in the settings."""
    camera: SourceCamera | None = None
    """The camera of the source to open; None to keep the current one."""


@dataclass(frozen=True, slots=True, eq=False)
class Replaced:
    """What a finished switch has replaced, to be closed once `adopted` is set."""

    reader: Reader | None
    network: WatchedBackend | None
    adopted: threading.Event


class Current:
    """Owns and replaces the setup, and loads networks for it."""

    def __init__(
        self,
        settings: Settings,
        calibration: Calibration | None,
        feed: Feed,
        parts: Parts,
        changed: Callable[[], None],
        placed: Callable[[CameraSpec, Settings], CameraSpec],
        clock: Callable[[], float],
        timing: Timing,
    ) -> None:
        """`changed` is called when the setup was replaced; `placed` puts a camera on the floor found for it, if any."""
        known = effective_camera(settings, calibration, None)
        self.setup = Setup(0, None, settings, known, known, calibration)
        """Read by the worker before every frame."""
        self._feed, self._parts, self._changed, self._placed = feed, parts, changed, placed
        self._clock, self._timing = clock, timing
        self._lock = threading.Lock()
        self._closed = False
        self._load_again_at = float("-inf")

    @property
    def settings(self) -> Settings:
        return self.setup.settings

    @property
    def backend(self) -> BackendInfo | None:
        """The running backend; None before the first network is ready."""
        network = self.setup.network
        return None if network is None else network.info

    @property
    def calibration(self) -> Calibration | None:
        """The camera file in use; of a rig, the one that the user has given for its first camera."""
        if not is_rig(self.settings.source):
            return self.setup.calibration
        given = first_replacement(self._feed.camera, self.setup.cameras)
        return None if given is None else given.calibration

    @property
    def camera(self) -> Camera | None:
        """The camera for the newest frame; None before the first."""
        size = self._feed.size
        return None if size is None else self.setup.camera.for_image(*size)

    @property
    def needs_network(self) -> bool:
        """Whether there is no network, and it is time to load one."""
        return self.setup.network is None and self._clock() >= self._load_again_at

    def apply(self, changes: Mapping[str, Any]) -> None:
        """Apply settings that require no other network or source, from the next frame on."""
        fx_size = {"fx_size": self._feed.size} if "fx" in changes else {}
        with self._lock:
            self._replace(settings=self.settings.changed(changes), **fx_size)

    def set_calibration(self, calibration: Calibration | None) -> None:
        """Use a camera file, or None for the source's own camera, from the next frame on; `up` is its own again."""
        with self._lock:
            self._replace(calibration=calibration, settings=self.settings.changed({"up": None, "extrinsics": None}))

    @property
    def source_camera(self) -> tuple[str, SourceCamera]:
        """The current source, and everything about its camera."""
        setup = self.setup
        settings = source_settings(setup.settings)
        parts = {name: getattr(setup, name) for name in _PARTS}
        return setup.settings.source, SourceCamera(settings=settings, **parts)

    def use_camera(self, source: str, camera: SourceCamera) -> bool:
        """Use all of `camera` from the next frame on; False, and nothing changed, if `source` is not current."""
        with self._lock:
            if source != self.settings.source:
                return False
            self._replace(settings=self.settings.changed(camera.settings), **_parts_of(camera))
            return True

    def update_camera(self) -> None:
        """Update the camera: the first frame of a run has arrived, or the floor was found."""
        with self._lock:
            self._replace()

    def load(self, change: Change, first: Frame | None, progress: Progress) -> WatchedBackend | None:
        """Load the network that `change` requires for frames like `first`, or like the newest one.

        None if the running one fits, or none can be loaded yet: the frame size is unknown before the first frame, and
        a network that does not load must not delay a source.
        """
        settings, running = self.settings.changed(change.settings), self.setup.network
        frame_size = self._feed.size if first is None else size_of(first)
        if frame_size is None or (running is None and change.source is not None):
            return None
        size = network_size(*frame_size, settings.height_size)
        asked = change.fallback is not None or NETWORK_SETTINGS & change.settings.keys()
        if running is not None and not asked and running.fits(size):
            return None
        progress("load", None, f"loading the network for {size[1]} x {size[0]} pixels")
        fallback = self._fallback_after(change)
        try:
            spec: ModelSpec = settings.model_spec if fallback is None else fallback.choice
            return WatchedBackend(self._parts.load_backend(spec, size, progress), size)
        except Exception:
            self.postpone_loading()
            raise

    def postpone_loading(self) -> None:
        """Wait before the next attempt, after the network failed to load."""
        self._load_again_at = self._clock() + self._timing.reload_s

    def commit(
        self, change: Change, job: BackgroundJob, reader: Reader | None, network: WatchedBackend | None
    ) -> Replaced:
        """Put into effect what `job` has prepared. Raises `Cancelled` if the job was cancelled, or after `close`."""
        with self._lock:
            job.check()
            if self._closed:
                raise Cancelled
            replaced = Replaced(
                None if reader is None else self._feed.use(reader),
                None if network is None else self.setup.network,
                threading.Event(),
            )
            self._load_again_at = float("-inf")
            camera = change.camera
            own = {} if camera is None else dict(camera.settings)
            self._replace(
                settings=self.settings.changed({**own, **change.settings}),
                **({} if camera is None else _parts_of(camera)),
                fallback=self._fallback_after(change),
                network=network or self.setup.network,
                adopted=replaced.adopted,
            )
            return replaced

    def close(self) -> None:
        """Accept no more commits."""
        with self._lock:
            self._closed = True

    def close_network(self) -> None:
        """Close the network in use, once the worker has ended."""
        if self.setup.network is not None:
            self.setup.network.close()

    def _known(self, setup: Setup) -> CameraSpec:
        """The camera as files, its source and the settings say; of a rig, the first, as its file or the user says."""
        own = self._feed.camera
        if own is not None and is_rig(setup.settings.source):
            given = first_replacement(own, setup.cameras)
            return own if given is None else given.calibration.spec
        return effective_camera(
            setup.settings, setup.calibration, own, estimated=setup.estimated, fx_size=setup.fx_size
        )

    def _fallback_after(self, change: Change) -> Fallback | None:
        return change.fallback or (None if CHOICE & change.settings.keys() else self.setup.fallback)

    def _replace(self, **changes: Any) -> None:
        """Replace the setup. It shares `adopted` with its predecessor, which the worker may never have seen."""
        before, setup = self.setup, replace(self.setup, run=self._feed.run, **changes)
        known = self._known(setup)
        camera = known if _is_posed(setup.calibration) else self._placed(known, setup.settings)
        self.setup = replace(setup, camera=_revised(camera, before, setup), known_camera=known)
        self._changed()


def _is_posed(calibration: Calibration | None) -> bool:
    """Whether the user has chosen the camera's pose, which a floor that is found does not replace."""
    return calibration is not None and calibration.spec.provenance.pose != "default"


def _parts_of(camera: SourceCamera) -> dict[str, Any]:
    """The fields of `Setup` that `camera` has."""
    return {name: getattr(camera, name) for name in _PARTS}


def _revised(camera: CameraSpec, before: Setup, after: Setup) -> CameraSpec:
    """`camera` with its revision, which counts the changes since the first frame of the source."""
    is_new = before.settings.source != after.settings.source or before.run == 0
    changed = 0 if same_camera(camera, before.camera) else 1
    revision = 0 if is_new else before.camera.provenance.revision + changed
    return replace(camera, provenance=replace(camera.provenance, revision=revision))
