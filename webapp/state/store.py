"""Persistent state: the settings chosen in the dashboard.

Settings are in one JSON file in the user's config folder. Only values chosen in the dashboard are written, over the
file's previous content: an option of one start (`--source 1`) does not become the default of the next.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import platformdirs

from engine.settings import Settings
from engine.settings_file import load_or_set_aside, save_settings


def default_path() -> Path:
    """The user's settings file."""
    return Path(platformdirs.user_config_path("posecast", appauthor=False)) / "settings.json"


def default_recordings() -> Path:
    """The user's folder of recordings."""
    return Path(platformdirs.user_data_path("posecast", appauthor=False)) / "recordings"


class Store:
    """The settings file. Thread-safe."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()

    def load(self) -> tuple[Settings, str | None]:
        """The saved settings, or the defaults; and a sentence if a broken file was set aside."""
        with self._lock:
            return load_or_set_aside(self.path)

    def update(self, changes: Mapping[str, Any]) -> str | None:
        """Save `changes` over the file's content; returns a sentence if a broken file was set aside."""
        with self._lock:
            saved, problem = load_or_set_aside(self.path)
            save_settings(saved.changed(changes), self.path)
            return problem
