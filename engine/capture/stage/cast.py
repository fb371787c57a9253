"""The motions of the stage's people, as functions of the loop's phase, so that the loop is seamless.

`u` runs from 0 to 1 over the loop. Every motion turns a whole number of times in it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from engine.capture.stage.body import DANCER, JUMPER, SQUATTER, WALKER, WAVER, Body
from engine.capture.stage.pose import Figure, Limb, Pose, stand

LOOP_S = 18.0
"""Seconds; all turns below are per loop."""

WAVE_TURNS, HAND_TURNS = 16, 39
SQUAT_TURNS = 9
DANCE_TURNS = 16  # even: the body turns at half that rate
JUMP_TURNS = 15
STRIDE_TURNS = 15
SWAY_TURNS = 1
WALKER_ROUNDS = 1


def _angle(turns: float, u: float, offset: float = 0.0) -> float:
    return 2 * math.pi * turns * u + offset


def wave(u: float) -> Pose:
    """Waves the right hand."""
    swing = math.sin(_angle(WAVE_TURNS, u))
    hand = math.sin(_angle(HAND_TURNS, u))
    return Pose(
        left_arm=Limb(flex=0.05 * swing, abduct=0.12, bend=0.2),
        right_arm=Limb(flex=0.1, abduct=2.2, bend=0.7 + 0.5 * hand),
        left_leg=Limb(flex=0.03 * swing, abduct=0.08, bend=0.05),
        right_leg=Limb(flex=-0.03 * swing, abduct=0.08, bend=0.05),
        head=(0.15 * swing, 0.0, 0.0),
    )


def squat(u: float) -> Pose:
    """Squats with the arms stretched forward."""
    depth = 0.5 - 0.5 * math.cos(_angle(SQUAT_TURNS, u, 0.715))
    arm = Limb(flex=1.5 * depth + 0.1, abduct=0.1, bend=0.1)
    leg = Limb(flex=1.25 * depth, abduct=0.15, bend=1.75 * depth)
    return Pose(arm, arm, leg, leg, pitch=0.45 * depth)


def dance(u: float) -> Pose:
    """Dances: the sides of the body alternate, the whole turns at half the rate."""
    angle = _angle(DANCE_TURNS, u, 2.6)
    s, c = math.sin(angle), math.cos(angle)
    return Pose(
        left_arm=Limb(0.6 + 0.6 * s, 0.7 + 0.5 * c, 0.4 * s, 1.2 + 0.5 * c),
        right_arm=Limb(0.6 - 0.6 * s, 0.7 - 0.5 * c, -0.4 * s, 1.2 - 0.5 * c),
        left_leg=Limb(flex=0.35 + 0.35 * s, abduct=0.15, bend=0.6 + 0.4 * s),
        right_leg=Limb(flex=0.35 - 0.35 * s, abduct=0.15, bend=0.6 - 0.4 * s),
        yaw=0.5 * math.sin(angle / 2),
        roll=0.1 * c,
        twist=0.35 * s,
        head=(0.3 * s, 0.1 * c, 0.1 * s),
    )


def jump(u: float) -> Pose:
    """Jumping jacks."""
    spread = 0.5 - 0.5 * math.cos(_angle(JUMP_TURNS, u, 3.51))
    arm = Limb(abduct=0.15 + 2.5 * spread, bend=0.15)
    leg = Limb(flex=0.02, abduct=0.04 + 0.4 * spread, bend=0.08)
    return Pose(arm, arm, leg, leg, hop=0.06 * math.sin(math.pi * spread))


def walk(u: float) -> Pose:
    """Walks on the spot; the actor's path carries it around."""
    angle = _angle(STRIDE_TURNS, u, 4.68)
    s, c = math.sin(angle), math.cos(angle)
    return Pose(
        left_arm=Limb(flex=-0.45 * s, abduct=0.1, bend=0.35 - 0.15 * s),
        right_arm=Limb(flex=0.45 * s, abduct=0.1, bend=0.35 + 0.15 * s),
        left_leg=Limb(flex=0.45 * s, abduct=0.04, bend=0.15 + 0.55 * max(0.0, c)),
        right_leg=Limb(flex=-0.45 * s, abduct=0.04, bend=0.15 + 0.55 * max(0.0, -c)),
        pitch=0.06,
    )


Place = tuple[float, float, float]
"""x and z in metres on the floor, yaw in radians."""


@dataclass(frozen=True, slots=True)
class Actor:
    """One person of the stage."""

    body: Body
    motion: Callable[[float], Pose]
    place: Callable[[float], Place]

    def figure(self, u: float) -> Figure:
        return stand(self.body, self.motion(u), *self.place(u))


def _spot(x: float, z: float, offset: float) -> Callable[[float], Place]:
    """Stays at (x, z), swaying a little."""
    return lambda u: (x, z, 0.25 * math.sin(_angle(SWAY_TURNS, u, offset)))


def _around(u: float) -> Place:
    """An ellipse behind the others, facing the direction of movement."""
    angle = _angle(WALKER_ROUNDS, u)
    s, c = math.sin(angle), math.cos(angle)
    return 2.9 * s, -6.4 + 0.7 * c, math.atan2(2.9 * c, -0.7 * s)


CAST = (
    Actor(WAVER, wave, _spot(-2.3, -5.0, 0.0)),
    Actor(SQUATTER, squat, _spot(-1.1, -4.2, 1.0)),
    Actor(DANCER, dance, _spot(0.1, -4.8, 2.0)),
    Actor(JUMPER, jump, _spot(1.35, -4.4, 3.0)),
    Actor(WALKER, walk, _around),
)
