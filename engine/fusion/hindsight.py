"""How a person moved, in hindsight: all sets of a stretch of time at once, where nobody waits for the newest.

The joints X_t of all sets t of one person minimise, by a few Gauss-Newton steps,

    sum_t (lines, lengths and shape as in `refinement`)  +  sum_t h_t |X''_t|^2 / (TAU a^2)

with the second differences X'' over the times between the sets, h_t their mean. A joint that is hidden for a while so
moves smoothly from where it was seen to where it is seen again. A keypoint that lies on the same joint of the other
side counts there: where one foot hides the other, the network often calls both by the hidden one's name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solveh_banded

from engine.fusion.refinement import add_joints, bone_terms
from engine.fusion.sightings import SWAP, Sighting
from engine.fusion.triangulation import NEAREST_M
from engine.geometry import Array
from engine.skeleton import JOINT, JOINT_COUNT, PELVIS

STEPS = 4
FAR = 2.0
"""Expected errors at which a line loses three quarters of its weight: less than for one set, whose start is worse."""
ACCELERATION_M_S2, TAU_S = 8.0, 1 / 15
"""Standard deviation of a joint's acceleration, where sets are TAU_S apart."""
APART_S = 0.5
"""Seconds between two sets beyond which nothing is known of the movement."""
OTHER_SIDE, DISAGREES = 0.5, 0.7
"""How much nearer to the other side's joint a keypoint of the latter residual or more must lie to count there."""
_PINNED = 1e10
_LEAST_WEIGHT = 1e-3
_SIZE = 3 * JOINT_COUNT
_HIPS = [JOINT["left_hip"], JOINT["right_hip"]]
_I = np.eye(3)


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What one set of pictures says about one person."""

    sightings: Sequence[Sighting]
    joints: Array
    """(19, 3) metres, world frame, as this set and the ones before it say."""
    shape: Array
    """(19, 3) metres: a body with the bones that the cameras guess, of the person's size."""
    lengths: Array
    """(B,) metres of the person's bones."""


def in_hindsight(
    times: Sequence[float], evidence: Sequence[Evidence], before: Sequence[tuple[float, Array]] = ()
) -> Array:
    """(T, 19, 3) metres, world frame, of one person at T increasing `times` [s].

    `before`: times and joints of the sets just before, which stay as they are, so that stretches join smoothly.
    """
    moments = np.array([*(time for time, _ in before), *times])
    start = np.stack([*(joints for _, joints in before), *(one.joints for one in evidence)])
    lines, known = _Lines.of(evidence), len(before)
    lengths = np.stack([one.lengths for one in evidence])
    shapes = np.stack([one.shape for one in evidence])
    joints = start.copy()
    for step in range(STEPS):
        blocks, sides = lines.terms(joints[known:], sides_known=step > 0)
        A, g = bone_terms(joints[known:], lengths, shapes)
        add_joints(A, blocks + _LEAST_WEIGHT * _I)
        pinned = np.broadcast_to(_PINNED * np.eye(_SIZE), (known, _SIZE, _SIZE))
        band = _banded(np.concatenate([pinned, A]))
        right = np.concatenate([np.zeros((known, _SIZE)), g + sides.reshape(-1, _SIZE)])
        _add_movement(band, right, moments, joints.reshape(-1, _SIZE))
        solved = solveh_banded(band.reshape(len(band), -1), right.reshape(-1), lower=True)
        joints = joints + solved.reshape(joints.shape)
    joints[:, PELVIS] = joints[:, _HIPS].mean(axis=1)
    return joints[known:]


@dataclass(frozen=True, slots=True, eq=False)
class _Lines:
    """The lines of sight of all sets, padded to the same number V of views with lines of no weight."""

    M: Array
    """(T, V, 19, 2, 3)"""
    d: Array
    """(T, V, 19, 2) metres."""
    weights: Array
    """(T, V, 19)"""
    forward: Array
    """(T, V, 4): the direction in which the camera looks, and its offset: depth = (X, 1) · forward."""

    @classmethod
    def of(cls, evidence: Sequence[Evidence]) -> _Lines:
        shape = len(evidence), max(len(one.sightings) for one in evidence), JOINT_COUNT
        lines = cls(np.zeros((*shape, 2, 3)), np.zeros((*shape, 2)), np.zeros(shape), np.zeros((*shape[:2], 4)))
        for t, one in enumerate(evidence):
            for v, seen in enumerate(one.sightings):
                lines.M[t, v], lines.d[t, v], lines.weights[t, v] = seen.M, seen.d, seen.weights
                lines.forward[t, v] = *seen.camera.R[2], seen.camera.t[2]
        return lines

    def terms(self, joints: Array, *, sides_known: bool) -> tuple[Array, Array]:
        """(T, 19, 3, 3) and (T, 19, 3): normal equations for a step from `joints`.

        `sides_known`: whether keypoints may count for the other side already.
        """
        own, other = self._pull(joints), self._pull(joints[:, SWAP])
        crossed = (other.far < OTHER_SIDE * own.far) & (own.far > DISAGREES) & sides_known
        (A, b), (A_other, b_other) = self._sums(own, ~crossed), self._sums(other, crossed)
        return A + A_other[:, SWAP], b + b_other[:, SWAP]

    def _pull(self, joints: Array) -> _Pull:
        forward = self.forward
        z = np.einsum("tjk,tvk->tvj", joints, forward[..., :3]) + forward[..., 3:]
        z = np.maximum(z, NEAREST_M)
        residual = np.einsum("tvjik,tjk->tvji", self.M, joints) + self.d
        far = np.linalg.norm(residual, axis=-1) / z * np.sqrt(self.weights) / FAR
        return _Pull(residual, far, self.weights / z**2 / (1 + far**2) ** 2)

    def _sums(self, pull: _Pull, counts: NDArray[np.bool_]) -> tuple[Array, Array]:
        weights = np.where(counts, pull.weights, 0.0)[..., None]
        weighted = self.M * weights[..., None]
        return (
            np.einsum("tvjik,tvjil->tjkl", weighted, self.M),
            -np.einsum("tvjik,tvji->tjk", weighted, pull.residual),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Pull:
    residual: Array
    """(T, V, 19, 2) metres."""
    far: Array
    """(T, V, 19) distances from the lines over FAR expected errors."""
    weights: Array
    """(T, V, 19), robust."""


def _banded(A: Array) -> Array:
    """(T, n, n) blocks on the diagonal -> (2 n + 1, T, n): the lower bands, with room for those of the movement."""
    band = np.zeros((2 * _SIZE + 1, len(A), _SIZE))
    for below in range(_SIZE):
        band[below, :, : _SIZE - below] = np.diagonal(A, -below, axis1=1, axis2=2)
    return band


def _add_movement(band: Array, right: Array, times: Array, joints: Array) -> None:
    """Add the terms of the movement for a step from `joints` (T, 57), in place."""
    for t in range(1, len(times) - 1):
        before, after = times[t] - times[t - 1], times[t + 1] - times[t]
        if max(before, after) > APART_S:
            continue
        both = before + after
        second = np.array([2 / (before * both), -2 / (before * after), 2 / (after * both)])
        weight = both / 2 / TAU_S / ACCELERATION_M_S2**2
        acceleration = second @ joints[t - 1 : t + 2]
        for a in range(3):
            right[t - 1 + a] -= weight * second[a] * acceleration
            for b in range(a + 1):
                band[(a - b) * _SIZE, t - 1 + b] += weight * second[a] * second[b]
