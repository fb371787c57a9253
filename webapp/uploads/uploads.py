"""Receives uploads in pieces, keeps them within a limit, and tells what there is."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.capture.uploaded import MEDIA, NAME, UPLOAD
from engine.errors import PosecastError, reason
from engine.wire import Wire
from webapp.access.errors import ConflictError, NotFoundError, UnavailableError
from webapp.monitoring.logs import event
from webapp.uploads.examine import examine
from webapp.uploads.files import PART, THUMBNAIL, About, Files, clean_title

log = logging.getLogger(__name__)

MAX_PIECE = 1024 * 1024
"""Maximum bytes of a piece: the size of any request's body."""
SPARE_BYTES = 256 * 1024**2
"""Bytes left free on the disk for everything else."""
_MB = 1_000_000

Examine = Callable[[Path, str, Path], dict[str, Any]]


class Uploads:
    """A folder of uploads, of at most `limit_bytes` in total. Thread-safe."""

    def __init__(self, folder: Path, limit_bytes: int, changed: Callable[[], None], examine: Examine = examine) -> None:
        """`changed` is called when an upload has become a source, or is one no more."""
        self.limit_bytes = limit_bytes
        self._files, self._changed, self._examine = Files(folder), changed, examine
        self._busy: set[str] = set()
        self._lock = threading.Lock()

    def sources(self) -> Iterator[tuple[str, str]]:
        """(source, title) of each whole upload, the newest first."""
        for name in self._files.finished():
            about = self._files.about(name)
            yield UPLOAD + name, about.title if about else name

    def listing(self) -> list[Wire]:
        """The whole uploads, the newest first."""
        return [told for name in self._files.finished() if (told := self._told(name)) is not None]

    def unfinished(self) -> list[Wire]:
        """Uploads of which a part has arrived."""
        self._files.remove_stale()
        return [told for name in self._files.unfinished() if (told := self._told(name)) is not None]

    def total_bytes(self) -> int:
        """Bytes that the uploads take, or will take when they are whole."""
        names = (*self._files.finished(), *self._files.unfinished())
        return sum(about.size for name in names if (about := self._files.about(name)) is not None)

    def status(self, name: str) -> Wire:
        """What is known about an upload; `offset` is where its next piece begins."""
        told = self._told(name) if NAME.fullmatch(name) else None
        if told is None:
            raise NotFoundError(f"there is no upload {name[:100]!r}", "GET /api/uploads lists them")
        return told

    def begin(self, title: str, size: int, modified: int) -> Wire:
        """A new upload, or an unfinished one of the same file. ConflictError if there is no room for it."""
        about = About(clean_title(title), size, modified)
        with self._lock:
            self._files.remove_stale()
            known = next((name for name in self._files.unfinished() if self._files.about(name) == about), None)
            if known is not None:
                return self.status(known)
            self._check_room(size)
            with self._writing():
                name = self._files.create()
                self._files.describe(name, about)
        event(log, "upload_begun", f"upload {name}: {size} bytes", name=name, bytes=size)
        return self.status(name)

    def receive(self, name: str, offset: int, piece: bytes) -> Wire:
        """Add the piece that begins at `offset`. The last one makes the upload a source, or PosecastError removes it.

        ConflictError, and nothing is added, if the piece begins elsewhere or there is no room.
        """
        about = self._about(name)
        with self._only_one(name):
            arrived = self._files.arrived(name)
            if offset != arrived:
                raise ConflictError(
                    f"the piece begins at byte {offset}, but {arrived} bytes have arrived", f"go on at byte {arrived}"
                )
            if arrived + len(piece) > about.size:
                raise PosecastError(
                    f"the upload is longer than its {about.size} bytes", "upload it again from the start"
                )
            if piece:
                self._check_disk(len(piece))
                with self._writing():
                    self._files.append(name, offset, piece)
            if arrived + len(piece) == about.size:
                self._finish(name, about)
        return self.status(name)

    def thumbnail(self, name: str) -> Path:
        """The small picture of a whole upload."""
        self.status(name)
        path = self._files.path(name, THUMBNAIL)
        if not path.is_file():
            raise NotFoundError(f"{name} has no picture", "it is made when the upload is whole")
        return path

    def remove(self, name: str) -> None:
        """Remove an upload, whole or not."""
        self.status(name)
        with self._only_one(name):
            self._files.remove(name)
        event(log, "upload_removed", f"upload {name} was removed", name=name)
        self._changed()

    def _finish(self, name: str, about: About) -> None:
        part = self._files.path(name, PART)
        try:
            found = self._examine(part, about.title, self._files.path(name, THUMBNAIL))
        except PosecastError:
            self._files.remove(name)
            raise
        with self._writing():
            self._files.finish(name, replace(about, **found))
        event(log, "upload_finished", f"upload {name} is a {found['kind']}", name=name, kind=str(found["kind"]))
        self._changed()

    def _about(self, name: str) -> About:
        """What is known about an unfinished upload."""
        self.status(name)
        about = self._files.about(name)
        if about is None or self._files.path(name, MEDIA).exists():
            raise ConflictError(f"{name} is whole already", "upload a new one")
        return about

    def _told(self, name: str) -> Wire | None:
        about = self._files.about(name)
        if about is None:
            return None
        whole = self._files.path(name, MEDIA).exists()
        return {
            "name": name,
            "title": about.title,
            "bytes": about.size,
            "offset": about.size if whole else self._files.arrived(name),
            "whole": whole,
            "kind": about.kind if whole else None,
            "seconds": about.seconds if whole else None,
            "image_size": [about.width, about.height] if whole else None,
        }

    def _check_room(self, size: int) -> None:
        room = self.limit_bytes - self.total_bytes()
        if size > room:
            raise ConflictError(
                f"there is no room for {size / _MB:.0f} MB: uploads may take {self.limit_bytes / _MB:.0f} MB, of which "
                f"{max(0, room) / _MB:.0f} MB are left",
                "remove some uploads, or start the server with a larger --uploads-limit",
            )
        waiting = sum(one["bytes"] - one["offset"] for one in self.unfinished())
        self._check_disk(size + waiting)

    def _check_disk(self, size: int) -> None:
        """ConflictError unless `size` more bytes leave some space on the disk."""
        folder = next((one for one in (self._files.folder, *self._files.folder.parents) if one.is_dir()), None)
        if folder is not None and shutil.disk_usage(folder).free - size < SPARE_BYTES:
            raise ConflictError(
                "the disk of the server is almost full", "make room on it; what has arrived is kept, and can be resumed"
            )

    @contextmanager
    def _only_one(self, name: str) -> Iterator[None]:
        with self._lock:
            if name in self._busy:
                raise UnavailableError("another piece of this upload is being received", "wait for its answer")
            self._busy.add(name)
        try:
            yield
        finally:
            self._busy.discard(name)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Errors of the disk as ConflictError, without the server's paths, which only its log tells."""
        try:
            yield
        except OSError as error:
            log.warning("cannot write an upload in %s: %s", self._files.folder, reason(error))
            raise ConflictError(
                f"the upload cannot be kept: {reason(error)}",
                "make room on the server's disk, or check the folder of the uploads; what has arrived is kept",
            ) from error
