"""From bodies of single frames to one body all along: the step between lifting and smoothing.

bodies = Bodies()
people = bodies.fit(people, options)      # as the lifter places them -> as they are shown
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.types import Person, Pose3D

__all__ = ["Bodies", "FitOptions"]


@dataclass(frozen=True, slots=True)
class FitOptions:
    """The user's options for bodies; may change between two frames."""

    assumed_height_m: float = 1.80
    """Height that the given poses assume for people, metres."""
    person_heights_m: Mapping[int, float] = field(default_factory=dict)
    """True heights of single people by id, metres."""

    def height_of(self, person_id: int) -> float:
        """Metres."""
        return self.person_heights_m.get(person_id, self.assumed_height_m)


class Bodies:
    """The bodies of all people of one stream, by id."""

    def fit(self, people: Sequence[Person], options: FitOptions) -> tuple[Person, ...]:
        """People as the lifter places them -> the same people, each as tall as `options` say."""
        return tuple(_as_tall_as(person, options) for person in people)


def _as_tall_as(person: Person, options: FitOptions) -> Person:
    """The person scaled about the camera, which leaves the image unchanged."""
    height_m = options.height_of(person.id)
    pose = person.pose3d
    if pose is not None:
        factor = height_m / options.assumed_height_m
        pose = Pose3D(pose.joints * factor, None if pose.errors is None else pose.errors * factor)
    return replace(person, pose3d=pose, height_m=height_m)
