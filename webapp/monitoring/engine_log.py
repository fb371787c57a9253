"""Logs what happens to the source, the floor and the network: opened, lost, paused, found, switched.

In: the engine's state, whenever it may have changed. Out: an event for each change.
"""

from __future__ import annotations

import logging
import threading

from engine.pipeline import EngineState
from engine.types import BackendInfo
from webapp.monitoring.logs import event

log = logging.getLogger(__name__)


class Chronicle:
    """Remembers what was logged last. Any thread may call `observe`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._flowing: str | None = None
        """Name of the source that delivers frames."""
        self._captured = 0
        self._backend: BackendInfo | None = None
        self._floor: str | None = None
        """The source whose floor was found."""

    def observe(self, state: EngineState) -> int:
        """Log what changed since the last call; 1 if a running network was replaced, otherwise 0."""
        with self._lock:
            self._observe_source(state)
            self._observe_floor(state)
            return self._observe_backend(state.backend)

    def _observe_source(self, state: EngineState) -> None:
        stats = state.stats
        name = state.source
        came, self._captured = stats.captured > self._captured, stats.captured
        if state.status in ("paused", "stopped"):
            if self._flowing is not None and state.status == "paused":
                event(log, "source_paused", f"{name} is closed while there are no viewers", source=name)
            self._flowing = None
        elif stats.source_problem is not None:
            if self._flowing is not None:
                message = f"no more frames: {stats.source_problem}"
                event(log, "source_lost", message, level=logging.WARNING, source=name, reason=stats.source_problem)
            self._flowing = None
        elif came and self._flowing != name:
            event(log, "source_opened", f"{name} delivers frames", source=name)
            self._flowing = name

    def _observe_floor(self, state: EngineState) -> None:
        known, camera = state.floor.status, state.camera
        if known.state == "frozen" and state.floor.estimate is not None and camera is not None:
            if self._floor != state.source:
                self._floor = state.source
                where = f"{camera.height:.2f} m above it, {camera.tilt_down:.0f} degrees down, rolled {camera.roll:.0f}"
                event(
                    log, "floor_found", f"the floor was found from people: the camera is {where}", source=state.source
                )
        elif known.state in ("estimating", "too weak") and self._floor == state.source:
            self._floor = None
            event(log, "floor_lost", "the floor is looked for again", source=state.source)

    def _observe_backend(self, backend: BackendInfo | None) -> int:
        before = self._backend
        if backend is None or backend == before:
            return 0
        self._backend = backend
        now = f"{backend.name} on {backend.device} in {backend.precision}"
        was = "" if before is None else f" instead of {before.name} on {before.device} in {before.precision}"
        event(
            log,
            "backend_switched",
            f"the network runs in {now}{was}",
            backend=backend.name,
            device=backend.device,
            precision=backend.precision,
        )
        return int(before is not None)
