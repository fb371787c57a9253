"""The bones of arms and legs: their direction is that of their joints, their twist comes from the elbow and the knee.

A hinge counts the more the more it is bent; straight limbs keep their twist and drift slowly to that of the rest pose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from engine.motion.motion import Array
from engine.motion.twist import Memory, cross, follow, frames, local, rise, swung, unit, world_of

_BENT = (0.1, 0.5)
"""Sine of an elbow's or knee's flexion below which its hinge is not known, and above which it is."""
_DRIFT = 0.03
"""Weight of the rest pose's twist for straight limbs: half of the way in 0.8 s."""
FASTEST = 20.0
"""Radians a second: the twist of limbs beyond what their swing brings along. Throws are faster, for a moment."""


@dataclass(frozen=True, slots=True)
class _Limb:
    """An arm or a leg: its nodes, its joints, and its rest pose."""

    parent: str
    """The node that its directions and its twist are measured against."""
    upper: str
    lower: str
    end: str
    joints: tuple[str, str, str]
    rest: tuple[float, float, float]
    hinge: tuple[float, float, float]
    """The axis of the bend at rest."""


_LIMBS = (
    _Limb("Chest", "LeftArm", "LeftForeArm", "LeftHand", ("left_shoulder", "left_elbow", "left_wrist"),
          (1, 0, 0), (0, -1, 0)),
    _Limb("Chest", "RightArm", "RightForeArm", "RightHand", ("right_shoulder", "right_elbow", "right_wrist"),
          (-1, 0, 0), (0, 1, 0)),
    _Limb("Hips", "LeftUpLeg", "LeftLeg", "LeftFoot", ("left_hip", "left_knee", "left_ankle"),
          (0, -1, 0), (1, 0, 0)),
    _Limb("Hips", "RightUpLeg", "RightLeg", "RightFoot", ("right_hip", "right_knee", "right_ankle"),
          (0, -1, 0), (1, 0, 0)),
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Chain:
    """A limb's motion against its parent."""

    parent: Array
    """(T, 3, 3) world from parent."""
    upper: Array
    """(T, 3) units along the upper bone."""
    lower: Array
    rest: Array
    """(3,) as in _Limb."""
    hinge: Array


def limb_rotations(
    part: Mapping[str, Array], turns: Mapping[str, Array], steps: Array, memory: Memory
) -> dict[str, Array]:
    """(T, 3, 3) each: world rotations of the limbs' nodes by name.

    `part`: (T, 3) metres of each joint, world frame; `turns`: world rotations of Hips and Chest; `steps`: (T,) seconds
    since the time before.
    """
    chains = [_chain(part, turns, limb) for limb in _LIMBS]
    hinges = zip(*(_hinge(chain) for chain in chains), strict=True)
    directions, targets, weights = (np.stack(values, axis=1) for values in hinges)
    axes = follow(directions, targets, weights, steps, FASTEST, memory.bones["limbs"])
    found: dict[str, Array] = {}
    for number, (chain, limb) in enumerate(zip(chains, _LIMBS, strict=True)):
        at_rest = frames(chain.rest, chain.hinge)
        found[limb.upper] = chain.parent @ frames(chain.upper, axes[:, number]) @ at_rest.T
        lower = world_of(chain.parent, chain.lower)
        found[limb.lower] = swung(found[limb.upper], lower, chain.rest, chain.hinge, memory.bones[limb.lower])
        found[limb.end] = found[limb.lower]
    return found


def _chain(part: Mapping[str, Array], turns: Mapping[str, Array], limb: _Limb) -> _Chain:
    parent = turns[limb.parent]
    upper, lower = (unit(local(parent, part[b] - part[a])) for a, b in pairwise(limb.joints))
    return _Chain(parent, upper, lower, np.array(limb.rest), np.array(limb.hinge))


def _hinge(chain: _Chain) -> tuple[Array, Array, Array]:
    """(T, 3) directions, (T, 3) targets and (T,) weights of the upper bone's twist, for `follow`."""
    normal = cross(chain.upper, chain.lower)
    known = rise(np.linalg.norm(normal, axis=-1), *_BENT)
    usual, usable = _least_twist(chain.upper, chain.rest, chain.hinge)
    drift = _DRIFT * (1 - known) * usable
    return chain.upper, np.where((known > drift)[:, None], unit(normal), usual), np.maximum(known, drift)


def _least_twist(directions: Array, rest: Array, hinge: Array) -> tuple[Array, Array]:
    """(T, 3) the hinge after the smallest rotation from `rest` to each direction, and (T,) how well that is defined."""
    cosines = directions @ rest
    scale = (directions @ hinge) / np.maximum(1 + cosines, 1e-6)
    return hinge - scale[:, None] * (rest + directions), rise(cosines, -0.9, -0.5)
