"""Short plays on the demo stage whose events are known: who does what, when, and what rules should report of it.

An actor goes through keyframes: a time, a place, a pose. Between two of them everything changes evenly.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from engine.capture.stage.body import DANCER, JUMPER, SQUATTER, WALKER, WAVER, Body
from engine.capture.stage.pose import Limb, Pose, stand
from engine.events.zones import Zone
from engine.geometry import Array

ARM, LEG = Limb(flex=0.05, abduct=0.12, bend=0.15), Limb(flex=0.02, abduct=0.05, bend=0.05)
UP_ARM, WAVING_ARM, FRONT_ARM = (
    Limb(abduct=2.7, bend=0.3),
    Limb(flex=0.1, abduct=2.4, bend=0.8),
    Limb(1.5, 0.1, 0.0, 0.1),
)
STAND = Pose(ARM, ARM, LEG, LEG)
HANDS_UP = replace(STAND, left_arm=UP_ARM, right_arm=UP_ARM)
ONE_HAND_UP = replace(STAND, right_arm=WAVING_ARM)
T_POSE = replace(STAND, left_arm=Limb(abduct=1.55), right_arm=Limb(abduct=1.55))
DEEP = Limb(flex=1.25, abduct=0.15, bend=1.75)
SQUAT = Pose(FRONT_ARM, FRONT_ARM, DEEP, DEEP, pitch=0.45)
DIP = replace(STAND, left_leg=Limb(0.2, 0.05, 0.0, 0.4), right_leg=Limb(0.2, 0.05, 0.0, 0.4))
SEATED = Limb(flex=1.5, abduct=0.1, bend=1.5)
SIT = Pose(ARM, ARM, SEATED, SEATED)
KNEEL = Pose(ARM, ARM, Limb(flex=0.0, bend=1.5), Limb(flex=0.0, bend=1.5))
BEND = Pose(Limb(flex=1.2), Limb(flex=1.2), Limb(flex=1.35, bend=0.1), Limb(flex=1.35, bend=0.1), pitch=1.3)
ON_BACK, ON_FACE = replace(STAND, pitch=-1.5), replace(STAND, pitch=1.45)
ON_SIDE = Pose(ARM, ARM, Limb(flex=0.6, bend=0.9), Limb(flex=0.3, bend=0.5), roll=1.5)

ZONE = Zone("Mat", ((-1.0, -5.5), (1.0, -5.5), (1.0, -3.5), (-1.0, -3.5)))


@dataclass(frozen=True, slots=True)
class Key:
    """Where somebody is at `time`."""

    time: float
    pose: Pose = STAND
    x: float = 0.0
    z: float = -4.5


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody, there from the first key to the last."""

    body: Body
    keys: Sequence[Key]

    def joints(self, time: float) -> Array | None:
        """(19, 3) metres, world frame; None while they are not there."""
        times = [key.time for key in self.keys]
        if not times[0] <= time <= times[-1]:
            return None
        after = min(bisect.bisect_right(times, time), len(times) - 1)
        one, other = self.keys[after - 1], self.keys[after]
        share = (time - one.time) / (other.time - one.time)
        x, z = (before + share * (then - before) for before, then in ((one.x, other.x), (one.z, other.z)))
        pace = math.dist((one.x, one.z), (other.x, other.z)) / (other.time - one.time)
        pose = blend(one.pose, other.pose, share)
        return stand(self.body, pose if pace < 0.2 else striding(pose, time), x, z, 0.0).joints


@dataclass(frozen=True, slots=True)
class Play:
    """What happens, and what is to be reported: (kind, index of the actor or None, when it is due)."""

    name: str
    seconds: float
    actors: Sequence[Actor]
    due: Sequence[tuple[str, int | None, float]]
    also: tuple[str, ...] = ()
    """Rules that are on besides the usual ones."""


def blend(one: Pose, other: Pose, share: float) -> Pose:
    """A pose between two."""
    return Pose(
        **{field.name: _between(getattr(one, field.name), getattr(other, field.name), share) for field in fields(Pose)}
    )


def _between(one: Any, other: Any, share: float) -> Any:
    if isinstance(one, Limb) and isinstance(other, Limb):
        return Limb(*(_between(getattr(one, each.name), getattr(other, each.name), share) for each in fields(Limb)))
    return np.add(np.multiply(1 - share, one), np.multiply(share, other)).tolist()


def striding(pose: Pose, time: float) -> Pose:
    """The pose with legs that walk."""
    s, c = math.sin(5.5 * time), math.cos(5.5 * time)
    left, right = (
        Limb(0.45 * s, 0.04, 0.0, 0.15 + 0.55 * max(0.0, c)),
        Limb(-0.45 * s, 0.04, 0.0, 0.15 + 0.55 * max(0.0, -c)),
    )
    return replace(pose, left_leg=left, right_leg=right)


def through(*poses: tuple[float, Pose], x: float = 0.0, z: float = -4.5) -> list[Key]:
    """Keys on one spot."""
    return [Key(time, pose, x, z) for time, pose in poses]


def fall(body: Body, down: Pose, took: float, x: float) -> Actor:
    """Stands, falls at 6 s within `took` seconds, stays there, and gets up slowly."""
    return Actor(
        body, through((0, STAND), (6, STAND), (6 + took, down), (12, down), (15, KNEEL), (17, STAND), (20, STAND), x=x)
    )


def going_down(body: Body, x: float, *poses: tuple[float, Pose]) -> Actor:
    """Stands for 6 s, then goes through `poses`; they are all up again at 20 s."""
    return Actor(body, through((0, STAND), (6, STAND), *poses, (20, STAND), x=x))


def squats(body: Body, count: int, seconds: float, deep: Pose, x: float) -> Actor:
    """Squats from 3 s on, each in `seconds`."""
    keys = [Key(3 + (half / 2) * seconds, deep if half % 2 else STAND, x) for half in range(2 * count + 1)]
    return Actor(body, [Key(0, STAND, x), *keys, Key(keys[-1].time + 3, STAND, x)])


def comings() -> Play:
    ways = ((WALKER, 2.0, 14.0), (DANCER, 10.0, 25.0), (WAVER, 20.0, 26.0), (JUMPER, 31.0, 40.0))
    actors = [
        Actor(body, [Key(start, STAND, -4.0 + 2 * n, -6), Key(end, STAND, 4.0 - 2 * n, -5)])
        for n, (body, start, end) in enumerate(ways)
    ]
    due = [
        (kind, n, when)
        for n, (_, start, end) in enumerate(ways)
        for kind, when in (("entered", start + 1), ("left", end + 3))
    ]
    return Play("comings and goings", 84.0, actors, [*due, ("nobody", None, 70.0)])


def zones() -> Play:
    across = Actor(WALKER, [Key(0, STAND, -3.5), Key(7, STAND, 3.5), Key(9, STAND, 3.5)])
    stays = Actor(
        DANCER,
        [
            Key(0, STAND, 2.5, -6.5),
            Key(4, STAND, 0.3, -4.4),
            Key(19, STAND, -0.3, -4.6),
            Key(23, STAND, -2.8),
            Key(25, STAND, -2.8),
        ],
    )
    beside = Actor(WAVER, [Key(0, STAND, -2.5, -6.2), Key(8, STAND, 2.5, -6.2), Key(24, STAND, 1.6, -4.5)])
    due = [
        ("zone_entered", 0, 2.5),
        ("zone_left", 0, 4.6),
        ("zone_entered", 1, 2.5),
        ("dwell", 1, 12.5),
        ("zone_left", 1, 20.0),
    ]
    return Play("zones", 26.0, [across, stays, beside], due)


def falls() -> list[Play]:
    kinds = [(ON_BACK, 0.7), (ON_FACE, 0.9), (ON_SIDE, 0.6), (ON_BACK, 1.2), (ON_SIDE, 1.1), (ON_FACE, 0.5)]
    bodies = (WALKER, SQUATTER, DANCER, JUMPER, WAVER, WALKER)
    plays = [
        Play(f"fall {n}", 20.0, [fall(body, *kinds[n], 0.0)], [("fall", 0, 6 + kinds[n][1] + 1.5)])
        for n, body in enumerate(bodies)
    ]
    others = [
        going_down(WALKER, -2.0, (7, SIT), (14, SIT), (15, STAND)),
        going_down(SQUATTER, -1.0, (6.8, SQUAT), (9, SQUAT), (9.8, STAND), (11, KNEEL), (16, KNEEL)),
        going_down(DANCER, 0.0, (7, BEND), (12, BEND), (13, STAND)),
        going_down(JUMPER, 1.0, (8, SIT), (11, ON_BACK), (16, ON_BACK), (18, SIT)),
        going_down(WAVER, 2.0, (8, KNEEL), (11, ON_FACE), (15, ON_FACE), (18, KNEEL)),
    ]
    return [*plays, Play("no falls", 20.0, others, [])]


def hands() -> Play:
    raises = going_down(
        WALKER, -1.5, (6.5, HANDS_UP), (8.5, HANDS_UP), (9, STAND), (13, STAND), (13.4, HANDS_UP), (16, HANDS_UP)
    )
    others = [
        going_down(DANCER, 0.0, (7, ONE_HAND_UP), (10, ONE_HAND_UP), (11, T_POSE), (15, T_POSE)),
        going_down(SQUATTER, 1.5, (7, SQUAT), (9, STAND), (9.15, HANDS_UP), (9.3, STAND)),
    ]
    return Play("hands up", 20.0, [raises, *others], [("hands_up", 0, 7.0), ("hands_up", 0, 14.0)])


def pairs() -> Play:
    one = Actor(
        WALKER,
        [Key(0, STAND, -2.5), Key(4, STAND, -0.4), Key(12, STAND, -0.4), Key(16, STAND, -3.5), Key(20, STAND, -3.5)],
    )
    other = Actor(
        DANCER, [Key(0, STAND, 2.5), Key(5, STAND, 0.3), Key(11, STAND, 0.3), Key(16, STAND, 3.5), Key(20, STAND, 3.5)]
    )
    passing = Actor(WAVER, [Key(12, STAND, 3.0, -6.8), Key(17, STAND, -3.5, -6.8), Key(20, STAND, -3.5, -6.8)])
    return Play("two close", 20.0, [one, other, passing], [("close", 0, 5.5)], ("close",))


def exercise() -> Play:
    actors = [
        squats(WALKER, 10, 2.5, SQUAT, -1.5),
        squats(SQUATTER, 8, 1.6, SQUAT, 0.0),
        squats(DANCER, 8, 1.0, DIP, 1.5),
        Actor(WAVER, [Key(0, STAND, -3.5, -7), Key(20, STAND, 3.5, -7)]),
    ]
    due = [
        ("repetition", n, 3 + (rep + 0.75) * pace)
        for n, count, pace in ((0, 10, 2.5), (1, 8, 1.6))
        for rep in range(count)
    ]
    return Play("squats", 34.0, actors, due, ("repetition",))


PLAYS = (comings(), zones(), *falls(), hands(), pairs(), exercise())
