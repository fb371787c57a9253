"""The estimator of one camera's floor: watches people, settles, and notices when the camera has moved.

In: the bodies of every frame, with its time. Out: an estimate, once people tell enough, and a status in plain words.
Some ten bodies a second are looked at, and twice a second something is computed; the memory is bounded.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from engine.floor.reasons import Reasons
from engine.floor.solve import FloorEstimate, solve
from engine.floor.stances import Memory
from engine.floor.standing import Body, Standing, standing

SAMPLE_S, SOLVE_S = 0.1, 1.0
"""Seconds between two looks at the people, and between two estimates."""
ENOUGH = 0.7
"""Least evidence (`Stances.evidence`): two people for half a second, or one for two seconds."""
KEPT_S, KEPT_DEG, KEPT_HEIGHT = 10.0, 1.0, 0.03
"""An estimate that has kept within these for so many seconds with people is final."""
CHANGED_DEG, CHANGED_HEIGHT = 0.25, 0.01
"""Changes that are worth another camera."""
CHECK_S, RECENT_S, MOVED_CHECKS, MOVED_SDS = 4.0, 8.0, 3, 2.0
"""So often the people of the last `RECENT_S` are asked; the camera has moved if they disagree by so many standard
deviations, so many times in succession."""
MOVED_DEG, MOVED_HEIGHT = 6.0, 0.15
"""The least disagreement that counts."""
RECENT_ENOUGH = 1.2
"""Evidence of the last seconds from which they may object: more than one person in one place."""


@dataclass(frozen=True, slots=True)
class FloorStatus:
    """What the estimator is doing."""

    state: Literal["off", "too weak", "estimating", "frozen"]
    reason: str = ""
    """Why it is too weak; that the camera has moved; empty otherwise."""


class FloorEstimator:
    """Estimates until the result keeps still, then watches whether the camera moves."""

    def __init__(self) -> None:
        self.estimate: FloorEstimate | None = None
        """The floor; replaced when it has changed noticeably."""
        self._held = False
        self._clock = _Clock()
        self._now = 0.0
        self.restart()

    def restart(self, reason: str = "") -> None:
        """Begin again, of another source or another place; `reason` is told until there is an estimate.

        The old estimate goes on until there is another one, except if it is held.
        """
        self._frozen = False
        self._told = reason
        self._memory, self._recent = Memory(), Memory()
        self._reasons = Reasons()
        self._history: deque[FloorEstimate] = deque(maxlen=round(KEPT_S / SOLVE_S) + 1)
        self._sampled_at = self._solved_at = self._checked_at = -float("inf")
        self._objections = 0
        self._is_fresh = self._settles = False

    def forget(self) -> None:
        """Begin again without an estimate: the next frame is of another camera."""
        self.estimate = None
        self.restart()

    def recall(self, estimate: FloorEstimate) -> None:
        """Begin with what was found in an earlier run; it is kept unless the camera has moved."""
        self.estimate = estimate
        self.freeze()

    @property
    def status(self) -> FloorStatus:
        if self._frozen or self._held:
            return FloorStatus("frozen", "" if self.estimate is not None else self._why_weak())
        if self._settles:
            return FloorStatus("estimating", self._told)
        return FloorStatus("too weak", self._told or self._why_weak())

    def freeze(self) -> None:
        """Keep the estimate as it is, unless the camera moves."""
        self._frozen = self.estimate is not None

    def hold(self) -> None:
        """Keep everything as it is until `release`: something is being made of the world as it is."""
        self.freeze()
        self._held = True

    def release(self) -> None:
        """End `hold`. An estimate that was frozen stays so."""
        self._held = False

    def observe(self, time: float, bodies: Mapping[int, Body], height_m: float) -> bool:
        """Look at the people of the frame at `time` [s], by id and assumed to be `height_m` tall.

        Returns whether `estimate` or `status` changed.
        """
        self._now = self._clock.at(time)
        if self._now - self._sampled_at < SAMPLE_S - 1e-3:
            return False
        self._sampled_at = self._now
        for person, body in bodies.items():
            told = standing(body, height_m)
            if isinstance(told, Standing):
                self._memory.add(person, told, self._now)
                self._recent.add(person, told, self._now)
                self._is_fresh = True
            else:
                self._reasons.add(told)
        if self._now - self._solved_at < SOLVE_S - 1e-3 or self._held:
            return False
        self._solved_at = self._now
        before = self.status, self.estimate
        self._look_back()
        return (self.status, self.estimate) != before

    def settle(self) -> None:
        """Estimate from all that was seen and freeze the result, at the end of a file."""
        self._is_fresh = True
        self._estimate()
        self.freeze()

    def _look_back(self) -> None:
        """Once a second: estimate, and check whether the camera has moved. Without news, nothing changes."""
        self._reasons.fade()
        if not self._is_fresh:
            return
        self._is_fresh = False
        if not self._frozen:
            self._estimate()
        if self._now - self._checked_at >= CHECK_S - 1e-3:
            self._checked_at = self._now
            self._check_for_motion()

    def _estimate(self) -> None:
        stances = self._memory.stances()
        found = solve(stances) if stances.evidence >= ENOUGH else None
        self._settles = found is not None
        if found is None:
            return
        self._told = ""
        if self.estimate is None or _differs(self.estimate, found, CHANGED_DEG, CHANGED_HEIGHT):
            self.estimate = found
        self._history.append(found)
        if len(self._history) == self._history.maxlen and _have_kept(self._history):
            self._frozen = True

    def _check_for_motion(self) -> None:
        self._recent.forget_before(self._now - RECENT_S)
        stances = self._recent.stances()
        if self.estimate is None or stances.evidence < RECENT_ENOUGH:
            self._objections = 0
            return
        found = solve(stances)
        disagrees = found is not None and _disagree(self.estimate, found)
        self._objections = self._objections + 1 if disagrees else 0
        if self._objections >= MOVED_CHECKS:
            self.restart("the camera has moved")

    def _why_weak(self) -> str:
        return self._reasons.worst(len(self._memory) > 0)


class _Clock:
    """Media time without its jumps backwards, which a looping file makes."""

    def __init__(self) -> None:
        self._last = self._offset = 0.0

    def at(self, time: float) -> float:
        if time < self._last:
            self._offset += self._last - time + SAMPLE_S
        self._last = time
        return time + self._offset


def _differs(a: FloorEstimate, b: FloorEstimate, degrees: float, height: float) -> bool:
    return a.off_deg(b) > degrees or abs(b.height / a.height - 1) > height


def _have_kept(history: deque[FloorEstimate]) -> bool:
    """Whether any two of them are near each other."""
    ups, heights = np.stack([one.up for one in history]), [one.height for one in history]
    still = (ups @ ups.T).min() >= np.cos(np.radians(KEPT_DEG))
    return bool(still) and max(heights) / min(heights) - 1 <= KEPT_HEIGHT


def _disagree(known: FloorEstimate, recent: FloorEstimate) -> bool:
    degrees, height = known.off_deg(recent), abs(recent.height / known.height - 1)
    tilt_sd = (known.tilt_sd_deg**2 + recent.tilt_sd_deg**2) ** 0.5
    height_sd = (known.height_sd**2 + recent.height_sd**2) ** 0.5
    return bool(degrees > max(MOVED_DEG, MOVED_SDS * tilt_sd) or height > max(MOVED_HEIGHT, MOVED_SDS * height_sd))
