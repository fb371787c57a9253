"""The rules for events as the server keeps them: their file beside the settings, and the latest events.

In: snapshots with their events, and documents of operators. Out: a line in the log and a count for each event.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections import deque
from pathlib import Path
from typing import Any

from engine.errors import PosecastError
from engine.events import EventRules, describe, load_rules
from engine.files import sync, whole_file
from engine.pipeline import Pipeline
from engine.types import Snapshot
from engine.wire import Wire, event_to_wire
from webapp.access.errors import UnavailableError
from webapp.monitoring.logs import event as log_event
from webapp.monitoring.metrics import Metrics

log = logging.getLogger(__name__)

LATEST = 200
"""Number of events that are kept for the page."""


class EventDesk:
    """Thread-safe."""

    def __init__(self, pipeline: Pipeline, path: Path, metrics: Metrics) -> None:
        self._pipeline, self._path, self._metrics = pipeline, path, metrics
        self._latest: deque[Wire] = deque(maxlen=LATEST)
        self._lock = threading.Lock()
        self.revision = 0
        """Counts the changes of rules and zones."""

    def begin(self) -> str | None:
        """Use the saved rules; a sentence if they are broken and were set aside."""
        if not self._path.exists():
            return None
        try:
            self._pipeline.events.use(load_rules(self._path))
        except PosecastError as error:
            if isinstance(error.__cause__, OSError):
                return str(error)
            aside = self._path.with_name(f"{self._path.name}.broken-{time.strftime('%Y%m%d-%H%M%S')}")
            try:
                self._path.replace(aside)
            except OSError:
                return str(error)
            return f"{error.error}; kept as {aside}, the usual rules are used"
        return None

    def document(self) -> Wire:
        """Rules, zones, what they mean, and the latest events, the newest last."""
        with self._lock:
            latest, revision = list(self._latest), self.revision
        return {**self._pipeline.events.rules.document(), "about": describe(), "events": latest, "revision": revision}

    def change(self, document: Any) -> None:
        """Save and use what a document says. PosecastError for what is not valid, UnavailableError if it cannot be."""
        with self._lock:
            before = self._pipeline.events.rules
            rules = before.changed(document)
            self._save(rules)
            self._pipeline.events.use(rules)
            self.revision += 1
        if rules.zones and rules.zones != before.zones:  # zones belong to the floor as it is now
            self._pipeline.hold_floor("zones")
            self._pipeline.release_floor("zones")

    def _save(self, rules: EventRules) -> None:
        text = json.dumps(rules.document(), indent=1, ensure_ascii=False)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with whole_file(self._path) as temporary:
                temporary.write_text(text, encoding="utf-8")
                sync(temporary)
        except (OSError, PosecastError) as error:
            log.warning("the rules for events cannot be saved in %s: %s", self._path, error)
            hint = "check the permissions of the folder, which the server's log names, and that its disk is not full"
            raise UnavailableError("the rules for events cannot be saved", hint) from error

    def forget(self) -> None:
        """Forget the latest events."""
        with self._lock:
            self._latest.clear()

    def see(self, snapshot: Snapshot) -> None:
        """Note the events of a snapshot; those of a replay are old."""
        if snapshot.replayed:
            return
        for event in snapshot.events:
            with self._lock:
                self._latest.append(event_to_wire(event))
            self._metrics.count_event(event.kind)
            log_event(log, "happened", event.label, kind=event.kind, person=event.person, zone=event.zone)
