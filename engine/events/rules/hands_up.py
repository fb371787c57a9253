"""Somebody raises the hands above the head."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from engine.events.hysteresis import Cooldown, Latch
from engine.events.view import Body, Happening, View, gone
from engine.fields import about, number
from engine.skeleton import JOINT, NECK, NOSE, PELVIS

WRISTS = (JOINT["left_wrist"], JOINT["right_wrist"])
ABOVE = 0.05
"""How far above the nose a wrist is raised, in lengths of the trunk."""
PAUSE_S = 3.0
"""Least seconds between two events of one person."""


@dataclass(frozen=True, slots=True)
class Options:
    on: Annotated[bool, about("Report when somebody raises the hands above the head.")] = True
    hands: Annotated[int, number(1, 2, "How many hands.")] = 2
    seconds: Annotated[float, number(0.1, 60, "Time for which they are up.", unit="s")] = 0.5


class HandsUp:
    def __init__(self, options: Options) -> None:
        self._options = options
        self._latches: dict[int, Latch] = {}
        self._pause = Cooldown(PAUSE_S)

    def see(self, view: View) -> Iterator[Happening]:
        for who in gone(self._latches, view):
            del self._latches[who]
        for body in view.people:
            latch = self._latches.setdefault(body.who, Latch(self._options.seconds, self._options.seconds))
            if view.cut:
                latch.interrupt()
            raised = self._are_up(body, latch.on)
            if latch.update(raised, view.dt) == "rose" and self._pause.allows(body.who, view.now):
                hands = "both hands" if self._options.hands == 2 else "a hand"
                yield Happening("hands_up", f"Person {body.id} raised {hands}", body.id)

    def _are_up(self, body: Body, were: bool) -> bool | None:
        """Raised above the nose; once up, until below the neck. None while the head is not seen."""
        heights = _heights(body)
        if heights is None:
            return None
        trunk = max(1e-6, abs(heights[NECK] - heights[PELVIS]))
        line = heights[NECK] if were else heights[NOSE] + ABOVE * trunk
        up = sum(heights[wrist] > line for wrist in WRISTS if body.seen[wrist])
        return up >= self._options.hands


def _heights(body: Body) -> list[float] | None:
    """Heights of the 19 joints: metres, or, without 3D, pixels upwards in the picture."""
    if body.joints is not None:
        return [float(height) for height in body.joints[:, 1]]
    if not (body.seen[NOSE] and body.seen[NECK]):
        return None
    heights = [-float(y) for y in body.keypoints[:, 1]]
    hips = [heights[JOINT[name]] for name in ("left_hip", "right_hip") if body.seen[JOINT[name]]]
    heights[PELVIS] = sum(hips) / len(hips) if hips else heights[NECK] - 3 * abs(heights[NOSE] - heights[NECK])
    return heights
