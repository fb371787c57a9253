"""What is remembered of one person from one set of frames to the next."""

from __future__ import annotations

import math

import numpy as np

from engine.bones import BONES, PER_HEIGHT, TWIN, lengths_of, stature
from engine.filters import OneEuro
from engine.fusion.sightings import SWAP, Found
from engine.geometry import Array
from engine.skeleton import JOINT_COUNT, PELVIS

LOST_AFTER_S = 3.0
"""Seconds for which an unseen person is remembered, as with one camera."""
COASTING_S = 0.3
"""Time constant with which the predicted motion of an unseen person decays."""
MOTION_MEMORY_S = 0.08
"""Time constant of the estimate of velocities."""
RECENT_S = 0.3
"""Seconds for which a joint that is not seen any more is expected where it moved."""
PERSON_AFTER, PERSON_AFTER_S = 3, 0.2
"""Number of sets, or seconds, after which a newcomer whom several cameras see is a person."""
ALONE_AFTER_S = 0.6
"""Seconds after which somebody whom one camera alone sees is one."""
USUAL_SETS = 30.0
"""Sets that the usual proportions count as."""
LONGEST_SETS = 600.0
"""Sets over which lengths are averaged."""
FACTOR_MEMORY_SETS = 15.0
"""Sets over which it is averaged how far off one camera places the person."""
USUAL_LENGTHS = PER_HEIGHT * 1.7
"""(B,) metres: bones of somebody of usual size."""
VOTES_KEPT, CLEAR_VOTES, MOST_VOTES = 0.97, 2.0, 6.0
"""Share of the votes about left and right that is kept from set to set, how many exchange them, and the most kept."""
RESTART_AFTER_S = 0.5
"""Seconds unseen after which smoothing begins again."""
SPEED_HZ = 4.0
"""Cutoff of the speeds that smoothing follows."""


class Track:
    """One person, or a newcomer, whose `id` is None."""

    def __init__(self, joints: Array, time: float) -> None:
        self.id: int | None = None
        self.joints = joints
        """(19, 3) metres, world frame, at `seen_at`, as measured."""
        self.seen_at = self.first_seen_at = time
        self.times_seen = 0
        self.several_at = -math.inf
        """When several cameras last saw the person."""
        self.factors: dict[str, float] = {}
        """By camera: how much farther than one camera would place the person they stand."""
        self._votes = 0.0
        """How much pictures have agreed lately about which side is left; negative where they say the opposite."""
        self._velocity = np.zeros((JOINT_COUNT, 3))
        self._fixed_at = np.full(JOINT_COUNT, -math.inf)
        self._lengths, self._sets = USUAL_LENGTHS, USUAL_SETS
        self._smoother, self._smoothed_at = OneEuro(), -math.inf

    def predicted(self, time: float) -> Array:
        """(19, 3) metres at `time`."""
        coasted = COASTING_S * (1 - math.exp(-max(0.0, time - self.seen_at) / COASTING_S))
        return self.joints + self._velocity * coasted

    def expected(self, time: float) -> Array:
        """(19, 3) metres at `time`; NaN for joints that were not fixed lately."""
        recent = time - self._fixed_at <= RECENT_S
        return np.where(recent[:, None], self.predicted(time), np.nan)

    @property
    def has_been_fixed(self) -> bool:
        """Whether several cameras have ever seen the person."""
        return math.isfinite(self.several_at)

    @property
    def has_proved_real(self) -> bool:
        """Whether a newcomer has been seen often and long enough."""
        lasted = self.seen_at - self.first_seen_at
        if self.has_been_fixed:
            return self.times_seen >= PERSON_AFTER or (self.times_seen >= 2 and lasted >= PERSON_AFTER_S)
        return self.times_seen >= PERSON_AFTER and lasted >= ALONE_AFTER_S

    @property
    def lengths(self) -> Array:
        """(B,) metres of the bones, left equal to right."""
        return self._lengths

    @property
    def height_m(self) -> float:
        """The height of the person, by trunk and legs."""
        return float(stature(self._lengths))

    def see(self, joints: Array, fixed: Found, time: float) -> None:
        """Update with (19, 3) joints measured at `time`, of which those `fixed` are seen by several cameras."""
        dt = time - self.seen_at
        if self.times_seen and dt > 0:
            share = 1 - math.exp(-dt / MOTION_MEMORY_S)
            self._velocity = self._velocity + share * ((joints - self.joints) / dt - self._velocity)
        self.joints, self.seen_at = joints, time
        self.times_seen += 1
        self._fixed_at[fixed] = time
        if fixed.any():
            self.several_at = time
            self._learn(joints, fixed)

    def smoothed(self, joints: Array, time: float, cutoff_hz: float, beta: float) -> Array:
        """(19, 3) metres at `time`, smoothed."""
        dt = time - self._smoothed_at
        if not 0 < dt <= RESTART_AFTER_S:
            self._smoother, dt = OneEuro(SPEED_HZ), 0.0
        self._smoothed_at = time
        return self._smoother.update(joints, dt, cutoff_hz=cutoff_hz, beta=beta)

    def vote(self, votes: float) -> None:
        """Take into account what pictures say about left and right; exchange them if most say the opposite."""
        self._votes = min(self._votes * VOTES_KEPT + votes, MOST_VOTES)
        if self._votes < -CLEAR_VOTES:
            self._votes = 0.0
            self.joints, self._velocity = self.joints[SWAP], self._velocity[SWAP]
            self._fixed_at, self._smoothed_at = self._fixed_at[SWAP], -math.inf

    def learn_factor(self, camera: str, factor: float) -> None:
        """One camera alone would have placed the person `factor` times too near."""
        before = self.factors.get(camera)
        self.factors[camera] = factor if before is None else before + (factor - before) / FACTOR_MEMORY_SETS

    def restart_clock(self, time: float) -> None:
        """Go on at `time` on another clock."""
        shift = time - self.seen_at
        self._fixed_at += shift
        self.first_seen_at += shift
        self.several_at += shift
        self.seen_at, self._velocity = time, np.zeros((JOINT_COUNT, 3))

    def _learn(self, joints: Array, fixed: Found) -> None:
        fixed = fixed.copy()
        fixed[PELVIS] = fixed.any()
        ends = fixed[BONES[:, 0]] & fixed[BONES[:, 1]]
        now = np.where(ends, lengths_of(joints), self._lengths)
        now = np.clip((now + now[TWIN]) / 2, 0.8 * self._lengths, 1.25 * self._lengths)
        self._sets = min(self._sets + 1, LONGEST_SETS)
        self._lengths = self._lengths + (now - self._lengths) / self._sets
