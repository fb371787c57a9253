"""Scenes of files: computed by the engine, or read back."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

from engine.errors import PosecastError
from engine.events import load_rules
from engine.infer import Inference
from engine.settings import Settings
from engine.settings_file import load_settings
from engine.wire import Scene, parse_scene, read_scenes

log = logging.getLogger("posecast")


def infer(
    source: str | int | os.PathLike[str],
    *,
    max_frames: int | None = None,
    realtime: bool = False,
    rate: float | None = None,
    config: str | os.PathLike[str] | None = None,
    events: str | os.PathLike[str] | None = None,
    **options: Any,
) -> Generator[Scene, None, None]:
    """The scenes of `source`, every frame once and in order: what `posecast infer` writes.

    `source`: a camera index, a video, an image, a folder or glob of images, an rtsp or http(s) address, or 'demo'.
    `max_frames` ends after so many; `realtime` paces a file by its own clock and drops frames; `rate` is the number
    of images per second of a folder or pattern; `config` is a settings file, `events` a file of rules and zones for
    events (docs/events.md). `options` are settings by name and override the settings file: `model`, `backend`,
    `device`, `precision`, `height_size`, `extrinsics`, `fx`, `assumed_height_m`, `smoothing`, `min_score`, …

    Options are checked at once, and PosecastError says what is wrong with them. The source is opened, and the network
    loaded (converted before, the first time), when the first scene is asked for. Leaving the loop ends everything.
    """
    if max_frames is not None and (isinstance(max_frames, bool) or not isinstance(max_frames, int) or max_frames < 1):
        raise PosecastError(f"max_frames is {max_frames!r:.80}", "max_frames must be a whole number from 1, or None")
    base = Settings() if config is None else load_settings(Path(config))
    paths = {name: os.fspath(value) if isinstance(value, os.PathLike) else value for name, value in options.items()}
    text = os.fspath(source) if isinstance(source, os.PathLike) else str(source)
    rules = None if events is None else load_rules(Path(events))
    settings = base.changed({**paths, "source": text})
    return _scenes(settings, realtime=realtime, max_frames=max_frames, rate=rate, events=rules)


def load(path: str | os.PathLike[str]) -> list[Scene]:
    """The scenes of a JSONL file that `posecast infer` or a recording wrote.

    PosecastError, with the number of the line, where the file cannot be read or a line is not a scene.
    """
    return list(read_scenes(Path(path)))


def _scenes(settings: Settings, **how: Any) -> Generator[Scene, None, None]:
    with Inference(settings, **how) as inference:
        for warning in inference.camera_warnings():
            log.warning("camera: %s", warning)
        inference.load(_log_progress)
        with contextlib.closing(inference.results()) as results:
            for result in results:
                yield parse_scene(result.wire)


def _log_progress(step: str, fraction: float | None, message: str) -> None:
    log.info("%s: %s", step, message)
