"""Forwards the engine's events to the sockets, the counters and the settings file."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from typing import Any

from engine.errors import PosecastError
from engine.extrinsics import SOURCE_SETTINGS
from engine.pipeline import Event, Pipeline, ProblemEvent, ProgressEvent
from engine.types import Snapshot
from webapp.live.broadcast import Broadcaster
from webapp.monitoring.engine_log import Chronicle
from webapp.monitoring.logs import report_problem
from webapp.monitoring.metrics import Metrics
from webapp.state.store import Store

log = logging.getLogger(__name__)

_NOT_SAVED = ("source", "model", "model_input", *SOURCE_SETTINGS, "person_heights_m")
"""Settings not saved here: the command line sets the model, `CameraDesk` saves those of the source's camera and
`SourceDesk` the source, and ids are of one run."""


class EngineEvents:
    """A listener of the pipeline. It is called in the engine's threads, and must not block them."""

    def __init__(self, pipeline: Pipeline, store: Store, broadcaster: Broadcaster[Snapshot], metrics: Metrics) -> None:
        self._pipeline, self._store, self._broadcaster, self._metrics = pipeline, store, broadcaster, metrics
        self._saved = pipeline.state().settings.to_json()
        self._chronicle = Chronicle()
        self._lock = threading.Lock()

    def __call__(self, event: Event) -> None:
        if isinstance(event, ProgressEvent):
            self._broadcaster.progress(event.task, event.step, event.fraction, event.message)
        elif isinstance(event, ProblemEvent):
            self._tell_problem(event)
        else:
            self._observe()
            self._broadcaster.state_changed()

    def _observe(self) -> None:
        self._metrics.count_switches(self._chronicle.observe(self._pipeline.state()))

    def _tell_problem(self, problem: ProblemEvent) -> None:
        self._metrics.count_problem()
        kind = "source" if self._pipeline.state().stats.source_problem == problem.error else "engine"
        report_problem(log, kind, problem.error, problem.hint)
        self._broadcaster.problem(problem.error, problem.hint)

    def settle(self) -> None:
        """Log changes of source and backend, and save changed settings. Called once a second, and at the end."""
        with self._lock:  # held until saved: an older state must not overwrite a newer one
            self._observe()
            settings = self._pipeline.state().settings.to_json()
            changes = {name: value for name, value in settings.items() if value != self._saved[name]}
            self._saved = settings
            self._save({name: value for name, value in changes.items() if name not in _NOT_SAVED})

    def _save(self, changes: Mapping[str, Any]) -> None:
        if not changes:
            return
        try:
            problem = self._store.update(changes)
        except (OSError, PosecastError) as error:
            log.warning("cannot save the settings in %s: %s", self._store.path, error)
            problem = "the settings could not be saved; the server's log says why"
        if problem:
            report_problem(log, "settings", problem, "")
            self._broadcaster.problem(problem, "")
