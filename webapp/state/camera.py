"""Changes of the camera by the dashboard: a camera file, the neutral camera, leveling from people.

A new camera is used from the next frame on, and saved beside the settings for the next start.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from pathlib import PurePath

import numpy as np

from engine.errors import PosecastError
from engine.extrinsics import (
    NAMED,
    Calibration,
    calibration_json,
    check_frames,
    effective_camera,
    frame_warnings,
    parse_calibration,
)
from engine.geometry import Camera
from engine.leveling import level
from engine.pipeline import Pipeline
from engine.types import Floats, Snapshot
from engine.wire import Wire, dumps
from webapp.access.errors import ConflictError
from webapp.describe import camera_file, describe_camera
from webapp.state.store import Store

log = logging.getLogger(__name__)

LATELY = 30.0
"""Seconds for which people are remembered for leveling."""
_SAMPLE_EVERY = 0.2
_SUFFIXES = (".json", ".yml", ".yaml", ".xml", ".toml", ".txt", ".calibration")
_SIZE_BEFORE_FIRST_FRAME = (1280, 720)


class CameraDesk:
    """Owns changes of the camera, and the recent people for leveling."""

    def __init__(self, pipeline: Pipeline, store: Store) -> None:
        self._pipeline, self._store = pipeline, store
        self._seen: deque[tuple[float, Floats]] = deque()
        self._last_frame = -1
        self._last_camera: Camera | None = None
        self._lock = threading.Lock()

    def describe(self) -> Wire:
        """The camera in use and its origin."""
        state = self._pipeline.state()
        camera = state.camera or self._camera(state.calibration)
        return describe_camera(camera, state.calibration, state.settings.fx)

    def as_file(self) -> str:
        """The camera in use as a file that `use_file` accepts."""
        state = self._pipeline.state()
        return camera_file(state.camera or self._camera(state.calibration))

    def use_file(self, data: bytes, filename: str, name: str | None, *, preview: bool = False) -> Wire:
        """Use a camera file, or only preview it; returns its description. PosecastError if it is not understood."""
        calibration = parse_calibration(data, filename, name)
        suffix = PurePath(filename).suffix.lower()
        suffix = suffix if suffix in _SUFFIXES else ".json"
        return self._use(calibration, lambda: self._keep(data, suffix, name), preview=preview)

    def use_named(self, name: str, *, preview: bool = False) -> Wire:
        """Use the camera of this name, or only preview it; PosecastError if there is none."""
        if name not in NAMED:
            raise PosecastError(f"no camera is called {name!r:.40}", f"names are: {', '.join(NAMED)}")
        return self._use(NAMED[name], lambda: name, preview=preview)

    def level(self, *, preview: bool = False) -> Wire:
        """Estimate tilt and floor from the people seen recently, and use that camera, or only preview it.

        Its world has the floor at height 0, so `floor_offset_m` is reset.
        """
        with self._lock:
            seen = [bodies for _, bodies in self._seen]
        camera = self._pipeline.state().camera
        if not seen or camera is None:
            raise ConflictError(
                "no people were seen in the last seconds", "have somebody walk in front of the camera, then try again"
            )
        try:
            calibration = Calibration(level(camera, np.concatenate(seen)), "levelled", "m")
        except PosecastError as error:
            raise ConflictError(error.error, error.hint) from error
        data = dumps(calibration_json(calibration)).encode()
        understood = self._use(calibration, lambda: self._keep(data, ".json", None), preview=preview)
        if not preview:
            self._pipeline.change_settings({"floor_offset_m": 0.0})
        return understood

    def reset(self) -> Wire:
        """Return to the source's own camera, or the neutral one."""
        self._pipeline.set_calibration(None)
        told = self.describe()
        return {**told, "warnings": [*told["warnings"], *self._save(lambda: None)]}

    def remember(self, _version: int, snapshot: Snapshot) -> None:
        """Keep the people of a snapshot for `level`, a few times per second."""
        self._warn_of(snapshot.scene.camera)
        bodies = [person.pose3d.joints for person in snapshot.scene.people if person.pose3d is not None]
        now = snapshot.frame.captured_at
        with self._lock:
            if snapshot.frame.index < self._last_frame:
                self._seen.clear()  # another source: another camera
            self._last_frame = snapshot.frame.index
            if bodies and (not self._seen or now - self._seen[-1][0] >= _SAMPLE_EVERY):
                self._seen.append((now, np.stack(bodies)))
            while self._seen and self._seen[0][0] < now - LATELY:
                self._seen.popleft()

    def _warn_of(self, camera: Camera) -> None:
        """Log doubts about a camera and its frames, once for each camera."""
        if camera is self._last_camera:
            return
        self._last_camera = camera
        state = self._pipeline.state()
        if state.calibration is not None:
            for warning in frame_warnings(state.calibration.spec, camera, state.settings.fx):
                log.warning("camera: %s", warning)

    def _use(self, calibration: Calibration, keep: Callable[[], str], *, preview: bool) -> Wire:
        """`keep` saves it for the next start, and returns the setting that finds it again."""
        camera, fx = self._camera(calibration), self._pipeline.state().settings.fx
        if fx is None:
            check_frames(calibration.spec, camera.image_size, None)
        understood = describe_camera(camera, calibration, fx)
        if preview:
            return understood
        for warning in calibration.warnings:
            log.warning("camera: %s", warning)
        self._pipeline.set_calibration(calibration)
        problem = self._save(keep)
        return {**understood, "warnings": [*understood["warnings"], *problem]}

    def _camera(self, calibration: Calibration | None) -> Camera:
        """The camera of a calibration for the current frame size."""
        state = self._pipeline.state()
        size = state.camera.image_size if state.camera else _SIZE_BEFORE_FIRST_FRAME
        return effective_camera(state.settings.changed({"up": None}), calibration, None).for_image(*size)

    def _keep(self, data: bytes, suffix: str, name: str | None) -> str:
        """Save a camera file; returns its path in the form of the setting."""
        path = self._store.keep_camera(data, suffix)
        return f"{path}#{name}" if name else str(path)

    def _save(self, extrinsics: Callable[[], str | None]) -> list[str]:
        """Save the camera for the next start; returns a warning if that fails."""
        try:
            self._store.update({"extrinsics": extrinsics(), "up": None})
        except (OSError, PosecastError) as error:
            log.warning("cannot save the camera: %s", error)
            return ["in use, but it could not be saved for the next start"]
        return []
