"""How two cameras stand to each other by the people that both see, whose ids nobody has matched.

The joints of one person over time are correspondences: five of them give an essential matrix (RANSAC). Each pair of
people proposes one; the right one explains the others, too: epipolar consistency over time tells who is who.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from scipy.optimize import linear_sum_assignment

from engine.calibration.observations import View
from engine.geometry import Array, nearest_rotation

CONSISTENT = 0.012
"""Median distance from the epipolar line, in focal lengths, up to which two people may be one: 10 cm at 8 m."""
TURNED = 0.1
"""Distance after a turn, as a share of how far the rays spread, below which they are the same: small people look alike
from everywhere."""
LEAST_JOINTS = 60
"""Joints in common without which two people are not compared."""
_MOST_JOINTS = 400
"""Correspondences that RANSAC looks at."""
_PROPOSALS = 24
"""Pairs of people that may propose: those with most joints in common."""
_ROUNDS = 3
_NEARLY_ALL = 0.9
_FAR = 1e3


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Two cameras and the people that both see."""

    first: int
    second: int
    matches: tuple[tuple[int, int], ...]
    """(person of the first, person of the second)."""
    R: Array
    """(3, 3) second_from_first."""
    t: Array
    """(3,) second_from_first, a unit vector."""
    joints: int
    """Joints of the matched people that agree."""
    angle_deg: float
    """Median angle between the rays of a joint."""

    @property
    def worth(self) -> float:
        """For choosing where to begin: many joints, at angles that tell distances."""
        return self.joints * min(float(np.sin(np.radians(self.angle_deg))), 0.5)


def pair_of(views: list[View], first: int, second: int) -> Pair | None:
    """The relation of two cameras; None if they see too little in common."""
    one, other = views[first], views[second]
    common = {
        (i, j): shared
        for i in range(one.rays.shape[1])
        for j in range(other.rays.shape[1])
        if len((shared := _common(one, other, i, j))[0]) >= LEAST_JOINTS
    }  # fmt: skip
    everybody = min(len({i for i, _ in common}), len({j for _, j in common}))
    best: tuple[int, Array, tuple[tuple[int, int], ...]] | None = None
    for E in _proposals(common):
        for _ in range(_ROUNDS):
            matches, joints = _matched(E, common)
            if not matches:
                break
            if best is None or joints > best[0]:
                best = (joints, E, matches)
                if _explains(common, matches, joints, everybody):
                    break
            better = _essential(*_together(common, matches))
            if better is None:
                break
            E = better
        if best is not None and _explains(common, best[2], best[0], everybody):
            break
    return None if best is None else _posed(first, second, common, best[1], best[2])


def stand_together(views: list[View], first: int, second: int) -> bool:
    """Whether a turn alone takes one camera's rays to the other's: both are at the same place, and see no depth."""
    one, other = views[first], views[second]
    for i in range(one.rays.shape[1]):
        for j in range(other.rays.shape[1]):
            a, b = _common(one, other, i, j)
            if len(a) >= LEAST_JOINTS and _off_by_turning(a, b) < min(CONSISTENT, TURNED * _spread(a)):
                return True
    return False


def _spread(rays: Array) -> float:
    """How far (N, 2) rays lie from their middle, in focal lengths: that of a far person who stands still is small."""
    return float(np.sqrt(np.var(rays, axis=0).sum()))


def _off_by_turning(a: Array, b: Array) -> float:
    """Median distance of rays after the best rotation, in focal lengths at the middle of the picture."""
    x, y = (np.pad(rays, ((0, 0), (0, 1)), constant_values=1) for rays in (a, b))
    x, y = (rays / np.linalg.norm(rays, axis=1, keepdims=True) for rays in (x, y))
    return float(np.median(np.linalg.norm(x @ nearest_rotation(y.T @ x).T - y, axis=1)))


def _common(one: View, other: View, i: int, j: int) -> tuple[Array, Array]:
    """(N, 2) and (N, 2): the rays of the joints that both see of two people, at the same moments."""
    both = one.found[:, i] & other.found[:, j]
    return one.rays[:, i][both], other.rays[:, j][both]


_Common = dict[tuple[int, int], tuple[Array, Array]]


def _proposals(common: _Common) -> Iterator[Array]:
    for pair in sorted(common, key=lambda pair: -len(common[pair][0]))[:_PROPOSALS]:
        E = _essential(*common[pair])
        if E is not None:
            yield E


def _explains(common: _Common, matches: tuple[tuple[int, int], ...], joints: int, everybody: int) -> bool:
    """Whether nearly all of what both see agrees: no other proposal will be better."""
    return len(matches) == everybody and joints > _NEARLY_ALL * sum(len(common[pair][0]) for pair in matches)


def _together(common: _Common, matches: tuple[tuple[int, int], ...]) -> tuple[Array, Array]:
    return np.concatenate([common[m][0] for m in matches]), np.concatenate([common[m][1] for m in matches])


def _essential(a: Array, b: Array) -> Array | None:
    """(3, 3) with (b, 1)^T E (a, 1) = 0, by RANSAC; None if there is none."""
    chosen = np.linspace(0, len(a) - 1, min(_MOST_JOINTS, len(a))).round().astype(int)
    E, _ = cv2.findEssentialMat(a[chosen], b[chosen], np.eye(3), cv2.RANSAC, 0.999, CONSISTENT / 2)
    return None if E is None or E.shape != (3, 3) else np.asarray(E)


def _off_line(E: Array, a: Array, b: Array) -> Array:
    """(N,) Sampson's distances from the epipolar lines, in focal lengths."""
    x, y = np.pad(a, ((0, 0), (0, 1)), constant_values=1), np.pad(b, ((0, 0), (0, 1)), constant_values=1)
    lines, back = x @ E.T, y @ E
    scale = np.sqrt((lines[:, :2] ** 2).sum(1) + (back[:, :2] ** 2).sum(1))
    return np.asarray(np.abs((y * lines).sum(1)) / np.maximum(scale, 1e-12))


def _matched(E: Array, common: _Common) -> tuple[tuple[tuple[int, int], ...], int]:
    """Who is who if E holds, and how many of their joints agree with it."""
    if not common:
        return (), 0
    size = np.max([list(pair) for pair in common], axis=0) + 1
    cost = np.full(size, _FAR)
    for pair, (a, b) in common.items():
        cost[pair] = np.median(_off_line(E, a, b))
    rows, columns = linear_sum_assignment(np.where(cost < CONSISTENT, cost, _FAR))
    matches = tuple((int(i), int(j)) for i, j in zip(rows, columns, strict=True) if cost[i, j] < CONSISTENT)
    return matches, sum(int((_off_line(E, *common[pair]) < CONSISTENT).sum()) for pair in matches)


def _posed(first: int, second: int, common: _Common, E: Array, matches: tuple[tuple[int, int], ...]) -> Pair | None:
    a, b = _together(common, matches)
    agree = _off_line(E, a, b) < CONSISTENT
    a, b = a[agree], b[agree]
    if len(a) < LEAST_JOINTS:
        return None
    count, R, t, _ = cv2.recoverPose(E, a, b, np.eye(3))
    if count < len(a) / 2:
        return None
    rotation, direction = np.asarray(R, dtype=np.float64), np.asarray(t, dtype=np.float64).ravel()
    return Pair(first, second, matches, rotation, direction, int(count), _angle(rotation, a, b))


def _angle(R: Array, a: Array, b: Array) -> float:
    """Median angle between the two rays of each joint, degrees."""
    x = np.pad(a, ((0, 0), (0, 1)), constant_values=1) @ R.T
    y = np.pad(b, ((0, 0), (0, 1)), constant_values=1)
    cosine = (x * y).sum(1) / np.linalg.norm(x, axis=1) / np.linalg.norm(y, axis=1)
    return float(np.degrees(np.median(np.arccos(np.clip(cosine, -1, 1)))))
