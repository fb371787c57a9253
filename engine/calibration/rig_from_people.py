"""Where several cameras stand, by the people that they saw at the same moments.

In: `View`s. Out: a `PeopleRig` in the first camera's frame, in a unit of its own; `world_from_people` makes it metres.
Two cameras begin (`pairs`), the others join by the points that these see, and all are adjusted together (`bundle`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.calibration.bundle import Problem, Solution, adjust
from engine.calibration.observations import View
from engine.calibration.pairs import CONSISTENT, Pair, pair_of, stand_together
from engine.calibration.triangulation import triangulated
from engine.errors import PosecastError
from engine.geometry import Array
from engine.skeleton import JOINT_COUNT

NOISE_PX = 4.0
"""Expected error of a keypoint, pixels of a picture 1280 wide."""
_WIDTH = 1280
_OUTLIER = 5.0
"""Errors, in expected ones, beyond which a ray is left out of the last adjustment."""
_ROUNDS = 2
_LEAST_FOR_POSE = 30
"""Joints that a camera must see of those that are known."""


@dataclass(frozen=True, slots=True, eq=False)
class PeopleRig:
    """Cameras and people in the first camera's frame, in any unit."""

    views: tuple[View, ...]
    R: Array
    """(C, 3, 3) camera_from_first."""
    t: Array
    """(C, 3)"""
    joints: Array
    """(M, G, 19, 3): G people; NaN where not known."""
    people: tuple[dict[int, int], ...]
    """For each camera, which of the G people each of its own is."""
    solution: Solution
    pairs: tuple[Pair, ...]
    """What two cameras each saw in common."""


def rig_from_people(views: Sequence[View]) -> PeopleRig:
    """The rig; PosecastError, with the reason, where people do not tell it."""
    names = [view.name for view in views]
    for i, j in combinations(range(len(views)), 2):
        if stand_together(list(views), i, j):
            raise PosecastError(
                f"{names[i]} and {names[j]} stand at the same place, or too near each other", "put a metre between them"
            )
    pairs = [pair for i, j in combinations(range(len(views)), 2) if (pair := pair_of(list(views), i, j)) is not None]
    if not pairs:
        raise PosecastError("no two cameras see the same people often enough", _HINT)
    growing = _Growing(list(views), pairs)
    growing.adjust()
    while len(growing.placed) < len(views):
        if not growing.add_one():
            missing = ", ".join(names[at] for at in range(len(views)) if at not in growing.placed)
            raise PosecastError(f"too few people are seen both by {missing} and by the other cameras", _HINT)
        growing.adjust()
    for _ in range(_ROUNDS):
        growing.assign()
        growing.adjust()
    return growing.result(tuple(pairs))


_HINT = "let somebody walk about where all cameras see them, for half a minute; check the offsets of the clocks"


class _Growing:
    """The cameras placed so far, and the people by them."""

    def __init__(self, views: list[View], pairs: list[Pair]) -> None:
        self._views, self._pairs = views, pairs
        best = max(pairs, key=lambda pair: pair.worth)
        self._R, self._t = np.tile(np.eye(3), (len(views), 1, 1)), np.zeros((len(views), 3))
        self._R[best.second], self._t[best.second] = best.R, best.t
        self.placed = [best.first, best.second]
        self._people: list[dict[int, int]] = [{} for _ in views]
        for group, (i, j) in enumerate(best.matches):
            self._people[best.first][i], self._people[best.second][j] = group, group
        self._groups = len(best.matches)
        self._solution: Solution | None = None
        self._joints = self._triangulated()

    def _rays(self) -> Array:
        """(C, M, G, 19, 2): the rays of the people by their groups; NaN for cameras without a place."""
        moments = self._views[0].rays.shape[0]
        rays = np.full((len(self._views), moments, self._groups, JOINT_COUNT, 2), np.nan)
        for at in self.placed:
            for own, group in self._people[at].items():
                new = self._views[at].rays[:, own]
                rays[at, :, group] = np.where(np.isnan(rays[at, :, group]), new, rays[at, :, group])
        return rays

    def _triangulated(self) -> Array:
        rays = self._rays()
        points = triangulated(self._R, self._t, rays.reshape(len(self._views), -1, 2))
        return points.reshape(*rays.shape[1:-1], 3)

    def add_one(self) -> bool:
        """Place the camera that sees most of what is known; False if none sees enough."""
        found = [self._pose(at) for at in range(len(self._views)) if at not in self.placed]
        poses = [pose for pose in found if pose is not None]
        if not poses:
            return False
        _, at, R, t = max(poses, key=lambda pose: pose[0])
        self._R[at], self._t[at] = R, t
        self.placed.append(at)
        self.assign()
        return True

    def _pose(self, at: int) -> tuple[int, int, Array, Array] | None:
        """(joints that agree, camera, R, t) by the people that pairs have matched; None where they are too few."""
        best: tuple[int, int, Array, Array] | None = None
        for pair in self._pairs:
            if {pair.first, pair.second} - {at} and at in (pair.first, pair.second):
                other = pair.first if pair.second == at else pair.second
                if other in self.placed:
                    found = self._by_pair(at, other, pair)
                    if found is not None and (best is None or found[0] > best[0]):
                        best = found
        return best

    def _by_pair(self, at: int, other: int, pair: Pair) -> tuple[int, int, Array, Array] | None:
        points, rays = [], []
        for i, j in pair.matches:
            own, theirs = (i, j) if pair.first == at else (j, i)
            if theirs in self._people[other]:
                known = self._joints[:, self._people[other][theirs]]
                seen = self._views[at].rays[:, own]
                both = np.isfinite(known[..., 0]) & np.isfinite(seen[..., 0])
                points.append(known[both])
                rays.append(seen[both])
        if sum(map(len, points)) < _LEAST_FOR_POSE:
            return None
        ok, rotation, t, inliers = cv2.solvePnPRansac(
            np.concatenate(points), np.concatenate(rays), np.eye(3), None,
            iterationsCount=300, reprojectionError=2 * CONSISTENT, flags=cv2.SOLVEPNP_SQPNP,
        )  # fmt: skip
        if not ok or inliers is None or len(inliers) < _LEAST_FOR_POSE:
            return None
        R = np.asarray(cv2.Rodrigues(rotation)[0], dtype=np.float64)
        return len(inliers), at, R, np.asarray(t, dtype=np.float64).ravel()

    def assign(self) -> None:
        """Say who each camera's people are, by where known people would be seen; new pairs are new people."""
        self._joints = self._triangulated()
        for at in self.placed:
            self._people[at] = self._own(at)
        self._joints = self._triangulated()
        for pair in self._pairs:
            if pair.first in self.placed and pair.second in self.placed:
                self._add_people(pair)
        self._joints = self._triangulated()

    def _own(self, at: int) -> dict[int, int]:
        """Whom each person of a camera is: who is seen nearest to them, if near enough."""
        view, people = self._views[at], {}
        camera = self._joints @ self._R[at].T + self._t[at]
        with np.errstate(invalid="ignore", divide="ignore"):
            seen = np.where(camera[..., 2:] > 0, camera[..., :2] / camera[..., 2:], np.nan)
        taken: dict[int, NDArray[np.bool_]] = {}
        for own in np.argsort(-view.found.sum(axis=(0, 2))).tolist():
            off = np.linalg.norm(seen - view.rays[:, own, None], axis=-1)
            enough = np.isfinite(off).sum(axis=(0, 2)) >= 2 * JOINT_COUNT
            medians = [float(np.nanmedian(off[:, g])) if enough[g] else np.inf for g in range(self._groups)]
            group = int(np.argmin(medians)) if medians else -1
            there = view.found[:, own].any(axis=1)
            if (
                group >= 0
                and medians[group] < 2 * CONSISTENT
                and not (there & taken.get(group, np.zeros_like(there))).any()
            ):
                people[own] = group
                taken[group] = taken.get(group, np.zeros_like(there)) | there
        return people

    def _add_people(self, pair: Pair) -> None:
        """Matched people who are nobody yet become somebody."""
        for i, j in pair.matches:
            if i not in self._people[pair.first] and j not in self._people[pair.second]:
                self._people[pair.first][i] = self._people[pair.second][j] = self._groups
                self._groups += 1

    def adjust(self) -> None:
        """Adjust the cameras placed so far and the joints together, twice: the second time without rays far off."""
        rays, points, order = self._rays(), self._joints.copy(), np.array(sorted(self.placed))
        known = np.isfinite(points[..., 0])
        index = np.full(known.shape, -1)
        index[known] = np.arange(known.sum())
        sigma = np.array([NOISE_PX * max(v.camera.image_size) / _WIDTH / v.camera.fx for v in self._views])
        seen = np.isfinite(rays[order][..., 0]) & known[None]
        for _ in range(2):
            where = np.nonzero(seen)
            solution = adjust(
                Problem(
                    self._R[order], self._t[order], points[known], where[0], index[where[1:]],
                    rays[order][where], sigma[order[where[0]]],
                )
            )  # fmt: skip
            points[known] = solution.problem.points
            self._R[order], self._t[order] = solution.problem.R, solution.problem.t
            far = solution.errors > _OUTLIER * solution.problem.sigma
            seen[tuple(axis[far] for axis in where)] = False
        self._joints, self._solution = points, solution

    def result(self, pairs: tuple[Pair, ...]) -> PeopleRig:
        """The rig in the frame of the first camera, whichever two have begun."""
        assert self._solution is not None
        first, place = self._R[0], self._t[0]
        R = self._R @ first.T
        t, joints = self._t - R @ place, self._joints @ first.T + place
        return PeopleRig(tuple(self._views), R, t, joints, tuple(self._people), self._solution, pairs)
