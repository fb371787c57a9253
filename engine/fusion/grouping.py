"""Who in one camera's picture is who in another's, where no earlier moment tells.

Two sightings may be one person if the lines of the same joints nearly meet, and if the points where they do make a body
like the one that each camera alone would guess. Sightings are joined the most alike first, and only if all pairs of
cameras within a group agree: groups are consistent in every cycle.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from engine.fusion.sightings import SWAP, Sighting
from engine.fusion.triangulation import LEAST_SINE, NEAREST_M
from engine.geometry import Array

Group = list[Sighting]
"""Sightings of one person, at most one of each camera."""

MIN_COMMON = 5
"""Least number of joints that both cameras must see."""
FAR_M = 0.12
"""Median distance between lines of the same joints beyond which they are not of one person."""
UNLIKE_M = 0.22
"""Root mean square distance of joints from the body that one camera guesses, beyond which they are not one."""
SCALES = (0.55, 1.5)
"""Range of a body's size over the guess."""
EXCHANGED = 0.2
"""Cost of taking left and right for confused."""


def grouped(groups: Sequence[Group]) -> list[Group]:
    """The same sightings in fewer groups. Groups of two cameras or more stay as they are, and may gain others.

    Where left and right are confused in a picture, they are exchanged in the sighting that joins.
    """
    left = [list(group) for group in groups]
    costs: dict[tuple[int, int], float] = {}
    joined: dict[tuple[int, int], Group] = {}

    def compare(a: int, b: int) -> None:
        few, many = sorted((left[a], left[b]), key=len)
        if len(few) == 1:
            found = _joined(many, few[0])
            if found is not None:
                costs[a, b], joined[a, b] = found

    for a, b in combinations(range(len(left)), 2):
        compare(a, b)
    while costs:
        a, b = min(costs, key=lambda pair: costs[pair])
        left[a], left[b] = joined[a, b], []
        costs = {pair: cost for pair, cost in costs.items() if not {a, b} & set(pair)}
        for other, group in enumerate(left):
            if other != a and len(group) == 1:
                compare(min(a, other), max(a, other))
    return [group for group in left if group]


def _joined(group: Group, newcomer: Sighting) -> tuple[float, Group] | None:
    """The cost of joining, and the group then; None if a pair disagrees, none tells, or a camera would occur twice."""
    if newcomer.view in {each.view for each in group}:
        return None
    found = []
    for sighting, extra in ((newcomer, 0.0), (newcomer.relabelled(SWAP), EXCHANGED)):
        costs = [cost for each in group if (cost := pair_cost(each, sighting)) is not None]
        if costs and np.isfinite(costs).all():
            found.append((float(np.mean(costs)) + extra, [*group, sighting]))
    return min(found, key=lambda each: each[0], default=None)


def pair_cost(a: Sighting, b: Sighting) -> float | None:
    """How unlike one person two sightings are, 0 and more; infinite if they cannot be one; None if nothing tells."""
    common = np.flatnonzero(a.found & b.found)
    if len(common) < MIN_COMMON:
        return None
    points, gaps, fixed = meetings(a, b, common)
    if np.count_nonzero(fixed) < MIN_COMMON:
        return None
    gap = float(np.median(gaps[fixed]))
    if gap > FAR_M or (points[fixed] @ a.camera.R[2] + a.camera.t[2]).min() < NEAREST_M:
        return np.inf
    if (points[fixed] @ b.camera.R[2] + b.camera.t[2]).min() < NEAREST_M:
        return np.inf
    unlike = [_unlikeness(points[fixed], each.shape[common[fixed]]) for each in (a, b) if each.shape is not None]
    return gap / FAR_M + (min(unlike) if unlike else 0.5)


def meetings(a: Sighting, b: Sighting, joints: NDArray[np.intp]) -> tuple[Array, Array, Array]:
    """Where lines come closest to each other (J, 3), their distances there (J,), and whether they cross (J,)."""
    u, v = a.lines[joints], b.lines[joints]
    between = b.camera.position - a.camera.position
    across = np.cross(u, v)
    sine2 = (across**2).sum(axis=1)
    fixed = sine2 > LEAST_SINE**2
    safe = np.maximum(sine2, 1e-9)
    along_a = (np.cross(between, v) * across).sum(axis=1) / safe
    along_b = (np.cross(between, u) * across).sum(axis=1) / safe
    near_a = a.camera.position + u * along_a[:, None]
    near_b = b.camera.position + v * along_b[:, None]
    return (near_a + near_b) / 2, np.linalg.norm(near_a - near_b, axis=1), fixed


def _unlikeness(points: Array, shape: Array) -> float:
    """(J, 3) and (J, 3): the distance of the points from the shape, moved and scaled; infinite if it is no body."""
    x, s = points - points.mean(axis=0), shape - shape.mean(axis=0)
    scale = float((x * s).sum() / max((s * s).sum(), 1e-9))
    if not SCALES[0] < scale < SCALES[1]:
        return np.inf
    distance = float(np.sqrt(((x - scale * s) ** 2).sum(axis=1).mean()))
    return np.inf if distance > UNLIKE_M else distance / UNLIKE_M + abs(np.log(scale))
