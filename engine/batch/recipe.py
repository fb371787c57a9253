"""What results depend on besides their video: settings, files that settings name, and versions.

A result is done only as long as its recipe is the one asked for.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import av

from engine import inference
from engine.batch.job import Options
from engine.models import file_hash
from engine.outputs_guard import files_of_camera, files_of_model
from engine.settings import Settings

Recipe = Mapping[str, Any]

_NOT_OF_RESULTS = ("source", "viewers_see", "outputs", "pause_unwatched")
"""Settings that results do not depend on."""


def versions(settings: Settings) -> dict[str, str]:
    """Versions of all that computes results."""
    backend = settings.backend
    return {
        "posecast": metadata.version("posecast"),
        backend: str(inference.adapter(backend).version()),
        "av": av.__version__,
    }


def recipe_of(options: Options) -> Recipe:
    """JSON-ready."""
    settings = {name: value for name, value in options.settings.to_json().items() if name not in _NOT_OF_RESULTS}
    files = {path.name: file_hash(path) for path in _files(options) if path.is_file()}
    asked = {"max_frames": options.max_frames, "video": options.video}
    return {"settings": {**settings, **asked}, "files": files, "versions": dict(options.versions)}


def digest_of(recipe: Recipe) -> str:
    """The recipe's short name."""
    return hashlib.sha256(json.dumps(recipe, sort_keys=True).encode()).hexdigest()[:16]


def differences(before: Recipe, now: Recipe) -> list[str]:
    """What differs, in words: 'height_size was 256 and is 368'."""
    return [
        _said(part, name, old, new)
        for part in ("settings", "files", "versions")
        for name, old, new in _pairs(before.get(part, {}), now[part])
        if old != new
    ]


def _pairs(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for name in sorted({*before, *now}):
        yield name, before.get(name), now.get(name)


def _said(part: str, name: str, old: Any, new: Any) -> str:
    if part == "files":
        return f"the content of {name} changed"
    return f"{name} was {json.dumps(old)} and is {json.dumps(new)}"


def _files(options: Options) -> Iterator[Path]:
    yield from files_of_model(options.settings.model)
    if options.settings.extrinsics is not None:
        yield from files_of_camera(options.settings.extrinsics)
    if options.events is not None:
        yield options.events
