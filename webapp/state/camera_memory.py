"""Remembers the camera of every source: files, found floors, and the settings that belong to them.

In a run, a source that is chosen again has its camera as it was left; in the next run, as users changed it. Options of
the command line are not remembered: they apply to the source of the start, in this run.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.errors import PosecastError
from engine.extrinsics import Calibration, SourceCamera
from engine.extrinsics.source_camera import DEFAULTS
from engine.settings import Settings
from webapp.state.camera_fields import Record, read_camera, read_cameras, read_fx_size, read_pose, read_settings
from webapp.state.camera_records import CameraRecords

log = logging.getLogger(__name__)


class CameraMemory:
    """Thread-safe. `key` names a source for the file; a source that cannot be recalled has the neutral camera."""

    def __init__(self, path: Path, key: Callable[[str], str]) -> None:
        self.records = CameraRecords(path)
        self.problems: list[tuple[str, str]] = []
        """(error, hint) of what could not be recalled, not yet told."""
        self._key = key
        self._now: dict[str, SourceCamera] = {}
        """The cameras of this run."""
        self._lock = threading.Lock()

    def begin(self, source: str, given: SourceCamera, names: Collection[str], saved: Settings) -> SourceCamera:
        """The camera to start `source` with: as remembered, but for the values of `given` with these names.

        Values of the settings file (`saved`), where versions before kept the camera of all sources, are taken over
        for one source, once: the one that the file names, or this one.
        """
        key = self._key(source)
        self._adopt(key if saved.source == Settings().source else self._key(saved.source), saved)
        recalled = self._recall(key)
        settings = {**recalled.settings, **{name: given.settings[name] for name in names if name in DEFAULTS}}
        camera = replace(recalled, settings=settings)
        if "extrinsics" in names:
            camera = replace(camera, calibration=given.calibration, settings={**settings, "up": None})
        if "fx" in names:
            camera = replace(camera, fx_size=None)
        with self._lock:
            self._now[key] = camera
        return camera

    def recall(self, source: str) -> SourceCamera:
        """The camera of a source, to open it with."""
        key = self._key(source)
        with self._lock:
            now = self._now.get(key)
        return now if now is not None else self._recall(key)

    def note(self, source: str, camera: SourceCamera, record: Mapping[str, Any]) -> None:
        """The camera of a source is now `camera`; the fields of `record` are saved (None: removed) for the next run.

        PosecastError or OSError if they cannot be.
        """
        key = self._key(source)
        with self._lock:
            self._now[key] = camera
        if record:
            self.records.change(key, lambda before: _without_none({**before, **record}))

    def record_of(self, source: str) -> Record:
        """The fields that are saved for a source."""
        return self.records.of(self._key(source))

    def restore(self, source: str, camera: SourceCamera, record: Record) -> None:
        """Undo: `camera` and `record` as they were."""
        key = self._key(source)
        with self._lock:
            self._now[key] = camera
        self.records.change(key, lambda _: record)

    def _adopt(self, key: str, saved: Settings) -> None:
        values = {name: getattr(saved, name) for name in DEFAULTS if getattr(saved, name) != DEFAULTS[name]}
        record = {name: value for name, value in values.items() if name != "extrinsics"}
        if "extrinsics" in values:
            record["camera"] = {"extrinsics": values["extrinsics"]}
        try:
            if record != self.records.adopted():
                self.records.adopt(key, record)
            self.records.remove_unused_files()
        except (OSError, PosecastError) as error:
            log.warning("cannot save the cameras: %s", error)

    def _recall(self, key: str) -> SourceCamera:
        try:
            record = self.records.of(key)
        except PosecastError as error:
            self.problems.append((error.error, error.hint))
            return SourceCamera()
        if self.records.problem is not None:
            self.problems.append((self.records.problem, "load your camera files again"))
            self.records.problem = None
        return SourceCamera(
            self._calibration(record),
            read_pose(record),
            read_fx_size(record),
            read_settings(record),
            read_cameras(record),
        )

    def _calibration(self, record: Record) -> Calibration | None:
        try:
            return read_camera(record)
        except PosecastError as error:
            told = f"the saved camera cannot be used, so the neutral one is: {error.error}"
            self.problems.append((told, "metres are wrong until you load its file again"))
            return None


def _without_none(record: Record) -> Record:
    return {name: value for name, value in record.items() if value is not None}
