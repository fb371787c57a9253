"""The one person whom an avatar follows: a certain id, or the largest in the picture."""

from __future__ import annotations

import re

import numpy as np

from engine.motion.live_pose import LivePose, PoseNow
from engine.motion.placing import y_up_from
from engine.outputs.address import Option
from engine.outputs.moment import Moment
from engine.types import Person

PERSON = Option(
    "person", "Person", "largest: the largest in the picture, as long as nobody is much larger. Or an id.",
    default="largest", pattern=r"largest|[1-9]\d{0,15}", expected="largest, or the id of a person",
)  # fmt: skip
MUCH_LARGER = 1.3
"""An avatar goes over to somebody who is so much larger than the one whom it follows."""
KEPT_S = 1.5
"""Seconds for which an avatar waits for somebody who is lost."""


class OnePerson:
    """Chooses a person in every moment, and carries their pose on."""

    def __init__(self, asked: str) -> None:
        self._asked = None if re.fullmatch("largest", asked) else int(asked)
        self._id: int | None = None
        self._seen_at = 0.0
        self._pose = LivePose()

    def pose(self, moment: Moment) -> PoseNow | None:
        """The pose in a world with y up; None while nobody is followed."""
        snapshot = moment.snapshot
        if moment.test:
            return _placed(LivePose(), moment, snapshot.scene.people[0])
        person = self._choose(snapshot.scene.people, moment.wall_time)
        if person is None:
            return None
        if person.id != self._id:
            self._id, self._pose = person.id, LivePose()
        self._seen_at = moment.wall_time
        return _placed(self._pose, moment, person)

    def _choose(self, people: tuple[Person, ...], now: float) -> Person | None:
        there = {person.id: person for person in people if person.pose3d is not None}
        if self._asked is not None:
            return there.get(self._asked)
        current = there.get(self._id) if self._id is not None else None
        if current is None and self._id is not None and 0 <= now - self._seen_at < KEPT_S:
            return None  # lost for a moment
        largest = max(there.values(), key=_size, default=None)
        if current is not None and largest is not None and _size(largest) < MUCH_LARGER * _size(current):
            return current
        return largest


def _size(person: Person) -> float:
    """Pixels: the diagonal of the box around the keypoints."""
    found = person.pose2d.keypoints[person.pose2d.scores > 0]
    return float(np.linalg.norm(np.nanmax(found, axis=0) - np.nanmin(found, axis=0))) if len(found) else 0.0


def _placed(pose: LivePose, moment: Moment, person: Person) -> PoseNow | None:
    scene = moment.snapshot.scene
    if person.pose3d is None:
        return None
    world = scene.camera.world_from_camera(np.asarray(person.pose3d.joints, np.float64))
    return pose.update(world @ y_up_from(scene.camera.up).T, scene.time)
