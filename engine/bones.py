"""Bones: which joints they connect, how long they usually are, and bodies rebuilt with given lengths.

`BONES` are the limbs that are drawn, followed by braces that hold the trunk and the head together.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.geometry import Array
from engine.skeleton import JOINT, JOINTS, LIMBS, PELVIS

_BRACES = tuple(
    (JOINT[a], JOINT[b])
    for a, b in (
        ("left_shoulder", "right_shoulder"), ("left_hip", "right_hip"),
        ("pelvis", "left_shoulder"), ("pelvis", "right_shoulder"), ("neck", "left_hip"), ("neck", "right_hip"),
        ("left_eye", "right_eye"), ("left_ear", "right_ear"), ("nose", "left_ear"), ("nose", "right_ear"),
        ("neck", "left_ear"), ("neck", "right_ear"),
    )
)  # fmt: skip
BONES = np.array([*LIMBS, *_BRACES], np.intc)
"""(B, 2) joints at the ends."""
LIMB_COUNT = len(LIMBS)
"""The first so many of `BONES` are limbs, which make a tree from the pelvis."""

_PER_HEIGHT = {
    "neck nose": 0.121, "neck pelvis": 0.306, "neck shoulder": 0.101, "pelvis hip": 0.054,
    "shoulder elbow": 0.157, "elbow wrist": 0.141, "hip knee": 0.237, "knee ankle": 0.236,
    "nose eye": 0.031, "eye ear": 0.061, "eye eye": 0.035, "ear ear": 0.088, "nose ear": 0.081, "neck ear": 0.119,
    "shoulder shoulder": 0.201, "hip hip": 0.107, "pelvis shoulder": 0.319, "neck hip": 0.313,
}  # fmt: skip
"""Usual length over body height. Trunk, thigh and shin are together 0.779 of the height (Drillis and Contini, 1966);
the others are medians of the lifter's bodies of 14 people on six clips. The arms are longer, as long as they look when
they lie across the line of sight, since the lifter shortens what it is unsure of."""


def _twin(joint: int) -> int:
    side, _, part = JOINTS[joint].partition("_")
    return JOINT[f"{'right' if side == 'left' else 'left'}_{part}"] if part else joint


def _part(joint: int) -> str:
    return JOINTS[joint].split("_")[-1]


def _twins() -> list[int]:
    pairs = [frozenset(bone) for bone in BONES.tolist()]
    return [pairs.index(frozenset(_twin(joint) for joint in bone)) for bone in BONES.tolist()]


TWIN = np.array(_twins())
"""(B,): the bone of the other side, or itself."""
PER_HEIGHT = np.array([_PER_HEIGHT[f"{_part(a)} {_part(b)}"] for a, b in BONES.tolist()])
"""(B,)"""
STATURE = np.array([index for index, bone in enumerate(BONES.tolist()) if _part(bone[1]) in ("pelvis", "knee", "ankle")
                    and index < LIMB_COUNT])  # fmt: skip
"""Trunk, thighs and shins, whose lengths tell the height."""
ARMS_AND_LEGS = np.array([index for index in range(LIMB_COUNT) if _part(BONES[index, 1]) in
                          ("elbow", "wrist", "knee", "ankle")])  # fmt: skip


def _levels() -> Iterator[tuple[Array, Array, Array]]:
    """Parents, children and bones of the limbs, from the pelvis outwards."""
    reached, parents = {PELVIS}, {PELVIS}
    while parents:
        level = [
            (a, b, bone)
            for bone, (one, other) in enumerate(LIMBS)
            for a, b in ((one, other), (other, one))
            if a in parents and b not in reached
        ]
        if level:
            columns = np.array(level).T
            yield columns[0], columns[1], columns[2]
        parents = {b for _, b, _ in level}
        reached |= parents


_LEVELS = tuple(_levels())
_SHORTEST_M = 1e-6


def lengths_of(joints: Array) -> Array:
    """(..., 19, 3) -> (..., B), metres."""
    bones = joints[..., BONES[:, 1], :] - joints[..., BONES[:, 0], :]
    return np.asarray(np.sqrt((bones * bones).sum(axis=-1)))


def with_lengths(joints: Array, lengths: Array) -> Array:
    """(..., 19, 3) and (..., B) -> the same pelvis and directions of the limbs, with these lengths."""
    rebuilt = joints.copy()
    for parents, children, bones in _LEVELS:
        limbs = joints[..., children, :] - joints[..., parents, :]
        now = np.maximum(np.sqrt((limbs * limbs).sum(axis=-1)), _SHORTEST_M)
        scaled = limbs * (lengths[..., bones] / now)[..., None]
        rebuilt[..., children, :] = rebuilt[..., parents, :] + scaled
    return rebuilt


def stature(lengths: Array) -> Array:
    """(..., B) metres -> (...): the body height that trunk and legs belong to."""
    twice = lengths[..., STATURE].sum(axis=-1) + lengths[..., STATURE[0]]  # the trunk, and each leg's half
    return np.asarray(twice / (2 * STATURE_BONES))


STATURE_BONES = 0.779
"""Length of trunk, thigh and shin together over body height."""
