"""One frame in, one snapshot out: from pixels to tracked 3D people.

No threads: a plain loop over `process` is a correct program. Its three steps use disjoint state, so that a caller
may run `prepare`, `infer` and `finish` in three threads, each in frame order.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from engine import decoding, lifting, preprocess
from engine.geometry import Camera, CameraSpec
from engine.motion.angles import published
from engine.settings import Settings
from engine.tracking import Tracker, TrackingOptions
from engine.types import Backend, BackendInfo, Frame, Maps, NetworkInput, Person, Pose2D, Scene, Snapshot
from engine.wire.score import score


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    frame: Frame
    network_input: NetworkInput
    stage_ms: Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Inferred:
    frame: Frame
    scale: tuple[float, float]
    maps: Maps
    backend: BackendInfo
    stage_ms: Mapping[str, float]


class Processor:
    """Owns the backend in use, the settings, the camera, and the tracker with people's identities."""

    def __init__(self, backend: Backend, settings: Settings, camera: CameraSpec) -> None:
        self.backend = backend
        """May be replaced between two frames; identities survive."""
        self._tracker = Tracker()
        self.reconfigure(settings, camera)

    def reconfigure(self, settings: Settings, camera: CameraSpec) -> None:
        """Use other settings or another camera from the next frame on; identities survive.

        `camera` is the one in effect: `engine.extrinsics.effective_camera`.
        """
        self._settings = settings
        self.camera_spec = camera
        self._camera: Camera | None = None
        self._options = TrackingOptions(
            smoothing=settings.smoothing,
            cutoff_hz=settings.smoothing_cutoff_hz,
            beta=settings.smoothing_beta,
            assumed_height_m=settings.assumed_height_m,
            person_heights_m=settings.person_heights_m or {},
        )

    def restart_tracking(self) -> None:
        """Forget all people: the next frame is of another scene."""
        self._tracker.reset()

    def process(self, frame: Frame) -> Snapshot:
        """All three steps; for a frame of a recording, the recorded snapshot."""
        if frame.recorded is not None:
            return frame.recorded
        return self.finish(self.infer(self.prepare(frame)))

    def prepare(self, frame: Frame) -> Prepared:
        """Scale and pad for the network."""
        watch = _Stopwatch({"capture": frame.capture_ms})
        network_input = preprocess.prepare(frame.image, self._settings.height_size, self.backend.fixed_size)
        return Prepared(frame, network_input, watch.lap("preprocess"))

    def infer(self, prepared: Prepared) -> Inferred:
        """Run the network."""
        watch = _Stopwatch(prepared.stage_ms)
        backend = self.backend
        maps = backend.infer(prepared.network_input.image)
        return Inferred(prepared.frame, prepared.network_input.scale, maps, backend.info, watch.lap("infer"))

    def finish(self, inferred: Inferred) -> Snapshot:
        """Maps to people: decode, lift, track."""
        frame, maps, scale = inferred.frame, inferred.maps, inferred.scale
        camera = self.camera_for(frame)
        watch = _Stopwatch(inferred.stage_ms)
        poses2d = [pose for pose in decoding.decode(maps, scale) if self._is_wanted(pose)]
        watch.lap("decode")
        body = lifting.body_for(self._settings.body, maps, bundled=self._settings.model == "bundled")
        poses3d = lifting.lift(
            maps, poses2d, scale, camera,
            body=body, placement=self._settings.placement, height_m=self._settings.assumed_height_m,
        )  # fmt: skip
        watch.lap("lift")
        people: tuple[Person, ...] = self._tracker.update(poses2d, poses3d, frame.time, self._options)
        if self._settings.angles:
            people = tuple(_measured(person, camera) for person in people)
        stage_ms = watch.lap("track")
        return Snapshot(Scene(frame.index, frame.time, people, camera), frame, inferred.backend, stage_ms, body)

    def _is_wanted(self, pose: Pose2D) -> bool:
        enough = np.count_nonzero(pose.scores) >= self._settings.min_keypoints
        return bool(enough) and score(pose) >= self._settings.min_score

    def camera_for(self, frame: Frame) -> Camera:
        """The camera for frames of this size."""
        height, width = frame.image.shape[:2]
        if self._camera is None or self._camera.image_size != (width, height):
            self._camera = self.camera_spec.for_image(width, height)
        return self._camera


def _measured(person: Person, camera: Camera) -> Person:
    """The person with the angles of their joints; without 3D, with none."""
    if person.pose3d is None:
        return replace(person, angles={})
    return replace(person, angles=published(camera.world_from_camera(person.pose3d.joints), up=camera.up))


class _Stopwatch:
    """Milliseconds per stage, each lap from the end of the previous one."""

    def __init__(self, stage_ms: Mapping[str, float]) -> None:
        self._stage_ms = dict(stage_ms)
        self._last = time.perf_counter()

    def lap(self, stage: str) -> Mapping[str, float]:
        now = time.perf_counter()
        self._stage_ms[stage] = (now - self._last) * 1000
        self._last = now
        return self._stage_ms
