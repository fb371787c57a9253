"""One frame in, one snapshot out, whatever the source: sets of a rig are fused, other frames are of one camera.

The steps are those of `engine.processor`, with the same promises. A set goes through them picture by picture, with one
network for all, and its people come together in `follow`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Generic, TypeVar, cast

from engine import lifting
from engine.close_up import second_look
from engine.fusion import CameraPoses, Clock, ClockWatch, FusedPerson, Fusion, FusionOptions, swapped
from engine.geometry import Camera, CameraSpec
from engine.processor import Decoded, Inferred, Prepared, Processor, with_angles
from engine.settings import Settings
from engine.tracking import Colours
from engine.types import Backend, BackendInfo, Found, Frame, Person, PersonView, Pose3D, Scene, Snapshot, View

logger = logging.getLogger(__name__)

USUAL_RATE = 30.0
"""Pictures per second of a camera that does not say."""

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True, eq=False)
class Several(Generic[T]):
    """A step of a set: the same step of each of its pictures."""

    frame: Frame
    parts: tuple[tuple[View, T | Decoded], ...]
    """The cameras that deliver; what was found elsewhere is decoded from the beginning."""

    def next(self, step: Callable[[T], U]) -> Several[U]:
        """The same after a step of each picture."""
        parts = tuple((view, part if isinstance(part, Decoded) else step(part)) for view, part in self.parts)
        return Several(self.frame, parts)


@dataclass(frozen=True, slots=True, eq=False)
class FusedSet:
    """A set with its people in the rig's world."""

    frame: Frame
    cameras: Mapping[str, Camera]
    people: tuple[FusedPerson, ...]
    backend: BackendInfo
    stage_ms: Mapping[str, float]


class RigProcessor:
    """Processes frames of any source; what is of one camera is its `Processor`'s affair."""

    def __init__(self, backend: Backend, settings: Settings, camera: CameraSpec) -> None:
        self._one = Processor(backend, settings, camera)
        self._fusion, self._colours, self._clocks = Fusion(), Colours(), ClockWatch()
        self._told: dict[str, float] = {}
        self._settings = settings
        self._cameras: dict[str, tuple[CameraSpec, Camera]] = {}

    @property
    def backend(self) -> Backend:
        """May be replaced between two frames; identities survive."""
        return self._one.backend

    @backend.setter
    def backend(self, backend: Backend) -> None:
        self._one.backend = backend

    def reconfigure(self, settings: Settings, camera: CameraSpec) -> None:
        """Use other settings or another camera from the next frame on; identities survive."""
        self._one.reconfigure(settings, camera)
        self._settings = settings

    def restart_tracking(self) -> None:
        """Forget all people: the next frame is of another scene."""
        self._one.restart_tracking()
        self._fusion.forget()
        self._clocks = ClockWatch()
        self._told.clear()
        self._cameras.clear()

    def process(self, frame: Frame) -> Snapshot:
        """All steps; for a frame of a recording, the recorded snapshot."""
        if frame.recorded is not None:
            return frame.recorded
        return self.follow(self.decode(self.infer(self.prepare(frame))))

    def prepare(self, frame: Frame) -> Prepared | Several[Prepared]:
        """Scale and pad for the network."""
        if not frame.views:
            return self._one.prepare(frame)
        return Several(frame, tuple((view, self._begun(view.frame)) for view in frame.views if view.frame is not None))

    def _begun(self, frame: Frame) -> Prepared | Decoded:
        return self._one.prepare(frame) if frame.found is None else _decoded(frame, frame.found)

    def infer(self, prepared: Prepared | Several[Prepared]) -> Inferred | Several[Inferred] | Several[Decoded]:
        """Run the network."""
        if isinstance(prepared, Prepared):
            return self._one.infer(prepared)
        if self._settings.close_up:
            return prepared.next(self._seen_twice)
        here = [part for _, part in prepared.parts if not isinstance(part, Decoded)]
        inferred = iter(self._one.infer_each(here))
        return prepared.next(lambda _: next(inferred))

    def _seen_twice(self, prepared: Prepared) -> Decoded:
        """The people of a picture, each of whom the network sees a second time; here, since one thread runs it."""
        decoded, began = self._one.decode(self._one.infer(prepared)), perf_counter()
        poses = second_look(decoded.frame.image, decoded.poses, self.backend)
        infer_ms = decoded.stage_ms["infer"] + (perf_counter() - began) * 1e3
        return replace(decoded, poses=poses, stage_ms={**decoded.stage_ms, "infer": infer_ms})

    def decode(self, inferred: Inferred | Several[Inferred] | Several[Decoded]) -> Decoded | Several[Decoded]:
        """Maps to people in 2D."""
        if isinstance(inferred, Inferred):
            return self._one.decode(inferred)
        return cast("Several[Inferred]", inferred).next(self._one.decode)  # parts that are decoded stay as they are

    def follow(self, decoded: Decoded | Several[Decoded]) -> Snapshot:
        """People in 2D to the same people as before, in 3D."""
        return self._one.follow(decoded) if isinstance(decoded, Decoded) else self.snapshot_of(self.fuse(decoded))

    def fuse(self, decoded: Several[Decoded]) -> FusedSet:
        """The people of a set to the same people as before, in the rig's world."""
        frame, began = decoded.frame, perf_counter()
        cameras = {view.name: self._camera(view, frame) for view in frame.views}
        views = [self._lifted(view.name, cameras[view.name], part) for view, part in decoded.parts]
        self._check_clocks(views, decoded)
        lifted = perf_counter()
        people = self._fusion.update(views, frame.time, self._options, everyone=frame.name is not None)
        stage_ms = _sums(decoded) | {"lift": (lifted - began) * 1e3, "fit": (perf_counter() - lifted) * 1e3}
        backend = decoded.parts[0][1].backend if decoded.parts else self.backend.info
        return FusedSet(frame, cameras, people, backend, stage_ms)

    def snapshot_of(self, fused: FusedSet) -> Snapshot:
        """The scene of a set; sets come in their order, for the people's colours."""
        frame, first = fused.frame, next(iter(fused.cameras.values()))
        colours = self._colours.assign([person.id for person in fused.people])
        people = (self._person(person, first, colour) for person, colour in zip(fused.people, colours, strict=True))
        scene = Scene(frame.index, frame.time, tuple(people), first, fused.cameras)
        return Snapshot(scene, frame, fused.backend, fused.stage_ms, "keypoints")

    def _check_clocks(self, views: Sequence[CameraPoses], decoded: Several[Decoded]) -> None:
        """Say whose clock is surely off by more than a frame, and again when it is off by one more."""
        times = {view.name: view.frame.time for view, _ in decoded.parts if view.frame is not None}
        parts = {view.name: view for view, _ in decoded.parts}
        for name, clock in self._clocks.see(views, times, decoded.frame.time).items():
            if clock.offset.is_surely_off(1 / (parts[name].rate or USUAL_RATE), self._told.get(name, 0.0)):
                seconds = self._told[name] = clock.offset.seconds
                logger.warning("camera %s: %s", name, _about(clock, parts[name].offset_s + seconds))

    @property
    def _options(self) -> FusionOptions:
        settings = self._settings
        return FusionOptions(
            assumed_height_m=settings.assumed_height_m,
            floor_offset_m=settings.floor_offset_m,
            smoothing=settings.smoothing,
            cutoff_hz=settings.smoothing_cutoff_hz,
            beta=settings.smoothing_beta,
        )

    def _camera(self, view: View, frame: Frame) -> Camera:
        """The camera for its picture; for one that delivers none, of the size that it was last."""
        known = self._cameras.get(view.name)
        height, width = (view.frame or frame).image.shape[:2]
        if view.frame is None and known is not None:
            width, height = known[1].image_size
        elif view.frame is None and view.camera.resolution is not None:
            width, height = view.camera.resolution
        if known is None or known[0] is not view.camera or known[1].image_size != (width, height):
            self._cameras[view.name] = view.camera, view.camera.for_image(width, height)
        return self._cameras[view.name][1]

    def _lifted(self, name: str, camera: Camera, decoded: Decoded) -> CameraPoses:
        """What a camera sees, with the bodies that it guesses; also for left and right exchanged."""
        poses = decoded.poses
        bodies = lifting.lift(
            None, [*poses, *map(swapped, poses)], decoded.scale, camera,
            body="keypoints", height_m=self._settings.assumed_height_m,
        )  # fmt: skip
        return CameraPoses(name, camera, poses, tuple(bodies[: len(poses)]), tuple(bodies[len(poses) :]))

    def _person(self, fused: FusedPerson, camera: Camera, colour: int) -> Person:
        views = {name: PersonView(view.pose, view.error_px) for name, view in fused.views.items()}
        person = Person(
            fused.id,
            next(iter(views.values())).pose2d,
            Pose3D(camera.camera_from_world(fused.joints).astype("float32")),
            fused.height_m or self._settings.assumed_height_m,
            "assumed" if fused.height_m is None else "measured",
            colour,
            views=views,
        )
        return with_angles(person, camera) if self._settings.angles else person


def _decoded(frame: Frame, found: Found) -> Decoded:
    """As if the network had found them here, in no time."""
    return Decoded(frame, found.poses, "keypoints", None, (1.0, 1.0), found.backend, {"capture": frame.capture_ms})


def _about(clock: Clock, offset_s: float) -> str:
    """The sentence about a clock that is off."""
    drift = clock.drift_per_minute_s
    drifting = "" if drift is None else f", and drifts by {1e3 * drift:+.0f} ms a minute"
    seconds = abs(clock.offset.seconds)
    return f"its clock seems to be {seconds:.3f} s off{drifting}, by how people move; try offset_s = {offset_s:.3f}"


def _sums(decoded: Several[Decoded]) -> dict[str, float]:
    """Milliseconds by step, of all pictures together."""
    total: dict[str, float] = {}
    for _, part in decoded.parts:
        for stage, value in part.stage_ms.items():
            total[stage] = total.get(stage, 0.0) + value
    return total
