"""Settings are kept in one JSON file, which people may edit."""

from __future__ import annotations

import json
import os
import tempfile
import time
from pathlib import Path

from engine.errors import PosecastError
from engine.files import cannot_read
from engine.settings import Settings


def load_settings(path: Path) -> Settings:
    """Settings of a JSON file; PosecastError naming the file if it cannot be read or has invalid values."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise cannot_read(f"the settings file {path}", error) from error
    except (ValueError, RecursionError) as error:
        raise PosecastError(f"the settings file {path} is not JSON: {error}", "correct or remove it") from error
    if not isinstance(values, dict):
        raise PosecastError(f"the settings file {path} is not a JSON object", "correct or remove it")
    try:
        return Settings().changed(values)
    except PosecastError as error:
        raise PosecastError(f"in {path}: {error.error}", error.hint) from error


def load_or_set_aside(path: Path) -> tuple[Settings, str | None]:
    """Settings of `path`, or the defaults if there is no such file.

    A broken file is renamed, never lost; the second value then tells the user so in a sentence. If it cannot be read
    or renamed, it stays where it is: PosecastError.
    """
    if not path.exists():
        return Settings(), None
    try:
        return load_settings(path), None
    except PosecastError as error:
        if isinstance(error.__cause__, OSError):
            raise
        aside = path.with_name(f"{path.name}.broken-{time.strftime('%Y%m%d-%H%M%S')}")
        try:
            path.replace(aside)
        except OSError:
            raise error from None
        return Settings(), f"{error.error}; kept as {aside}, starting with the defaults"


def save_settings(settings: Settings, path: Path) -> None:
    """Write atomically: a reader sees the old file or the new one, also after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f"{path.name}.", suffix=".tmp", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(settings.to_json(), file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
