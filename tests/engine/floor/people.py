"""People to find the floor from: bodies as the lifter would place them, before a camera whose pose is known."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.floor import Body
from engine.floor.solve import LEAN_KEPT
from engine.geometry import Array, rotation_from_vector
from engine.skeleton import JOINT
from tests.engine.bodies import ANKLE_TO_FLOOR_M, STANDING, turned

ANKLES = [JOINT["left_ankle"], JOINT["right_ankle"]]
HEIGHT_M = 1.72
"""Height of `STANDING`; the assumed one in these tests."""
FOUND = np.ones(19, bool)


class View:
    """A camera `height_m` above the floor, tilted down and rolled clockwise; degrees."""

    def __init__(self, tilt: float, roll: float, height_m: float) -> None:
        down, side = np.radians(tilt), np.radians(roll)
        tilted = rotation_from_vector(np.array([down, 0.0, 0.0]))
        self.R = rotation_from_vector(np.array([0.0, 0.0, -side])) @ tilted
        """camera_from_level: y down on both sides."""
        self.height_m = height_m
        self.up = self.R @ np.array([0.0, -1.0, 0.0])

    def off_deg(self, up: Array) -> float:
        return float(np.degrees(np.arccos(np.clip(up @ self.up, -1, 1))))

    def body(
        self, x: float, z: float, rng: np.random.Generator, *,
        base: Array = STANDING, size: float = 1.0, above_m: float = 0.0, lean_deg: float = 3.0,
    ) -> Body:  # fmt: skip
        """Somebody on the floor, `above_m` above it, `x` to the right and `z` before the camera, facing anywhere.

        As the lifter places it: leaning a little, with its share of the elevation lost, and its depth uncertain.
        """
        lean = np.radians(rng.normal(0, lean_deg, 2))
        body = turned(base * size, yaw=rng.uniform(-3, 3), pitch=lean[0], roll=lean[1])
        body = body + rng.normal(0, 0.015, body.shape)
        lowest = body[ANKLES, 1].max() + ANKLE_TO_FLOOR_M * size
        place = np.array([x, self.height_m - above_m - lowest, z])
        joints = (body + place) @ self.R.T
        return Body(self._lifted(joints) / size * rng.normal(1, 0.02), FOUND)

    def _lifted(self, joints: Array) -> Array:
        """The body turned by the part of its elevation that the lifter does not see."""
        foot = joints[ANKLES].mean(axis=0)
        ray = foot / np.linalg.norm(foot)
        side = np.cross(ray, self.up)
        elevation = np.arcsin(-(ray @ self.up))
        turn = rotation_from_vector(-(1 - LEAN_KEPT) * elevation * side / np.linalg.norm(side))
        return (joints - foot) @ turn.T + foot


Frames = Iterator[tuple[float, dict[int, Body]]]
"""Times and bodies by id."""


def walkers(view: View, seconds: float, rng: np.random.Generator, *, count: int = 3) -> Frames:
    """`count` people of different heights who walk up and down before the camera, 10 times per second."""
    people = [(rng.normal(1, 0.05), rng.uniform(0, 6), rng.uniform(3, 7)) for _ in range(count)]
    for index in range(round(seconds * 10)):
        time = index / 10
        yield (
            time,
            {
                person: view.body(2 * np.sin(0.5 * time + phase), z + 1.5 * np.cos(0.4 * time + phase), rng, size=size)
                for person, (size, phase, z) in enumerate(people, 1)
            },
        )


def stander(view: View, seconds: float, rng: np.random.Generator) -> Frames:
    """One person who keeps in one place."""
    for index in range(round(seconds * 10)):
        yield index / 10, {1: view.body(0.3, 3.5, rng)}
