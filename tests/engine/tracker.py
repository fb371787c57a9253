"""The steps of the processor from poses to people, without the network and the lifter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.fitting import BodyFit, FitOptions
from engine.geometry import DEFAULT_CAMERA
from engine.tracking import Identities, Smoothing, SmoothingOptions
from engine.types import Person, Pose2D, Pose3D

CAMERA = DEFAULT_CAMERA.for_image(1280, 720)


@dataclass(frozen=True)
class Options:
    smoothing: bool = True
    person_heights_m: Mapping[int, float] = field(default_factory=dict)


class Tracker:
    """Identities, heights and smoothing of one stream; people are lifted beforehand."""

    def __init__(self) -> None:
        self.identities, self.bodies, self.smoothing = Identities(), BodyFit(), Smoothing()

    def reset(self) -> None:
        self.identities.forget()
        self.bodies, self.smoothing = BodyFit(), Smoothing()

    def update(
        self, poses2d: Sequence[Pose2D], poses3d: Sequence[Pose3D | None], time: float, options: Options
    ) -> tuple[Person, ...]:
        """`poses3d` goes with `poses2d`."""
        bodies = {id(pose): body for pose, body in zip(poses2d, poses3d, strict=True)}
        seen = self.identities.assign(poses2d, time)
        lifted = [Person(number, pose, bodies[id(pose)]) for number, pose in seen]
        known = self.identities.known
        heights = FitOptions(fit=False, person_heights_m=options.person_heights_m)
        people = self.bodies.update(lifted, CAMERA, time, known, heights)
        people = self.smoothing.update(people, time, SmoothingOptions(smoothing=options.smoothing), known)
        return self.bodies.sized(people, CAMERA, heights)
