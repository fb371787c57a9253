"""Reads files of scenes: JSONL, one scene per line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from engine.errors import PosecastError, first_line
from engine.files import cannot_read
from engine.wire.decode import parse_scene
from engine.wire.scene import Scene

_HINT = "give a file that `posecast infer` or a recording wrote"


def read_scenes(path: Path) -> Iterator[Scene]:
    """The scenes of a file, in order, read one at a time.

    Raises PosecastError if the file cannot be read, or, with the line number, if a line is not a scene.
    """
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _parse(line, f"{path}, line {number}")
    except OSError as error:
        raise cannot_read(path, error) from error
    except UnicodeDecodeError as error:
        raise PosecastError(f"{path} is not a text file", _HINT) from error


def _parse(line: str, where: str) -> Scene:
    try:
        return parse_scene(json.loads(line))
    except PosecastError as error:
        raise PosecastError(f"{where}: {error.error}", error.hint) from error
    except (ValueError, RecursionError) as error:
        raise PosecastError(f"{where}: not JSON: {first_line(error)}", _HINT) from error
