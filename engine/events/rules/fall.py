"""Somebody may have fallen: quickly from upright to the floor, and still there. Not a medical device.

Two figures of the body, over time: the pelvis' height above the lower ankle, in lengths of the leg (about 1 standing,
0.5 on a chair, 0 on the floor), and the angle of the trunk against the vertical. Both are of the body alone, so that
an error of the floor or of the distance does not matter.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from engine.events.view import Body, Happening, View, gone
from engine.fields import about, number
from engine.skeleton import JOINT, NECK, PELVIS

STANDING, LYING = 0.7, 0.45
"""Height of the pelvis, lengths of the leg: above the first somebody is upright, below the second down."""
UPRIGHT_DEG, LYING_DEG = 40.0, 55.0
"""Angle of the trunk against the vertical: below the first upright, above the second down."""
LAPSE_S = 0.7
"""Seconds for which somebody who is down may look otherwise."""
UNSEEN_S = 1.5
"""Most seconds out of view on the way down that do not count."""

_LEGS = [[JOINT[f"{side}_{name}"] for name in ("hip", "knee", "ankle")] for side in ("left", "right")]


@dataclass(frozen=True, slots=True)
class Options:
    on: Annotated[bool, about("Report when somebody may have fallen. This is no medical device.")] = True
    within_s: Annotated[
        float, number(0.3, 5, "Longest time from upright to the floor; lying down on purpose takes longer.", unit="s")
    ] = 1.5
    seconds: Annotated[float, number(0.5, 60, "Time on the floor after which it is reported.", unit="s")] = 1.5


@dataclass(slots=True)
class _Fall:
    """What is known of one person."""

    seen_at: float
    upright_at: float = -math.inf
    unseen_s: float = 0.0
    """Seconds out of view just before they were seen down."""
    down_since: float | None = None
    down_at: float = -math.inf
    armed: bool = False
    """Whether they were upright since the last report."""


class Fall:
    def __init__(self, options: Options) -> None:
        self._options = options
        self._falls: dict[int, _Fall] = {}

    def see(self, view: View) -> Iterator[Happening]:
        for who in gone(self._falls, view):
            del self._falls[who]
        for body in (*view.people, *view.newcomers):
            fall = self._falls.setdefault(body.who, _Fall(view.now))
            if view.cut:
                fall.upright_at, fall.down_since = -math.inf, None
            if self._has_fallen(fall, body, view) and body.who in view.present:
                yield Happening("fall", f"Person {body.id} may have fallen", body.id)

    def _has_fallen(self, fall: _Fall, body: Body, view: View) -> bool:
        unseen_s, fall.seen_at = view.now - fall.seen_at - view.dt, view.now
        posture = _posture(body)
        if posture is None:
            return False
        height, lean = posture
        if height > STANDING and lean < UPRIGHT_DEG:
            fall.upright_at, fall.down_since, fall.armed = view.now, None, True
        elif height < LYING and lean > LYING_DEG:
            if fall.down_since is None:
                fall.down_since, fall.unseen_s = view.now, max(0.0, unseen_s)
            fall.down_at = view.now
        elif view.now - fall.down_at > LAPSE_S:
            fall.down_since = None
        return self._reports(fall, view.now)

    def _reports(self, fall: _Fall, now: float) -> bool:
        if not fall.armed or fall.down_since is None or now - fall.down_since < self._options.seconds:
            return False
        fall.armed = False
        took = fall.down_since - fall.upright_at - min(UNSEEN_S, fall.unseen_s)
        return took <= self._options.within_s


def _posture(body: Body) -> tuple[float, float] | None:
    """(height of the pelvis above the lower ankle in lengths of the leg, degrees of the trunk from the vertical)."""
    if body.joints is None:
        return None
    legs = body.joints[_LEGS]  # (2, 3, 3)
    length = float(np.linalg.norm(np.diff(legs, axis=1), axis=-1).sum()) / 2
    height = float(body.joints[PELVIS, 1] - legs[:, 2, 1].min())
    trunk = body.joints[NECK] - body.joints[PELVIS]
    size = float(np.linalg.norm(trunk))
    if size == 0 or length == 0:
        return None
    return height / length, math.degrees(math.acos(max(-1.0, min(1.0, float(trunk[1]) / size))))
