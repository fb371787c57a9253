"""Changes of the camera by the dashboard: a camera file, a named camera, adjustments by hand, Undo.

A new camera is used from the next frame on, and remembered for its source. The last change of each source can be
undone.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

import numpy as np

from engine.errors import PosecastError
from engine.extrinsics import (
    NAMED,
    Calibration,
    Replacement,
    SourceCamera,
    check_frames,
    effective_camera,
    frame_warnings,
)
from engine.geometry import Camera, CameraSpec
from engine.pipeline import Pipeline
from engine.rig import is_rig
from engine.settings import Settings
from engine.types import Snapshot
from engine.wire import Wire
from webapp.access.errors import ConflictError
from webapp.describe import camera_file, describe_camera
from webapp.state.adjusting import Adjustment, adjusted
from webapp.state.camera_fields import Record, cameras_field, chosen_field, pose_field, setting_fields
from webapp.state.camera_memory import CameraMemory
from webapp.state.camera_upload import read_upload
from webapp.state.lens_memory import with_lens

log = logging.getLogger(__name__)

_SUFFIXES = (".json", ".yml", ".yaml", ".xml", ".toml", ".txt", ".calibration")
_SIZE_BEFORE_FIRST_FRAME = (1280, 720)
_FLOOR_EVERY_S = 5.0
_SAME_TILT, _SAME_HEIGHT = 0.003, 0.01
"""Differences of two floors, in radians and as a fraction, that make no difference to what is seen."""
_NOT_SAVED = "in use, but it could not be saved for the next start"


@dataclass(frozen=True, slots=True, eq=False)
class _Before:
    """What Undo restores for a source."""

    camera: SourceCamera
    record: Record


class CameraDesk:
    """Owns changes of the camera. `told(error, hint)` reports problems to everybody."""

    def __init__(self, pipeline: Pipeline, memory: CameraMemory, told: Callable[[str, str], object]) -> None:
        self._pipeline, self._memory, self._told = pipeline, memory, told
        self._before: dict[str, _Before] = {}
        self._last_camera: Camera | None = None
        self._floor_saved_at = float("-inf")
        pipeline.recall_cameras(memory.recall)

    def begin(self, names: Collection[str], saved: Settings) -> list[tuple[str, str]]:
        """Use what is remembered of the first source, but for settings of these names, which were given for it.

        Returns what could not be recalled, as errors with hints.
        """
        source, given = self._pipeline.source_camera
        self._pipeline.use_camera(source, self._memory.begin(source, given, names, saved))
        problems, self._memory.problems[:] = list(self._memory.problems), []
        return problems

    def describe(self) -> Wire:
        """The camera in use and its origin; `can_undo`: whether there is a change to undo."""
        state = self._pipeline.state()
        camera = state.camera or self._seen_by(state.calibration)
        told = describe_camera(camera, state.calibration, state.settings.fx)
        return {**told, "can_undo": self.can_undo}

    @property
    def can_undo(self) -> bool:
        """Whether `undo` would change something."""
        state = self._pipeline.state()
        return state.settings.source in self._before or _is_found(state.camera, state.calibration)

    def as_file(self) -> str:
        """The camera in use as a file that `use_file` accepts."""
        state = self._pipeline.state()
        return camera_file(state.camera or self._seen_by(state.calibration))

    def use_file(self, data: bytes, filename: str, name: str | None, *, preview: bool = False) -> Wire:
        """Use a camera file, or only preview it; returns its description. PosecastError if it is not understood."""
        calibration = read_upload(data, filename, name)
        suffix = PurePath(filename).suffix.lower()
        suffix = suffix if suffix in _SUFFIXES else ".json"
        return self._use(calibration, lambda: self._keep(data, suffix, name), preview=preview)

    def use_named(self, name: str, *, preview: bool = False) -> Wire:
        """Use the camera of this name, or only preview it; PosecastError if there is none."""
        if name not in NAMED:
            raise PosecastError(f"no camera is called {name!r:.40}", f"names are: {', '.join(NAMED)}")
        return self._use(NAMED[name], lambda: {"extrinsics": name}, preview=preview)

    def use_lens(self, lens: CameraSpec) -> Wire:
        """Use a lens that was calibrated; the pose stays as it is."""
        state = self._pipeline.state()
        before = state.calibration
        if before is None and state.camera is not None and state.camera.provenance.pose == "file":
            own = state.camera
            before = Calibration(CameraSpec(own.R, own.t, own.up, provenance=own.provenance), "source", "m")
        calibration = with_lens(before, lens)
        return self._use(calibration, lambda: chosen_field(calibration), preview=False, fx=None)

    def adjust(self, adjustment: Adjustment, *, preview: bool = False) -> Wire:
        """Turn, raise or zoom the camera in use by hand, or only preview that."""
        state = self._pipeline.state()
        calibration = adjusted(state.camera or self._seen_by(state.calibration), adjustment)
        changes = {"fx": None} if adjustment.fov_deg is not None else {}
        return self._use(calibration, lambda: chosen_field(calibration), preview=preview, **changes)

    def reset(self) -> Wire:
        """Return to the source's own camera, or the neutral one, whose floor is then looked for again."""
        source, now = self._now()
        self._pipeline.find_floor_again()
        settings = {**now.settings, "up": None, "extrinsics": None}
        plain = replace(now, calibration=None, estimated=None, settings=settings, cameras={})
        problem = self._change(source, plain, lambda: {"camera": None, "estimated": None, "cameras": None})
        return self._told_after(problem)

    def replace_cameras(self, source: str, cameras: Mapping[str, Replacement]) -> list[str]:
        """Use these calibrations of cameras of a rig, and no others; returns a warning if they cannot be saved."""
        now = self._now()[1]
        return self._change(source, replace(now, cameras=cameras), lambda: {"cameras": cameras_field(cameras)})

    def undo(self) -> Wire:
        """Return to the camera before the last change, or to the neutral one from a floor found from people."""
        source, now = self._now()
        before = self._before.pop(source, None)
        problem: list[str] = []
        if before is not None:
            self._used(source, before.camera)
            problem = self._saved(lambda: self._memory.restore(source, before.camera, before.record))
        elif self.can_undo:
            plain = replace(now, settings={**now.settings, "level": "off"})
            self._used(source, plain)
            problem = self._saved(lambda: self._memory.note(source, plain, setting_fields(plain)))
        else:
            raise ConflictError("there is no change to undo", "the camera is as it was when this source was opened")
        return self._told_after(problem)

    def remember(self, _version: int, snapshot: Snapshot) -> None:
        """Look at a snapshot: whether its camera fits."""
        camera = snapshot.scene.camera
        if camera is self._last_camera:
            return
        self._last_camera = camera
        state = self._pipeline.state()
        if state.calibration is not None:
            for warning in frame_warnings(state.calibration.spec, camera, state.settings.fx):
                log.warning("camera: %s", warning)

    def settle(self) -> None:
        """Save changed settings of the source, and a floor that was found. Called once a second, and at the end."""
        while self._memory.problems:
            self._told(*self._memory.problems.pop(0))
        source, now = self._now()
        before = self._memory.recall(source)
        old = setting_fields(before)
        changed = {name: value for name, value in setting_fields(now).items() if value != old[name]}
        found = self._found()
        if found is not None and self._is_news(found, before.estimated):
            now, changed = replace(now, estimated=found), {**changed, "estimated": pose_field(found)}
            self._floor_saved_at = time.monotonic()
        if changed and (problem := self._saved(lambda: self._memory.note(source, now, changed))):
            self._told("the settings of this source could not be saved", problem[0])

    def _use(
        self, calibration: Calibration, field: Callable[[], Record], *, preview: bool, **settings: float | None
    ) -> Wire:
        """`field` saves it for the next start, and returns the field of the record that finds it again."""
        source, now = self._now()
        self._check_one(source)
        changed = {**now.settings, "up": None, "extrinsics": None, **settings}
        camera, fx = self._seen_by(calibration, changed), changed["fx"]
        if fx is None:
            check_frames(calibration.spec, camera.image_size, None)
        understood = describe_camera(camera, calibration, fx)
        if preview:
            return understood
        for warning in calibration.warnings:
            log.warning("camera: %s", warning)
        used = replace(now, calibration=calibration, settings=changed)
        problem = self._change(source, used, lambda: {"camera": field()})
        return {**understood, "can_undo": True, "warnings": [*understood["warnings"], *problem]}

    def _change(self, source: str, camera: SourceCamera, field: Callable[[], Record]) -> list[str]:
        """Use `camera`, save it, and keep what was before for `undo`; returns a warning if it cannot be saved."""
        before = _Before(self._now()[1], self._record(source))
        self._used(source, camera)
        self._before[source] = before
        return self._saved(lambda: self._memory.note(source, camera, {**setting_fields(camera), **field()}))

    def _check_one(self, source: str) -> None:
        """PosecastError for a rig, where it has to be said which camera is meant."""
        if is_rig(source):
            names = ", ".join(view.name for view in self._pipeline.state().stats.views)
            raise PosecastError("this source has several cameras", f"say which one with for=NAME: {names}")

    def _used(self, source: str, camera: SourceCamera) -> None:
        if not self._pipeline.use_camera(source, camera):
            raise ConflictError("another source was chosen meanwhile", "send it again, if it is for that source")

    def _now(self) -> tuple[str, SourceCamera]:
        """The current source and its camera, with the floor that was found for it before."""
        source, now = self._pipeline.source_camera
        found = self._memory.recall(source).estimated if now.estimated is None else now.estimated
        return source, replace(now, estimated=found)

    def _told_after(self, problem: list[str]) -> Wire:
        told = self.describe()
        return {**told, "warnings": [*told["warnings"], *problem]}

    def _is_news(self, found: CameraSpec, before: CameraSpec | None) -> bool:
        """Whether a floor is worth saving: estimates change with every frame until they are frozen."""
        if time.monotonic() < self._floor_saved_at + _FLOOR_EVERY_S:
            return False
        if before is None or not np.allclose(found.R, before.R, atol=_SAME_TILT):
            return True
        return not np.allclose(found.t, before.t, rtol=_SAME_HEIGHT, atol=_SAME_HEIGHT)

    def _found(self) -> CameraSpec | None:
        """The pose on a floor that was found by now; None if there is none."""
        state = self._pipeline.state()
        camera = state.camera
        if camera is None or not _is_found(camera, state.calibration):
            return None
        return CameraSpec(camera.R, camera.t, camera.up, floor=camera.floor)

    def _seen_by(self, calibration: Calibration | None, settings: Mapping[str, Any] | None = None) -> Camera:
        """The camera of a calibration for the current frame size, with other settings of the source if given."""
        state = self._pipeline.state()
        size = state.camera.image_size if state.camera else _SIZE_BEFORE_FIRST_FRAME
        return effective_camera(state.settings.changed(settings or {}), calibration, None).for_image(*size)

    def _keep(self, data: bytes, suffix: str, name: str | None) -> Record:
        """Save a camera file; returns the field of the record that finds it again."""
        path = self._memory.records.keep_file(data, suffix)
        return {"extrinsics": f"{path}#{name}" if name else str(path)}

    def _record(self, source: str) -> Record:
        try:
            return self._memory.record_of(source)
        except PosecastError:  # it cannot be read: what follows cannot be saved either, and says so
            return {}

    def _saved(self, save: Callable[[], object]) -> list[str]:
        """Save for the next start; returns a warning if that fails."""
        try:
            save()
        except (OSError, PosecastError) as error:
            log.warning("cannot save the camera: %s", error)
            return [_NOT_SAVED]
        return []


def _is_found(camera: Camera | None, calibration: Calibration | None) -> bool:
    """Whether the camera stands on a floor that was found from people."""
    has_no_pose = calibration is None or calibration.spec.provenance.pose == "default"
    return camera is not None and has_no_pose and camera.provenance.pose == "estimated"
