"""Left and right: where one camera confuses them for an arm or a leg, the others tell."""

from __future__ import annotations

import numpy as np

from engine.fusion.grouping import Group
from engine.fusion.sightings import SWAP, Found
from engine.fusion.triangulation import Points, triangulate
from engine.geometry import Array
from engine.skeleton import JOINT, JOINT_COUNT

CHAINS = tuple(
    np.array([JOINT[f"{side}_{part}"] for part in parts for side in ("left", "right")])
    for parts in (("shoulder", "elbow", "wrist"), ("hip", "knee", "ankle"), ("eye", "ear"))
)
"""Joints of both sides that are confused together."""
DISAGREES = 0.5
"""Share of a chain's keypoints that a view must have wrong for it to be looked at with left and right exchanged."""
GAINED = 2
"""Keypoints that must agree in addition, for left and right to be exchanged."""


def consistent(group: Group, expected: Array | None, sigma: Array | float) -> tuple[Group, Points]:
    """The sightings, with left and right exchanged where that lets more of them agree, and their points."""
    points = triangulate(group, expected, sigma)
    for chain in CHAINS:
        for row in _suspects(group, points, chain):
            order = np.arange(JOINT_COUNT)
            order[chain] = SWAP[chain]
            other = [one.relabelled(order) if index == row else one for index, one in enumerate(group)]
            again = triangulate(other, expected, sigma)
            if _agreement(again, chain) >= _agreement(points, chain) + GAINED:
                group, points = other, again
                break
    return group, points


def _suspects(group: Group, points: Points, chain: Array) -> list[int]:
    """The views that disagree about a chain, those first that see the face least surely."""
    wrong = [
        row
        for row, one in enumerate(group)
        if one.found[chain].any() and _share(one.found & ~points.used[row], one.found, chain) > DISAGREES
    ]
    return sorted(wrong, key=lambda row: group[row].frontality)


def _share(some: Found, all_: Found, chain: Array) -> float:
    return np.count_nonzero(some[chain]) / np.count_nonzero(all_[chain])


def _agreement(points: Points, chain: Array) -> int:
    """Keypoints of joints that are fixed, and agree."""
    return int(np.count_nonzero(points.used[:, chain] & points.fixed[chain]))
