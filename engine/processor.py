"""One frame in, one snapshot out: from pixels to tracked 3D people.

No threads: a plain loop over `process` is a correct program. Its steps use disjoint state, so that a caller may run
`prepare`, `infer` and `finish` in three threads, each in frame order. `finish` is `decode`, which has no memory and
does not need the camera, and `follow`, which has all of it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine import decoding, lifting, preprocess
from engine.fitting import BodyFit, FitOptions
from engine.geometry import Camera, CameraSpec
from engine.inference.batches import infer_each
from engine.motion.angles import published
from engine.settings import Settings
from engine.tracking import Colours, Identities, Smoothing, SmoothingOptions
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


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """The people of a frame in 2D, before anything depends on the frames before it."""

    frame: Frame
    poses: tuple[Pose2D, ...]
    body: str
    """Where bodies come from, 'keypoints' or 'maps'."""
    maps: Maps | None
    """What bodies are read from; None where they come from keypoints."""
    scale: tuple[float, float]
    backend: BackendInfo
    stage_ms: Mapping[str, float]


class Processor:
    """Owns the backend in use, the settings, the camera, and the identities and bodies of people."""

    def __init__(self, backend: Backend, settings: Settings, camera: CameraSpec) -> None:
        self.backend = backend
        """May be replaced between two frames; identities survive."""
        self._identities, self._colours = Identities(), Colours()
        self._bodies, self._smoothing = BodyFit(), Smoothing()
        self.reconfigure(settings, camera)

    def reconfigure(self, settings: Settings, camera: CameraSpec) -> None:
        """Use other settings or another camera from the next frame on; identities survive.

        `camera` is the one in effect: `engine.extrinsics.effective_camera`.
        """
        self._settings = settings
        self.camera_spec = camera
        self._camera: Camera | None = None
        self._smoothness = SmoothingOptions(
            smoothing=settings.smoothing, cutoff_hz=settings.smoothing_cutoff_hz, beta=settings.smoothing_beta
        )
        self._fit = FitOptions(
            fit=settings.fit,
            assumed_height_m=settings.assumed_height_m,
            person_heights_m=settings.person_heights_m or {},
            floor_offset_m=settings.floor_offset_m,
            metric=settings.camera_height_m is not None,
        )

    def restart_tracking(self) -> None:
        """Forget all people: the next frame is of another scene."""
        self._identities.forget()
        self._bodies, self._smoothing = BodyFit(), Smoothing()

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
        return self.infer_each([prepared])[0]

    def infer_each(self, prepared: Sequence[Prepared]) -> list[Inferred]:
        """Run the network on several pictures, together where it can; each is said to have taken its share."""
        backend, began = self.backend, time.perf_counter()
        maps = infer_each(backend, [one.network_input.image for one in prepared])
        share_ms = (time.perf_counter() - began) * 1e3 / max(len(maps), 1)
        return [
            Inferred(one.frame, one.network_input.scale, found, backend.info, {**one.stage_ms, "infer": share_ms})
            for one, found in zip(prepared, maps, strict=True)
        ]

    def finish(self, inferred: Inferred) -> Snapshot:
        """Maps to people: decode, identities, lift, fit, smooth."""
        return self.follow(self.decode(inferred))

    def decode(self, inferred: Inferred) -> Decoded:
        """Maps to people in 2D."""
        maps, settings = inferred.maps, self._settings
        watch = _Stopwatch(inferred.stage_ms)
        poses = tuple(pose for pose in decoding.decode(maps, inferred.scale) if self._is_wanted(pose))
        body = lifting.body_for(settings.body, maps, bundled=settings.model == "bundled")
        return Decoded(
            inferred.frame, poses, body, maps if body == "maps" else None,
            inferred.scale, inferred.backend, watch.lap("decode"),
        )  # fmt: skip

    def follow(self, decoded: Decoded) -> Snapshot:
        """People in 2D to the same people as before, in 3D."""
        frame, watch = decoded.frame, _Stopwatch(decoded.stage_ms)
        camera = self.camera_for(frame)
        seen = self._identities.assign(decoded.poses, frame.time, round=frame.round, everyone=frame.name is not None)
        watch.lap("track")
        lifted = self._lift(decoded, seen, camera)
        watch.lap("lift")  # here people are as single frames give them: what follows uses what it believes of them
        fitted = self._bodies.update(lifted, camera, frame.time, self._identities.known, self._fit)
        watch.lap("fit")
        smooth = self._smoothing.update(fitted, frame.time, self._smoothness, self._identities.known)
        people = self._bodies.sized(smooth, camera, self._fit)
        if self._settings.angles:
            people = tuple(with_angles(person, camera) for person in people)
        stage_ms = watch.lap("track")
        scene = Scene(frame.index, frame.time, people, camera)
        return Snapshot(scene, frame, decoded.backend, stage_ms, decoded.body, lifted)

    def _lift(self, decoded: Decoded, seen: Sequence[tuple[int, Pose2D]], camera: Camera) -> tuple[Person, ...]:
        """People with ids -> the same with bodies, as the lifter or the maps alone place them in this frame."""
        height_m = self._settings.assumed_height_m
        bodies = lifting.lift(
            decoded.maps, [pose for _, pose in seen], decoded.scale, camera,
            body=decoded.body, placement=self._settings.placement, height_m=height_m,
        )  # fmt: skip
        colours = self._colours.assign([id for id, _ in seen])
        return tuple(
            Person(id, pose, body, height_m, colour=colour)
            for (id, pose), body, colour in zip(seen, bodies, colours, strict=True)
        )

    def _is_wanted(self, pose: Pose2D) -> bool:
        enough = np.count_nonzero(pose.scores) >= self._settings.min_keypoints
        return bool(enough) and score(pose) >= self._settings.min_score

    def camera_for(self, frame: Frame) -> Camera:
        """The camera for frames of this size."""
        height, width = frame.image.shape[:2]
        if self._camera is None or self._camera.image_size != (width, height):
            self._camera = self.camera_spec.for_image(width, height)
        return self._camera


def with_angles(person: Person, camera: Camera) -> Person:
    """The person with the angles of their joints; without 3D, with none."""
    if person.pose3d is None:
        return replace(person, angles={})
    world = camera.world_from_camera(person.pose3d.joints)
    return replace(person, angles=published(world, up=camera.up))


class _Stopwatch:
    """Milliseconds per stage: the sum of its laps, each from the end of the previous lap."""

    def __init__(self, stage_ms: Mapping[str, float]) -> None:
        self._stage_ms = dict(stage_ms)
        self._last = time.perf_counter()

    def lap(self, stage: str) -> Mapping[str, float]:
        now = time.perf_counter()
        self._stage_ms[stage] = self._stage_ms.get(stage, 0.0) + (now - self._last) * 1000
        self._last = now
        return self._stage_ms
