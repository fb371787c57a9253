"""Somebody did a repetition: a joint bent and straightened again, as in a squat.

The same rule as `engine.motion.speeds.repetitions`, on the way: from a low through a high, until the angle has come
back. No fixed angle is "bent": a camera sees bends towards it as smaller than they are.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from engine.events.view import Body, Happening, View, gone
from engine.fields import about, choice, number
from engine.skeleton import JOINT

CHAINS = {
    "knee": ("hip", "knee", "ankle"),
    "hip": ("neck", "hip", "knee"),
    "elbow": ("shoulder", "elbow", "wrist"),
}
"""The joint that bends, between the two at the ends of its bones."""
LEAST_S = 0.45
"""Least seconds from bent to straight again: half of a quick squat. Less is a stride whose legs were mixed up."""
LONGEST_GAP_S = 1.0
"""Seconds unseen after which a repetition that had begun does not count."""


@dataclass(frozen=True, slots=True)
class Options:
    on: Annotated[bool, about("Count repetitions: a joint bends and straightens again, both sides together.")] = False
    joint: Annotated[str, choice(CHAINS, "Which joint: the knee for squats, the elbow for curls.")] = "knee"
    degrees: Annotated[float, number(15, 150, "Least change of the angle, each way.", unit="°")] = 50.0


@dataclass(slots=True)
class _Turns:
    """Where somebody is in a repetition."""

    low: float
    high: float
    bending: bool
    """Whether the angle has risen enough, so that it may come back."""
    bent_at: float
    """When the angle had risen enough."""
    seen_at: float
    count: int = 0


class Repetition:
    def __init__(self, options: Options) -> None:
        self._options = options
        self._turns: dict[int, _Turns] = {}

    def see(self, view: View) -> Iterator[Happening]:
        for who in gone(self._turns, view):
            del self._turns[who]
        for body in (*view.people, *view.newcomers):
            flexion = mean_flexion(body, self._options.joint)
            if flexion is not None and self._is_done(body.who, flexion, view) and body.who in view.present:
                count = self._turns[body.who].count
                yield Happening("repetition", f"Person {body.id}: repetition {count}", body.id, value=count)

    def _is_done(self, who: int, flexion: float, view: View) -> bool:
        """Follow the angle; whether a repetition ends here."""
        turns = self._turns.setdefault(who, _Turns(flexion, flexion, False, view.now, view.now))
        if view.cut or view.now - turns.seen_at > LONGEST_GAP_S:
            turns.low, turns.bending = flexion, False
        turns.seen_at = view.now
        if not turns.bending:
            turns.low = min(turns.low, flexion)
            turns.high, turns.bent_at = flexion, view.now
            turns.bending = flexion - turns.low >= self._options.degrees
            return False
        turns.high = max(turns.high, flexion)
        if turns.high - flexion < self._options.degrees:
            return False
        counts = view.now - turns.bent_at >= LEAST_S
        turns.low, turns.bending = flexion, False
        turns.count += counts
        return counts


def mean_flexion(body: Body, joint: str) -> float | None:
    """Degrees that the joint is bent, 0 for straight: the mean of the sides that are seen; None where none is."""
    if body.joints is None:
        return None
    chains = [
        [JOINT.get(name, JOINT.get(f"{side}_{name}", -1)) for name in CHAINS[joint]] for side in ("left", "right")
    ]
    seen = [_flexion(*body.joints[chain]) for chain in chains if body.seen[chain].all()]
    return sum(seen) / len(seen) if seen else None


def _flexion(start: NDArray[Any], middle: NDArray[Any], end: NDArray[Any]) -> float:
    """Degrees between the two bones' directions."""
    first, second = middle - start, end - middle
    cosine = float(first @ second) / max(1e-9, math.sqrt(float(first @ first) * float(second @ second)))
    return math.degrees(math.acos(float(np.clip(cosine, -1.0, 1.0))))
