"""The videos that patterns mean, and the names of their results: folders below the patterns' fixed part are kept."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import PosecastError

_MAGIC = re.compile(r"[*?[]")


@dataclass(frozen=True, slots=True)
class Video:
    """One input."""

    path: Path
    """Absolute."""
    name: str
    """Its path below what all patterns have in common, with slashes: the name of its results, before their suffix."""


def find_videos(patterns: Sequence[str], out: Path) -> list[Video]:
    """The files that the patterns mean, in order of their names; what is inside of the folder `out` is left out.

    PosecastError for a pattern that means no file, and for a folder.
    """
    found: dict[Path, None] = {}
    bases = []
    inside = Path(os.path.realpath(out))
    for pattern in patterns:
        fixed, files = _files_of(str(Path(pattern).expanduser()))
        bases.append(fixed)
        found.update(dict.fromkeys(path for path in files if not _is_inside(path, inside)))
    if not found:
        raise PosecastError(f"{patterns[0]!r} means no files but those in {out}", "give another pattern")
    base = _common(bases)
    return sorted((Video(path, _name(path, base)) for path in found), key=lambda video: video.name)


def _files_of(pattern: str) -> tuple[Path, list[Path]]:
    """The folder that all files of the pattern are in, and the files; all paths absolute."""
    path = Path(os.path.abspath(pattern))  # noqa: PTH100 - links stay links
    if path.is_dir():
        raise PosecastError(f"{pattern} is a folder", f"give a pattern in quotes, such as '{pattern}/**/*.mp4'")
    if path.exists():
        return path.parent, [path]
    if not _MAGIC.search(pattern):
        raise PosecastError(f"there is no file {pattern!r}", "give a file, or a pattern such as 'videos/**/*.mp4'")
    files = [each for each in map(Path, glob.iglob(str(path), recursive=True)) if each.is_file()]  # noqa: PTH207
    if not files:
        raise PosecastError(f"no file matches {pattern!r}", "** stands for folders, as in 'videos/**/*.mp4'")
    return _fixed_part(path), files


def _fixed_part(pattern: Path) -> Path:
    """The folders before the first one that is a pattern itself."""
    return Path(*_before_magic(pattern.parent.parts))


def _before_magic(parts: Sequence[str]) -> Iterator[str]:
    for part in parts:
        if _MAGIC.search(part):
            return
        yield part


def _is_inside(path: Path, folder: Path) -> bool:
    return Path(os.path.realpath(path.parent)).is_relative_to(folder)


def _common(bases: Sequence[Path]) -> Path:
    try:
        return Path(os.path.commonpath(bases))
    except ValueError as error:  # Windows: on different drives
        raise PosecastError("the patterns have no folder in common", "run one batch for each drive") from error


def _name(path: Path, base: Path) -> str:
    return path.relative_to(base).as_posix()
