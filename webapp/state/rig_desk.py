"""Changes of the calibration of one camera of a rig, by its name. Undo is that of the camera desk."""

from __future__ import annotations

from engine.errors import PosecastError
from engine.extrinsics import Calibration, check_frames
from engine.geometry import Camera
from engine.pipeline import Pipeline
from engine.rig import is_rig, replacement, replacement_of, with_replacements
from engine.types import View
from engine.wire import Wire
from webapp.access.errors import UnavailableError
from webapp.describe import camera_file, describe_camera
from webapp.state.camera import CameraDesk
from webapp.state.camera_upload import read_upload

_SIZE_BEFORE_FIRST_PICTURE = (1280, 720)


class RigDesk:
    """Thread-safe. Every method takes the name of a camera first; PosecastError if the source has no such camera."""

    def __init__(self, pipeline: Pipeline, desk: CameraDesk) -> None:
        self._pipeline, self._desk = pipeline, desk

    def describe(self, name: str) -> Wire:
        """The camera in effect, as `CameraDesk.describe` tells one; `for` is its name."""
        view = self._view(name)
        calibration = self._replaced_by(view)
        told = describe_camera(_camera(self._in_effect(view)), calibration)
        told["format"] = "rig" if calibration is None else calibration.format
        return {**told, "can_undo": self._desk.can_undo, "for": name}

    def as_file(self, name: str) -> str:
        """The camera in effect as a file that `use_file` accepts."""
        return camera_file(_camera(self._in_effect(self._view(name))))

    def use_file(self, name: str, data: bytes, filename: str, in_file: str | None, *, preview: bool = False) -> Wire:
        """Use a camera file for the camera, or only preview it; returns its description.

        `in_file` is its name in a file of several cameras, where it differs. PosecastError if the file is not
        understood, or the camera would stand where another one does.
        """
        view = self._view(name)
        source, now = self._pipeline.source_camera
        given = replacement(self._views(), name, now.cameras, read_upload(data, filename, in_file, name))
        camera = _camera(view, given.calibration)
        check_frames(given.calibration.spec, camera.image_size, None)
        told = {**describe_camera(camera, given.calibration), "for": name}
        if preview:
            return told
        problem = self._desk.replace_cameras(source, {**now.cameras, name: given})
        return {**told, "can_undo": True, "warnings": [*told["warnings"], *problem]}

    def reset(self, name: str) -> Wire:
        """Return to the camera as the rig's file says."""
        self._view(name)
        source, now = self._pipeline.source_camera
        problem = self._desk.replace_cameras(source, {one: kept for one, kept in now.cameras.items() if one != name})
        told = self.describe(name)
        return {**told, "warnings": [*told["warnings"], *problem]}

    def _views(self) -> tuple[View, ...]:
        return self._pipeline.state().stats.views

    def _view(self, name: str) -> View:
        if not is_rig(self._pipeline.source_camera[0]):
            raise PosecastError(f"this source has no camera {name!r:.80}", "it has one camera: leave out for=")
        views = self._views()
        if not views:
            raise UnavailableError("there is no picture of the cameras yet", "try again when the source plays")
        found = next((view for view in views if view.name == name), None)
        if found is None:
            known = ", ".join(view.name for view in views)
            raise PosecastError(f"the rig has no camera {name!r:.80}", f"its cameras are {known}")
        return found

    def _replaced_by(self, view: View) -> Calibration | None:
        found = replacement_of(view.name, view.camera, self._pipeline.source_camera[1].cameras)
        return None if found is None else found.calibration

    def _in_effect(self, view: View) -> View:
        return with_replacements([view], self._pipeline.source_camera[1].cameras)[0]


def _camera(view: View, calibration: Calibration | None = None) -> Camera:
    spec = view.camera if calibration is None else calibration.spec
    if view.frame is not None:
        height, width = view.frame.image.shape[:2]
        return spec.for_image(width, height)
    return spec.for_image(*(view.camera.resolution or _SIZE_BEFORE_FIRST_PICTURE))
