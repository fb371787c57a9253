"""What a user notes about a recording and changes of it, kept beside it in NAME.edits.json.

The recording never changes. The page, the exports, the replay and `posecast export` read the same file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from engine.errors import PosecastError, first_line, reason
from engine.files import whole_file
from engine.motion.edits import Edits

SUFFIX = ".edits.json"


class About(Struct, frozen=True, omit_defaults=True):
    """The content of the file; a key that is missing has not been changed."""

    title: str | None = None
    notes: str = ""
    trim_s: tuple[float, float] | None = None
    """First and last second that are kept, by the wall clock, from the first scene."""
    merged: tuple[tuple[int, ...], ...] = ()
    deleted: tuple[int, ...] = ()
    names: dict[int, str] = {}

    @property
    def edits(self) -> Edits:
        """What is changed about who is who, and from when to when."""
        return Edits(self.merged, self.deleted, self.names, self.trim_s, by_wall_time=self.trim_s is not None)


def edits_path(recording: Path) -> Path:
    """The file beside a file of scenes."""
    return recording.with_suffix(SUFFIX)


def read_about(recording: Path) -> About:
    """What is kept beside `recording`; nothing without a file. PosecastError for one that cannot be read."""
    path = edits_path(recording)
    try:
        return msgspec.json.decode(path.read_bytes(), type=About)
    except FileNotFoundError:
        return About()
    except OSError as error:
        raise PosecastError(f"cannot read {path.name}: {reason(error)}", "check its permissions") from error
    except (msgspec.MsgspecError, ValueError) as error:
        raise PosecastError(
            f"{path.name} is damaged: {first_line(error)}", "correct it, or delete it and edit the recording again"
        ) from error


def write_about(recording: Path, about: About) -> None:
    """Replace what is kept. PosecastError, and what was kept before, if it cannot be written."""
    with whole_file(edits_path(recording)) as temporary:
        temporary.write_bytes(msgspec.json.encode(about))


def to_json(edits: Edits) -> Any:
    """Edits for another process, ready for JSON."""
    return msgspec.to_builtins(edits, str_keys=True)


def from_json(told: Any) -> Edits:
    """What `to_json` made."""
    return msgspec.convert(told, Edits, strict=False)
