"""The files of the uploads, in one folder: what there is of each, and what it takes.

The server makes the names (`upload-20261128-215500`); text from a visitor never becomes part of a path. Of each there
are NAME.json, what is known about it; while it arrives NAME.part; and once it is whole NAME.media and NAME.jpg.
"""

from __future__ import annotations

import json
import os
import time
import unicodedata
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from engine.capture.uploaded import MEDIA, NAME

ABOUT, PART, THUMBNAIL = ".json", ".part", ".jpg"
STALE_AFTER = 24 * 3600.0
"""Seconds without a piece after which an unfinished upload is removed."""
_LONGEST_TITLE = 120
_MOST_IN_A_SECOND = 100


@dataclass(frozen=True, slots=True)
class About:
    """What is known about an upload."""

    title: str
    """The name that its owner's computer gives it; for people, never for a path."""
    size: int
    """Bytes, when it is whole."""
    modified: int
    """Time stamp of the owner's file: the same title, size and stamp mean the same file."""
    kind: str | None = None
    """'video' or 'image'; None until it is whole, as the fields below."""
    width: int | None = None
    height: int | None = None
    seconds: float | None = None


class Files:
    """A folder of uploads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[str, About] = {}

    def path(self, name: str, suffix: str) -> Path:
        """The path of a file of `name`, which must be a name as the server makes them."""
        assert NAME.fullmatch(name)
        return self.folder / f"{name}{suffix}"

    def finished(self) -> list[str]:
        """Names of whole uploads, the newest first."""
        return self._names(MEDIA)

    def unfinished(self) -> list[str]:
        """Names of uploads that are not whole yet, the newest first."""
        return self._names(PART)

    def about(self, name: str) -> About | None:
        """What is known about an upload; None if that cannot be read."""
        if name not in self._known:
            try:
                self._known[name] = About(**json.loads(self.path(name, ABOUT).read_text(encoding="utf-8")))
            except (OSError, ValueError, TypeError):
                return None
        return self._known[name]

    def describe(self, name: str, about: About) -> None:
        """Keep what is known about an upload; OSError, and what was known before, if that cannot be written."""
        path = self.path(name, ABOUT)
        temporary = path.with_name(f"{path.name}.new")
        try:
            temporary.write_text(json.dumps(asdict(about)), encoding="utf-8")
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        self._known[name] = about

    def create(self) -> str:
        """The name of a new upload, of which nothing has arrived. OSError if the folder cannot be written to."""
        self.folder.mkdir(parents=True, exist_ok=True)
        base = f"upload-{time.strftime('%Y%m%d-%H%M%S')}"
        for name in (base, *(f"{base}-{number}" for number in range(2, _MOST_IN_A_SECOND))):
            if not any(self.folder.glob(f"{name}.*")):
                with suppress(FileExistsError):  # another server was faster
                    self.path(name, PART).open("xb").close()
                    return name
        raise OSError("no name is free")

    def arrived(self, name: str) -> int:
        """Bytes of an upload that are on the disk."""
        return next((size for suffix in (MEDIA, PART) if (size := _size(self.path(name, suffix))) is not None), 0)

    def append(self, name: str, offset: int, piece: bytes) -> None:
        """Write a piece; OSError, and the file as it was, if it cannot be written whole."""
        path = self.path(name, PART)
        try:
            with path.open("r+b") as file:
                file.seek(offset)
                file.write(piece)
        except OSError:
            with suppress(OSError):
                os.truncate(path, offset)
            raise

    def finish(self, name: str, about: About) -> None:
        """Give a whole upload its name."""
        self.describe(name, about)
        self.path(name, PART).replace(self.path(name, MEDIA))

    def remove(self, name: str) -> None:
        """Remove everything of an upload; what makes it one goes first."""
        self._known.pop(name, None)
        for suffix in (MEDIA, PART, THUMBNAIL, ABOUT):
            self.path(name, suffix).unlink(missing_ok=True)

    def remove_stale(self) -> None:
        """Remove unfinished uploads to which nothing was added for long, and what is left of removed ones."""
        for path in self.folder.glob("*"):
            name = path.name.partition(".")[0]
            alive = path.suffix == MEDIA or (NAME.fullmatch(name) and self.path(name, MEDIA).exists())
            with suppress(OSError):
                if NAME.fullmatch(name) and not alive and time.time() - path.stat().st_mtime > STALE_AFTER:
                    path.unlink()
                    self._known.pop(name, None)

    def _names(self, suffix: str) -> list[str]:
        found = (path.name.removesuffix(suffix) for path in self.folder.glob(f"*{suffix}"))
        return sorted((name for name in found if NAME.fullmatch(name)), reverse=True)


def clean_title(text: str) -> str:
    """What a visitor calls a file, as one short line without folders, control characters and changes of direction."""
    last = text.replace("\\", "/").rpartition("/")[2]
    shown = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C").strip()
    return shown[-_LONGEST_TITLE:] or "untitled"


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
