"""Reads files of scenes: JSONL, one scene per line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

import msgspec

from engine.errors import PosecastError, first_line
from engine.files import cannot_read
from engine.wire.decode import parse_scene
from engine.wire.scene import Scene

_HINT = "give a file that `posecast infer` or a recording wrote"


_PROGRESS_LINES = 500
"""Lines between two reports of progress: a few a second."""


def read_scenes(path: Path, progress: Callable[[float], None] | None = None) -> Iterator[Scene]:
    """The scenes of a file, in order, read one at a time; `progress` is called with the fraction read, 0 to 1.

    Raises PosecastError if the file cannot be read, or, with the line number, if a line is not a scene.
    """
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _parse(line, f"{path}, line {number}")
                if progress is not None and number % _PROGRESS_LINES == 0:
                    progress(_fraction(lines, path))
    except OSError as error:
        raise cannot_read(path, error) from error
    except UnicodeDecodeError as error:
        raise PosecastError(f"{path} is not a text file", _HINT) from error


def _fraction(lines: TextIO, path: Path) -> float:
    """The part of the file that is read; text files do not tell while lines are taken from them, their buffer does."""
    return min(1.0, lines.buffer.tell() / max(1, path.stat().st_size))


def _parse(line: str, where: str) -> Scene:
    try:
        return parse_scene(msgspec.json.decode(line))
    except PosecastError as error:
        raise PosecastError(f"{where}: {error.error}", error.hint) from error
    except (ValueError, RecursionError, msgspec.DecodeError) as error:
        raise PosecastError(f"{where}: not JSON: {first_line(error)}", _HINT) from error
