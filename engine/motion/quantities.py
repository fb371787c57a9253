"""What can be measured of one person over time: the joint angles, and the speed and the height of every joint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.motion.angles import DEFINITIONS, angles
from engine.motion.motion import Array, Motion
from engine.motion.placing import y_up_from
from engine.motion.speeds import speeds
from engine.skeleton import JOINTS


@dataclass(frozen=True, slots=True)
class Quantity:
    """One curve of a person."""

    name: str
    label: str
    unit: str
    """As it is written after a number."""
    turn: float
    """How far the values come back, in their unit, before a high or a low counts as one of a repetition."""
    signed: bool = False
    """Whether the values are an angle that goes round, -180 to 180."""


def _angles() -> list[Quantity]:
    kinds = DEFINITIONS["angles"]
    return [Quantity(each["name"], each["label"], "°", 20.0, each["kind"] == "in_plane") for each in kinds]


def _of_joints(what: str, unit: str, turn: float) -> list[Quantity]:
    labels = {joint: joint.replace("_", " ").capitalize() for joint in JOINTS}
    return [Quantity(f"{joint}_{what}", f"{labels[joint]} {what}", unit, turn) for joint in JOINTS]


QUANTITIES: Mapping[str, Quantity] = {
    each.name: each for each in (*_angles(), *_of_joints("speed", "m/s", 0.5), *_of_joints("height", "m", 0.1))
}
"""By name: angles as `engine.motion.angles` names them, then JOINT_speed and JOINT_height of the 19 joints."""


def measured(motion: Motion) -> Array:
    """(Q, T) values in the order of QUANTITIES and in their units, NaN where not known.

    A height is a joint's distance from the level of the world's origin, upwards. A single row has no speeds.
    """
    degrees = np.stack(list(angles(motion.joints, up=motion.up).values()))
    heights = (motion.joints @ y_up_from(motion.up).T)[:, :, 1].T
    moving = speeds(motion.joints, motion.times).T if len(motion.times) > 1 else np.full_like(heights, np.nan)
    return np.concatenate([degrees, moving, heights])
