"""Where converted models are kept: one folder an entry, there whole or not at all, made by one process at a time.

An entry's place says what it was made from and by: the checkpoint's content, and a name made of format, precision,
size, device and the versions of the libraries at work. Whatever changes any of these makes another entry.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from engine import models
from engine.types import Progress

_POLL_SECONDS = 0.5


def entry(checkpoint: Path, *parts: str) -> Path:
    """The folder of an entry, which may not exist yet. `parts`: what it depends on beside the checkpoint."""
    content = hashlib.sha256(checkpoint.read_bytes()).hexdigest()
    name = "-".join(part.replace(" ", "_").replace("/", "_") for part in parts)
    return models.cache_dir() / "converted" / content[:16] / name


def build_once(folder: Path, build: Callable[[Path], None], progress: Progress) -> Path:
    """`folder`, filled by `build(temporary folder)` unless it is there already.

    Another process that builds the same entry is waited for; what a killed one left behind is cleared away.
    """
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder.with_name(f"{folder.name}.lock"))
    while not lock.is_locked:
        with suppress(Timeout):
            lock.acquire(timeout=_POLL_SECONDS)
            break
        progress("convert", None, "waiting for another process that converts the same model")
    try:
        if not folder.is_dir():
            _build(folder, build)
    finally:
        lock.release()
    return folder


def _build(folder: Path, build: Callable[[Path], None]) -> None:
    temporary = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    try:
        build(temporary)
        temporary.replace(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
