"""Which images a folder or a pattern (`*.png`, `img_%04d.png`) means: in natural order, hidden files left out."""

from __future__ import annotations

import glob
import re
from collections.abc import Iterable
from pathlib import Path

from engine.capture.image_reader import SUFFIXES
from engine.errors import PosecastError
from engine.names import printable

_NUMBER = re.compile(r"%%|%(0?)(\d*)d")
"""A placeholder for a number, as in C's printf."""
_SIDE_FOLDERS = ("__MACOSX", "@eaDir")
"""Folders in which macOS archives and storage devices keep metadata under the names of the images."""


def images_in(folder: Path) -> list[Path]:
    """The images of a folder in natural order (frame2 before frame10); PosecastError where there are none."""
    visible = (path for path in folder.iterdir() if not path.name.startswith("."))
    return _images(visible, f"the folder {printable(str(folder))}")


def is_pattern(text: str) -> bool:
    return any(character in text for character in "*?[") or is_numbered(text)


def is_numbered(text: str) -> bool:
    """Whether the file name has a placeholder for a number (%d, %04d)."""
    return any(match[0] != "%%" for match in _NUMBER.finditer(Path(text).name))


def images_matching(pattern: str) -> list[Path]:
    """The images that a pattern matches, in natural order; PosecastError where there are none."""
    if is_numbered(pattern):
        return _images(_numbered(Path(pattern)), printable(pattern))
    matches = glob.glob(pattern, recursive=True)  # noqa: PTH207 (Path.glob takes no absolute pattern)
    parent, name = Path(pattern).parent, Path(pattern).name
    if not matches and parent.is_dir():  # the folder's name may contain wildcard characters
        matches = glob.glob(f"{glob.escape(str(parent))}/{name}")  # noqa: PTH207
    return _images(map(Path, matches), printable(pattern))


def _numbered(pattern: Path) -> list[Path]:
    """Images of a numbered pattern: %04d means four digits or more, %d any; gaps are allowed."""
    parts, end = [], 0
    for match in _NUMBER.finditer(pattern.name):
        parts += [re.escape(pattern.name[end : match.start()]), _digits(match)]
        end = match.end()
    name = re.compile("".join([*parts, re.escape(pattern.name[end:])]))
    folder = pattern.parent
    return [path for path in folder.iterdir() if name.fullmatch(path.name)] if folder.is_dir() else []


def _digits(match: re.Match[str]) -> str:
    if match[0] == "%%":
        return "%"
    width = max(1, int(match[2] or 1))
    return rf"\d{{{width},}}" if match[1] else r" *\d+"


def _images(candidates: Iterable[Path], where: str) -> list[Path]:
    found = [
        path
        for path in candidates
        if path.suffix.lower() in SUFFIXES and path.is_file() and not set(path.parts) & set(_SIDE_FOLDERS)
    ]
    if not found:
        raise PosecastError(f"no images in {where}", "images end in .jpg, .png, ...; a video must be named itself")
    return sorted(found, key=_natural)


def _natural(path: Path) -> list[tuple[int, str]]:
    """Sort key that compares digits as numbers."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", str(path).casefold())]
