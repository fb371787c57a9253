"""The cache of converted models: one folder per entry, complete or absent, made by one process at a time.

An entry's path identifies what it was made from and by: the checkpoint's content, and a name of format, precision,
size, device and library versions. A change of any of these makes another entry.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine import models
from engine.files import cache_dir, sync, writing_to_cache
from engine.locks import only_process
from engine.types import Progress

_UNSAFE = re.compile(r"[^\w.+-]")


def entry(checkpoint: Path, *parts: str) -> Path:
    """The folder of an entry, which may not exist yet. `parts`: what it depends on besides the checkpoint."""
    name = "-".join(_UNSAFE.sub("_", part) for part in parts)
    return cache_dir() / "converted" / models.file_hash(checkpoint)[:16] / name


def build_once(folder: Path, build: Callable[[Path], Any], progress: Progress, *, rebuild: bool = False) -> Path:
    """`folder`, filled by `build(temporary folder)` unless it exists; filled again if `rebuild`.

    Waits for another process that builds the same entry; removes what a killed one left behind.
    """
    if folder.is_dir() and not rebuild:
        return folder
    with writing_to_cache(folder.parent):
        folder.parent.mkdir(parents=True, exist_ok=True)

    def waiting() -> None:
        progress("convert", None, "waiting for another process that converts the same model")

    with only_process(folder.with_name(f"{folder.name}.lock"), waiting):
        if rebuild or not folder.is_dir():
            _build(folder, build)
    return folder


def _build(folder: Path, build: Callable[[Path], Any]) -> None:
    temporary = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(temporary, ignore_errors=True)
    with writing_to_cache(folder.parent):
        temporary.mkdir()
    try:
        build(temporary)
        with writing_to_cache(folder.parent):
            for path in (*temporary.iterdir(), temporary):
                sync(path)  # otherwise a power cut could leave a folder of empty files, which would never be rebuilt
            shutil.rmtree(folder, ignore_errors=True)
            temporary.replace(folder)
            sync(folder.parent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
