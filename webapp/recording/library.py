"""The library: recordings with what is known about them, and what their user changed. Listing, changing, deleting."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from engine.errors import PosecastError
from engine.motion.edits import Edits
from engine.motion.edits_file import About, edits_path, read_about, write_about
from engine.wire import Wire
from webapp.access.errors import ConflictError, UnavailableError
from webapp.recording.changes import changed, needs_index
from webapp.recording.index import Index, Mark
from webapp.recording.indexes import Indexes
from webapp.recording.recordings import RECORDING, SCENES, VIDEO, Recordings
from webapp.recording.trash import Trash

log = logging.getLogger(__name__)

_PATIENCE_S = 2.0
"""How long a request waits for the index of a recording."""


class Library:
    """Recordings, their indexes and their edits, and the trash. Thread-safe."""

    def __init__(self, recordings: Recordings) -> None:
        self.recordings, self.indexes, self.trash = recordings, Indexes(), Trash(recordings)
        self.revision = 0
        """Counts the changes: pages list the recordings again when it has changed."""
        self._kept: dict[str, tuple[int, About]] = {}
        """What was read of each file of edits, and the time stamp of that."""
        self._lock = threading.Lock()

    def sources(self) -> Iterator[tuple[str, str]]:
        """(source, title) of each recording, the newest first."""
        for name in self.recordings.names():
            about = self._shown(name)
            yield RECORDING + name, about.title or made_at(name)

    def listing(self, playing: str | None = None) -> list[Wire]:
        """All recordings, the newest first; `playing` is the name of the source."""
        told = (self._told(name, playing) for name in self.recordings.names())
        return [one for one in told if one is not None]

    def entry(self, name: str, playing: str | None = None) -> Wire:
        """One of the listing; NotFoundError if there is none."""
        self.recordings.path(name)
        told = self._told(name, playing)
        assert told is not None
        return told

    def edits(self, name: str) -> Edits:
        """What its user changed about who is who, and from when to when."""
        return read_about(self.recordings.path(name)).edits

    def change(self, name: str, changes: Mapping[str, Any]) -> None:
        """Keep changes; PosecastError, and nothing is changed, if one is not possible."""
        scenes = self.recordings.path(name)
        index = self.index(name) if needs_index(changes) else None
        with self._lock:
            try:
                write_about(scenes, changed(read_about(scenes), changes, index))
            except OSError as error:
                log.warning("cannot keep the edits of %s: %s", name, error)
                raise ConflictError("the changes cannot be kept", "see the server's log") from error
            self.revision += 1

    def index(self, name: str) -> Index:
        """The index; UnavailableError while a long recording is read for the first time."""
        scenes = self.recordings.path(name)
        index = self.indexes.of(scenes)
        if index is None:
            self.indexes.building(scenes).ended.wait(_PATIENCE_S)
            index = self.indexes.of(scenes)
        if index is None:
            raise UnavailableError("the recording is being read for the first time", "try again in some seconds")
        return index

    def marks(self, name: str, index: Index) -> list[Mark]:
        """The marks of the index under the ids and names that its user gave, without deleted people."""
        about = self._shown(name)
        kept = {person: group[0] for group in about.merged for person in group}
        marks = [replace(mark, person=kept.get(mark.person, mark.person)) for mark in index.marks]  # type: ignore[arg-type]
        return [
            replace(mark, label=mark.label or about.names.get(mark.person or 0))
            for mark in marks
            if mark.person not in about.deleted
        ]

    def delete(self, name: str) -> None:
        self.trash.delete(name)
        self.indexes.forget(self._scenes(name))
        self.revision += 1

    def restore(self, name: str) -> None:
        self.trash.restore(name)
        self.revision += 1

    def close(self) -> None:
        """Erase what was deleted, and stop."""
        self.indexes.close()
        self.trash.empty()

    def _told(self, name: str, playing: str | None) -> Wire | None:
        """None if it was deleted meanwhile."""
        scenes = self._scenes(name)
        try:
            index = self.indexes.of(scenes)
        except OSError:
            return None
        about, video = self._shown(name), (self.recordings.folder / f"{name}{VIDEO}").is_file()
        return {
            "name": name,
            "title": about.title,
            "label": about.title or made_at(name),
            "notes": about.notes,
            "scenes": None if index is None else index.scenes,
            "seconds": None if index is None else index.seconds,
            "created": None if index is None else index.start_wall_time,
            "people": None if index is None else [msgspec.to_builtins(person) for person in index.people],
            "bytes": self.recordings.bytes_of(name),
            "video": video,
            "thumbnail": video or index is None or bool(index.people),
            "playing": playing == RECORDING + name,
            "edits": {
                "trim_s": about.trim_s,
                "merged": about.merged,
                "deleted": about.deleted,
                "names": {str(person): title for person, title in about.names.items()},
            },
        }

    def _shown(self, name: str) -> About:
        """What is kept, for a listing: a damaged file must not hide the recording."""
        path = edits_path(self._scenes(name))
        try:
            version = path.stat().st_mtime_ns
        except OSError:
            return About()
        known = self._kept.get(name)
        if known is None or known[0] != version:
            try:
                known = version, read_about(self._scenes(name))
            except PosecastError as error:
                log.warning("%s", error)
                known = version, About()
            self._kept[name] = known
        return known[1]

    def _scenes(self, name: str) -> Path:
        return self.recordings.folder / f"{name}{SCENES}"


def made_at(name: str) -> str:
    """`recording-20261128-215500-2` as people read it."""
    found = re.fullmatch(r"recording-(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)(?:-(\d+))?", name)
    if found is None:
        return name
    year, month, day, hour, minute, second, number = found.groups()
    return f"Recording {year}-{month}-{day} {hour}:{minute}:{second}" + (f" ({number})" if number else "")
