"""What the engine tells, passed on to the sockets, the counters and the settings file."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from typing import Any

from engine.errors import PosecastError
from engine.pipeline import Event, Pipeline, ProblemEvent, ProgressEvent
from webapp.broadcast import Broadcaster
from webapp.metrics import Metrics
from webapp.recordings import RECORDING
from webapp.store import Store

log = logging.getLogger(__name__)

_NOT_SAVED = ("model", "extrinsics")
"""Settings that only the command line sets; the camera file is kept by `CameraDesk`."""


class EngineEvents:
    """A listener of the pipeline. Called in the engine's threads, so that it only hands on."""

    def __init__(self, pipeline: Pipeline, store: Store, broadcaster: Broadcaster, metrics: Metrics) -> None:
        self._pipeline, self._store, self._broadcaster, self._metrics = pipeline, store, broadcaster, metrics
        state = pipeline.state()
        self._saved = state.settings.to_json()
        self._backend = state.backend
        self._lock = threading.Lock()

    def __call__(self, event: Event) -> None:
        if isinstance(event, ProgressEvent):
            self._broadcaster.progress(event.task, event.step, event.fraction, event.message)
        elif isinstance(event, ProblemEvent):
            self._metrics.count_problem()
            self._broadcaster.problem(event.error, event.hint)
        else:
            self._broadcaster.state_changed()

    def settle(self) -> None:
        """Count a changed backend and save changed settings, whoever changed them. Once a second, and at the end."""
        with self._lock:  # held to the end: an older state must not be saved over a newer one
            state = self._pipeline.state()
            if state.backend is not None and state.backend != self._backend:
                if self._backend is not None:
                    self._metrics.count_switch()
                self._backend = state.backend
            settings = state.settings.to_json()
            changes = {name: value for name, value in settings.items() if value != self._saved[name]}
            self._saved = settings
            self._save({name: value for name, value in changes.items() if name not in _NOT_SAVED})

    def _save(self, changes: Mapping[str, Any]) -> None:
        # A recording is something to look at, not what the next start should show.
        if str(changes.get("source", "")).startswith(RECORDING):
            changes = {name: value for name, value in changes.items() if name != "source"}
        if not changes:
            return
        try:
            problem = self._store.update(changes)
        except (OSError, PosecastError) as error:
            log.warning("cannot save the settings: %s", error)
            problem = f"the settings could not be saved in {self._store.path}"
        if problem:
            self._broadcaster.problem(problem, "")
