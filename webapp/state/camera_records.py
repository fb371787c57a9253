"""The file of cameras by source, `cameras.json` beside the settings, and the camera files that were uploaded.

It is written as a whole or not at all; a broken one is renamed, never lost.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.errors import PosecastError, reason
from engine.files import cannot_read, sync, whole_file
from webapp.state.camera_fields import Record

VERSION = 1
MAX_SOURCES = 500
"""Maximum number of sources; those that were not changed for the longest time are forgotten first."""


class CameraRecords:
    """Thread-safe. Servers that share the folder see each other's changes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._files = path.with_name("cameras")
        self._lock = threading.Lock()
        self.problem: str | None = None
        """Said once, if a broken file was set aside."""

    def of(self, key: str) -> Record:
        """What is known of a source; empty if nothing is."""
        with self._lock:
            return dict(self._load()["sources"].get(key, {}))

    def change(self, key: str, change: Callable[[Record], Record]) -> None:
        """Replace the record of a source by `change` of it. PosecastError or OSError if it cannot be saved."""
        with self._lock:
            document = self._load()
            sources = document["sources"]
            record = change(dict(sources.pop(key, {})))
            if record:
                sources[key] = record
            while len(sources) > MAX_SOURCES:
                del sources[next(iter(sources))]
            self._save(document)

    def adopted(self) -> Record:
        """The values of the settings file that were taken over for a source."""
        with self._lock:
            return dict(self._load()["adopted"])

    def adopt(self, key: str, values: Record) -> None:
        """Take values of the settings file over for one source, once."""
        with self._lock:
            document = self._load()
            document["adopted"] = values
            if values:
                document["sources"][key] = {**document["sources"].get(key, {}), **values}
            self._save(document)

    def keep_file(self, data: bytes, suffix: str) -> Path:
        """Save an uploaded camera file; returns its path. Files that no source uses any more are removed."""
        with self._lock:
            self._files.mkdir(parents=True, exist_ok=True)
            path = self._files / f"camera-{hashlib.sha256(data).hexdigest()[:16]}{suffix}"
            with whole_file(path) as temporary:
                temporary.write_bytes(data)
                sync(temporary)
            return path

    def remove_unused_files(self) -> None:
        """Remove uploaded camera files that no source uses. Called at the start: Undo needs those of a run."""
        with self._lock:
            used = json.dumps(self._load())
            for path in self._files.glob("camera-*") if self._files.is_dir() else ():
                if path.name not in used:
                    path.unlink(missing_ok=True)

    def _load(self) -> Record:
        empty: Record = {"version": VERSION, "adopted": {}, "sources": {}}
        try:
            document = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return empty
        except OSError as error:
            raise cannot_read(f"the cameras in {self.path}", error) from error
        except (ValueError, RecursionError):
            document = None
        if _is_sound(document):
            return {**empty, **document}
        self._set_aside()
        return empty

    def _set_aside(self) -> None:
        aside = self.path.with_name(f"{self.path.name}.broken-{time.strftime('%Y%m%d-%H%M%S')}")
        try:
            self.path.replace(aside)
        except OSError as error:
            raise PosecastError(f"{self.path} is damaged: {reason(error)}", "correct or remove it") from error
        self.problem = f"the file of the cameras was damaged; kept as {aside}, starting without"

    def _save(self, document: Record) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(self.path) as temporary:
            temporary.write_text(json.dumps(document, indent=1), encoding="utf-8")
            sync(temporary)


def _is_sound(document: Any) -> bool:
    return (
        isinstance(document, dict)
        and document.get("version") == VERSION
        and isinstance(document.get("adopted", {}), dict)
        and isinstance(document.get("sources"), dict)
        and all(isinstance(record, dict) for record in document["sources"].values())
    )
