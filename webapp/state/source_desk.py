"""Changes of the source by the dashboard: another one, the one to start with next time, and one that was deleted."""

from __future__ import annotations

import logging
import threading

from engine.errors import PosecastError
from engine.pipeline import Pipeline
from engine.redaction import redact
from engine.settings import Settings
from webapp.state.sources import Sources
from webapp.state.store import Store

log = logging.getLogger(__name__)


class SourceDesk:
    """Owns changes of the source. Only what a user asks to start with next time is saved."""

    def __init__(self, pipeline: Pipeline, sources: Sources, store: Store) -> None:
        self._pipeline, self._sources, self._store = pipeline, sources, store
        self._lock = threading.Lock()
        self._wanted: str | None = None
        """What is to be saved once it plays."""
        self._start = _saved(store)

    @property
    def start(self) -> str:
        """The source that a start without --source begins with; passwords redacted."""
        return redact(self._start)

    def choose(self, text: str, *, remember: bool = False) -> str:
        """Start to switch to a source that the page may choose; its name, passwords redacted."""
        source = self._sources.resolve(text)
        self._pipeline.switch_source(source)
        with self._lock:
            self._wanted = source if remember else None
        self.settle()
        return redact(source)

    def remember(self, on: bool) -> None:
        """Start with the present source next time, or again with the demo stage."""
        with self._lock:
            self._wanted = None
        self._save(self._pipeline.state().settings.source if on else Settings().source)

    def settle(self) -> None:
        """Save a source that was to be remembered, once it plays. Called once a second."""
        with self._lock:
            wanted, state = self._wanted, self._pipeline.state()
            if wanted is None or (state.switching is not None and state.settings.source != wanted):
                return
            self._wanted = None
            if state.settings.source != wanted:
                return  # it could not be opened
        self._try_to_save(wanted)

    def gone(self, source: str) -> None:
        """A recording or an upload was deleted: if it plays, it stops, and is a problem until another is chosen."""
        if self._pipeline.state().settings.source == source:
            self._pipeline.switch_source(source)
        if self._start == source:
            self._try_to_save(Settings().source)

    def _try_to_save(self, source: str) -> None:
        try:
            self._save(source)
        except PosecastError as error:
            log.warning("%s; %s", error.error, error.hint)

    def _save(self, source: str) -> None:
        try:
            self._store.update({"source": source})
        except OSError as error:
            log.warning("cannot save the source: %s", error)
            raise PosecastError("the source could not be saved for the next start", "see the server's log") from error
        self._start = source


def _saved(store: Store) -> str:
    try:
        return store.load()[0].source
    except PosecastError:  # the file cannot be read: the server has said so at its start
        return Settings().source
