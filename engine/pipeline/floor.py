"""The floor of the live view: every new estimate replaces the camera between two frames."""

from __future__ import annotations

import threading

import numpy as np

from engine.floor import Floor, FloorWatch
from engine.geometry import CameraSpec
from engine.pipeline.current import Current
from engine.pipeline.events import Announcer, StateEvent
from engine.pipeline.worker import Setup
from engine.settings import Settings
from engine.types import Snapshot


class FloorKeeper:
    """Owns the watch for any thread."""

    def __init__(self, announcer: Announcer) -> None:
        self._announcer = announcer
        self._watch = FloorWatch()
        self._lock = threading.Lock()
        """Taken inside that of `Current`, never around it."""

    def see(self, snapshot: Snapshot, current: Current) -> None:
        """Look at a snapshot; called in the worker, between two frames."""
        setup, seen = current.setup, snapshot.scene.camera
        camera = setup.camera.for_image(*seen.image_size)
        if not (np.array_equal(seen.R, camera.R) and np.array_equal(seen.t, camera.t)):
            return  # it was still on its way while the camera or the source was changed
        with self._lock:
            changed = self._watch.see(snapshot, setup.settings)
        if changed:
            current.update_camera()
            self._announcer.announce(StateEvent())

    def find_again(self, current: Current) -> None:
        """Begin again; what was found before is not used."""
        with self._lock:
            self._watch.forget()
        current.update_camera()

    def placed(self, spec: CameraSpec, settings: Settings) -> CameraSpec:
        """`spec` on the floor found for it."""
        with self._lock:
            return self._watch.placed(spec, settings)

    def floor(self, setup: Setup) -> Floor:
        """What is known about the floor."""
        with self._lock:
            return self._watch.floor(setup.known_camera, setup.settings)

    def hold(self, holder: str) -> None:
        with self._lock:
            self._watch.hold(holder)

    def release(self, holder: str) -> None:
        with self._lock:
            self._watch.release(holder)
