"""Compares the outputs of a command with its inputs and with each other, so that no input is overwritten by mistake.

In: the paths that a command will write and those that it reads. `check_outputs` is called before any work begins.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from engine import models
from engine.errors import PosecastError
from engine.extrinsics import NAMED
from engine.files import is_special
from engine.rig import is_rig, read_rig
from engine.settings import Settings

_NUMBER = re.compile(r"%0?\d*d")
"""A placeholder for the number in names of images such as `img_%04d.png`."""
_BESIDE_MODELS = (".bin", ".data", ".onnx.data")
"""Suffixes of files that belong to a model file."""


def check_outputs(outputs: Iterable[Path | None], inputs: Iterable[Path]) -> None:
    """PosecastError if an output is an input, also through a link or another name, or two outputs are the same file."""
    written = [path for path in outputs if path is not None]
    _check_each_other([path for path in written if not is_special(path)])
    existing = {file: path for path in written if (file := _file(path)) is not None}
    if not existing:
        return
    for path in inputs:
        file = _file(path)
        if file is not None and file in existing:
            output = existing[file]
            which = "an input" if output == path else f"the same file as the input {path}"
            raise PosecastError(f"the output {output} is {which}", "give the output another name")


def inputs_of(settings: Settings, *others: Path | None) -> Iterator[Path]:
    """Files that a command with these settings reads; `others`: the settings file itself, and the rules for events."""
    yield from files_of_source(settings.source)
    yield from files_of_model(settings.model)
    if settings.extrinsics is not None:
        yield from files_of_camera(settings.extrinsics)
    yield from filter(None, others)


def files_of_source(text: str) -> Iterator[Path]:
    """Files of a SOURCE: one, those of a folder, or those that a glob or a numbered pattern matches."""
    path = Path(text).expanduser()
    if is_rig(text):
        yield from _files_of_rig(path)
        return
    try:
        if path.is_dir():
            yield from path.iterdir()
        elif path.exists():
            yield path
        else:
            # Path.glob takes no absolute pattern.
            yield from map(Path, glob.iglob(_NUMBER.sub("*", str(path)), recursive=True))  # noqa: PTH207
    except (OSError, ValueError):  # not a name that a file can have: an address, for example
        return


def _files_of_rig(path: Path) -> Iterator[Path]:
    """The file of a rig, and those of its cameras."""
    yield path
    with suppress(PosecastError):  # said when the source is opened
        for camera in read_rig(path).cameras:
            yield from files_of_source(camera.source)


def files_of_model(model: str) -> Iterator[Path]:
    """A model's file, and those that may be beside it."""
    path = next((each.path for each in models.catalogue() if each.name == model), Path(model).expanduser())
    yield path
    yield from (path.with_suffix(suffix) for suffix in _BESIDE_MODELS if path.name)
    yield path.with_name(f"{path.name}.data") if path.name else path


def files_of_camera(text: str) -> Iterator[Path]:
    """Possible files of FILE or FILE#NAME, both of which may contain a '#'."""
    if text in NAMED:
        return
    yield Path(text)
    yield from (Path(text[:at]) for at, letter in enumerate(text) if letter == "#" and at > 0)


def _check_each_other(outputs: Sequence[Path]) -> None:
    seen: dict[object, Path] = {}
    for path in outputs:
        key = _file(path) or os.path.normcase(os.path.realpath(path))
        if key in seen:
            raise PosecastError(f"the outputs {seen[key]} and {path} are one file", "give each a name of its own")
        seen[key] = path


def _file(path: Path) -> tuple[int, int] | None:
    """Device and inode, which identify an existing file whatever its name; None if it does not exist."""
    try:
        status = path.expanduser().stat()
    except (OSError, ValueError, RuntimeError):
        return None
    return status.st_dev, status.st_ino
