"""How tall people are shown, and how far that is known.

Bodies are fitted for people of the assumed height. Here they become as tall as the floor says, or the user: scaled
about the camera, which leaves the image unchanged.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.fitting.ground import Ground
from engine.fitting.memory import Memory
from engine.fitting.options import FitOptions
from engine.types import HeightKind, Person, Pose3D

STATURE = 0.95
"""Height of the lifter's bodies, by their trunk and legs, over the height they stand for: it shortens what it is unsure
of. Kept, so that people stay at the lifter's distances."""
TOLD_FRAMES = 10
"""Frames after which somebody's size counts."""


class Heights:
    """The sizes of the people of one frame, relative to the assumed height."""

    def __init__(self, memory: Memory, ground: Ground | None, options: FitOptions, *, metric: bool) -> None:
        self._memory, self._ground, self._options, self._metric = memory, ground, options, metric

    def scale_of(self, id: int) -> float:
        """The factor by which the body of the assumed height is scaled."""
        if id in self._options.person_heights_m:
            return self._options.person_heights_m[id] / self._options.assumed_height_m
        if self._ground is None or id not in self._memory:
            return 1.0
        return float(np.exp(self._memory["scale"][self._memory.rows([id])][0]))

    def height_of(self, id: int) -> tuple[float, HeightKind]:
        """Metres, and where they come from."""
        options = self._options
        if id in options.person_heights_m:
            return options.person_heights_m[id], "given"
        told = self._memory["scale_frames"] >= TOLD_FRAMES
        if self._ground is None or id not in self._memory or not told[self._memory.rows([id])][0]:
            return options.assumed_height_m, "assumed"
        if self._metric:
            return STATURE * options.assumed_height_m * self.scale_of(id), "measured"
        middle = float(np.exp(np.median(self._memory["scale"][told])))
        return options.assumed_height_m * self.scale_of(id) / middle, "relative"

    def applied(self, person: Person) -> Person:
        """The person, whose body is of the assumed height, scaled."""
        height_m, kind = self.height_of(person.id)
        pose, factor = person.pose3d, self.scale_of(person.id)
        if pose is not None and factor != 1.0:
            errors = None if pose.errors is None else (pose.errors * factor).astype(np.float32)
            pose = Pose3D((pose.joints * factor).astype(np.float32), errors)
        return replace(person, pose3d=pose, height_m=height_m, height_kind=kind)
