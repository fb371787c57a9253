"""The recordings on disk: scenes as JSONL, and what belongs to them under the same name. Finding, deleting, restoring.

The server makes the names (`recording-20261122-215500`); text from a visitor never becomes part of a path. A file is
`.part` while it grows and is renamed when it is complete; until then, a `.lock` beside it protects it, also from other
servers with the same folder. A deleted recording is one whose scenes are renamed, so that a crash leaves all or none.
"""

from __future__ import annotations

import re
import stat
from pathlib import Path

from engine.locks import Lock, take
from engine.motion import edits_file
from webapp.access.errors import NotFoundError
from webapp.recording import indexes
from webapp.recording.recovery import drop_torn_line, recover_video

NAME = re.compile(r"recording-\d{8}-\d{6}(-\d+)?")
SCENES, VIDEO, CAMERA, PART, LOCK = ".jsonl", ".mp4", ".camera.json", ".part", ".lock"
DELETED = ".jsonl.deleted"
"""The scenes of a recording that may still be restored."""
_BESIDE = (VIDEO, CAMERA, edits_file.SUFFIX, indexes.SUFFIX)
RECORDING = "recording:"
"""Prefix of a name that makes the recording a source."""
LONGEST_PAUSE = 2.0
"""Maximum pause in seconds that is replayed; longer gaps in a recording are shortened."""
_HINT = "GET /api/recordings lists them"


class Recordings:
    """A folder of finished recordings."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def prepare(self) -> None:
        """Create the folder, and finish recordings after a crash, keeping complete lines; leave those of other servers.

        What was deleted before cannot be restored any more. OSError if the folder cannot be created or written to.
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
        for name in self.deleted():
            self.erase(name)

    def claim(self, name: str) -> Lock | None:
        """The lock on the recording `name`; None if it is taken. OSError if the folder cannot be written to."""
        return take(self.folder / f"{name}{LOCK}")

    def names(self) -> list[str]:
        """Newest first."""
        return self._names(SCENES)

    def deleted(self) -> list[str]:
        """Names of recordings that can be restored."""
        return self._names(DELETED)

    def total_bytes(self) -> int:
        """Total size of all files, including unfinished and deleted ones."""
        return sum(size_of(path) for path in self.folder.glob("*"))

    def bytes_of(self, name: str) -> int:
        """Size of the scenes and the video."""
        return size_of(self.folder / f"{name}{SCENES}") + size_of(self.folder / f"{name}{VIDEO}")

    def path(self, name: str, suffix: str = SCENES) -> Path:
        """The file of a recording; NotFoundError if there is none."""
        path = self.folder / f"{name}{suffix}"
        if not (NAME.fullmatch(name) and path.is_file() and (self.folder / f"{name}{SCENES}").is_file()):
            raise NotFoundError(f"there is no recording {name!r}", _HINT)
        return path

    def delete(self, name: str) -> None:
        """Delete a recording, until it is restored or erased."""
        self.path(name).rename(self.folder / f"{name}{DELETED}")

    def restore(self, name: str) -> None:
        """Undo `delete`; NotFoundError if it was erased."""
        deleted = self.folder / f"{name}{DELETED}"
        if not NAME.fullmatch(name) or not deleted.is_file():
            raise NotFoundError(f"there is no deleted recording {name!r}", "it is erased, or was restored already")
        deleted.rename(self.folder / f"{name}{SCENES}")

    def erase(self, name: str) -> None:
        """Delete a deleted recording for good. The scenes go last: what a crash leaves is erased at the next start."""
        for suffix in (*_BESIDE, DELETED):
            (self.folder / f"{name}{suffix}").unlink(missing_ok=True)

    def _names(self, suffix: str) -> list[str]:
        found = (path.name.removesuffix(suffix) for path in self.folder.glob(f"*{suffix}"))
        return sorted(filter(NAME.fullmatch, found), reverse=True)

    def _finish(self, name: str) -> None:
        """Finish a recording that was cut off, keeping complete lines and pictures."""
        scenes, video = self.folder / f"{name}{SCENES}", self.folder / f"{name}{VIDEO}"
        part = scenes.with_name(scenes.name + PART)
        torn = video_part(video)
        if part.exists():
            drop_torn_line(part)
            if part.stat().st_size:
                if torn.exists():
                    recover_video(torn, video)
                part.replace(scenes)
        for left in self.folder.glob(f"{name}.*"):
            if PART in left.suffixes:
                left.unlink()


def video_part(video: Path) -> Path:
    """The video while it grows. The suffix stays last: the writer chooses its format by it."""
    return video.with_name(f"{video.stem}{PART}{video.suffix}")


def size_of(path: Path) -> int:
    """Size of a file; 0 if it does not exist, since recordings may be renamed or deleted meanwhile."""
    try:
        found = path.stat()
    except OSError:
        return 0
    return found.st_size if stat.S_ISREG(found.st_mode) else 0
