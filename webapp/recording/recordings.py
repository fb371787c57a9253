"""The recordings on disk: scenes as JSONL, with a video beside them if one was recorded. Listing, reading, deleting.

The server makes the names (`recording-20261122-215500`); text from a visitor never becomes part of a path. A file is
`.part` while it grows and is renamed when it is complete; until then, a `.lock` beside it protects it, also from other
servers with the same folder.
"""

from __future__ import annotations

import io
import re
import stat
from pathlib import Path

from engine.locks import Lock, take
from engine.wire import Wire
from webapp.access.errors import NotFoundError

NAME = re.compile(r"recording-\d{8}-\d{6}(-\d+)?")
SCENES, VIDEO, CAMERA, PART, LOCK = ".jsonl", ".mp4", ".camera.json", ".part", ".lock"
RECORDING = "recording:"
"""Prefix of a name that makes the recording a source."""
LONGEST_PAUSE = 2.0
"""Maximum pause in seconds that is replayed; longer gaps in a recording are shortened."""
_WALL_TIME = re.compile(rb'"wall_time":([0-9.]+)')
_CHUNK = 1 << 20


class Recordings:
    """A folder of finished recordings."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[tuple[str, int], Wire] = {}

    def prepare(self) -> None:
        """Create the folder, and finish recordings after a crash, keeping complete lines; leave those of other servers.

        OSError if the folder cannot be created or written to.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        begun = {path.name.partition(".")[0] for end in (f"{PART}*", LOCK) for path in self.folder.glob(f"*{end}")}
        for name in filter(NAME.fullmatch, sorted(begun)):
            ours = self.claim(name)
            if ours is not None:
                try:
                    self._finish(name)
                finally:
                    ours.release(delete=True)

    def claim(self, name: str) -> Lock | None:
        """The lock on the recording `name`; None if it is taken. OSError if the folder cannot be written to."""
        return take(self.folder / f"{name}{LOCK}")

    def names(self) -> list[str]:
        """Newest first."""
        return sorted((path.stem for path in self.folder.glob(f"*{SCENES}") if NAME.fullmatch(path.stem)), reverse=True)

    def listing(self) -> list[Wire]:
        return [self._describe(name) for name in self.names()]

    def total_bytes(self) -> int:
        """Total size of all files, including unfinished ones."""
        return sum(_size(path) for path in self.folder.glob("*"))

    def path(self, name: str, suffix: str = SCENES) -> Path:
        """The file of a recording; NotFoundError if there is none."""
        path = self.folder / f"{name}{suffix}"
        if not NAME.fullmatch(name) or not path.is_file():
            raise NotFoundError(f"there is no recording {name!r}", "GET /api/recordings lists them")
        return path

    def delete(self, name: str) -> None:
        self.path(name).unlink()
        for suffix in (VIDEO, CAMERA):
            (self.folder / f"{name}{suffix}").unlink(missing_ok=True)

    def _finish(self, name: str) -> None:
        """Finish a recording that was cut off, keeping only complete lines."""
        scenes = self.folder / f"{name}{SCENES}"
        part = scenes.with_name(scenes.name + PART)
        if part.exists():
            drop_torn_line(part)
            if part.stat().st_size:
                part.replace(scenes)
        for left in self.folder.glob(f"{name}.*"):
            if PART in left.suffixes:
                left.unlink()

    def _describe(self, name: str) -> Wire:
        scenes, video = self.path(name), self.folder / f"{name}{VIDEO}"
        size = scenes.stat().st_size
        if (name, size) not in self._known:
            self._known[name, size] = _summary(scenes)
        has_video = video.is_file()
        total = size + (video.stat().st_size if has_video else 0)
        return {"name": name, **self._known[name, size], "bytes": total, "video": has_video}


def _size(path: Path) -> int:
    """Size of a file; 0 if it does not exist, since recordings may be renamed or deleted meanwhile."""
    try:
        found = path.stat()
    except OSError:
        return 0
    return found.st_size if stat.S_ISREG(found.st_mode) else 0


def _summary(path: Path) -> Wire:
    """Number of scenes, start, and playing time, with gaps as they are replayed."""
    count, seconds = 0, 0.0
    first = before = None
    with path.open("rb") as lines:
        for line in lines:
            count += 1
            found = _WALL_TIME.search(line)
            now = float(found[1]) if found else before
            if now is not None and before is not None:
                seconds += min(max(0.0, now - before), LONGEST_PAUSE)
            first, before = (now if first is None else first), now
    return {"scenes": count, "seconds": round(seconds, 3), "created": first}


def drop_torn_line(path: Path) -> None:
    """Truncate the file after its last line end."""
    with path.open("rb+") as file:
        position = file.seek(0, io.SEEK_END)
        while position > 0:
            start = max(0, position - _CHUNK)
            file.seek(start)
            newline = file.read(position - start).rfind(b"\n")
            if newline >= 0:
                file.truncate(start + newline + 1)
                return
            position = start
        file.truncate(0)
