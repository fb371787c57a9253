"""The humanoid that joints are turned into: its nodes as data, its measures, and where its joints are in a pose.

Rest pose: the T-pose, facing +z with y up; arms along x, the left one towards +x. All nodes' rest rotations are the
identity. The nodes' names are those that Mixamo's characters have, which tools for retargeting know.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.motion.motion import Array
from engine.motion.quaternions import to_matrices
from engine.skeleton import JOINT, JOINT_COUNT


@dataclass(frozen=True, slots=True)
class Node:
    """A bone: it begins at its head, and its rotation moves everything beyond."""

    name: str
    parent: str | None
    joint: str | None = None
    """The joint at its head, one of the 19; None for points between joints."""


NODES = (
    Node("Hips", None, "pelvis"),
    Node("Spine", "Hips"),
    Node("Chest", "Spine"),
    Node("Neck", "Chest", "neck"),
    Node("Head", "Neck"),  # between the ears
    Node("Nose", "Head", "nose"),
    Node("LeftEye", "Head", "left_eye"),
    Node("RightEye", "Head", "right_eye"),
    Node("LeftEar", "Head", "left_ear"),
    Node("RightEar", "Head", "right_ear"),
    Node("LeftShoulder", "Chest", "neck"),
    Node("LeftArm", "LeftShoulder", "left_shoulder"),
    Node("LeftForeArm", "LeftArm", "left_elbow"),
    Node("LeftHand", "LeftForeArm", "left_wrist"),
    Node("RightShoulder", "Chest", "neck"),
    Node("RightArm", "RightShoulder", "right_shoulder"),
    Node("RightForeArm", "RightArm", "right_elbow"),
    Node("RightHand", "RightForeArm", "right_wrist"),
    Node("LeftUpLeg", "Hips", "left_hip"),
    Node("LeftLeg", "LeftUpLeg", "left_knee"),
    Node("LeftFoot", "LeftLeg", "left_ankle"),
    Node("RightUpLeg", "Hips", "right_hip"),
    Node("RightLeg", "RightUpLeg", "right_knee"),
    Node("RightFoot", "RightLeg", "right_ankle"),
)
"""Parents come before their children."""
INDEX = {node.name: index for index, node in enumerate(NODES)}
PARENTS = tuple(-1 if node.parent is None else INDEX[node.parent] for node in NODES)
NODE_OF_JOINT = {JOINT[node.joint]: index for index, node in reversed(list(enumerate(NODES))) if node.joint}
"""Joint -> the node whose head it is; of the three that begin at the neck, the neck."""
FACE = ("Nose", "LeftEye", "RightEye", "LeftEar", "RightEar")

_ROWS = 4000
"""Times that are computed at once, which bounds the memory."""
SPINE_PART, CHEST_PART = 0.1, 0.5
"""How far up the line from pelvis to neck the nodes Spine and Chest are."""
_HAND, _FOOT_DOWN, _FOOT_FORWARD, _TOP = 0.4, 0.17, 0.38, 0.35
"""Lengths of what has no joint: the hand over the forearm, the foot over the shank, the skull over the neck."""


@dataclass(frozen=True, slots=True, eq=False)
class Skeleton:
    """One person's measures."""

    offsets: Array
    """(N, 3) metres: each node's head relative to its parent's, in the rest pose. The root's is 0."""

    @property
    def ends(self) -> dict[str, Array]:
        """Nodes without children -> (3,) metres, from the head to the end, in the rest pose."""
        offsets = self.offsets
        ends = {name: np.array([0.0, 0.0, 0.02]) for name in FACE}
        for side in ("Left", "Right"):
            shank = float(np.linalg.norm(offsets[INDEX[f"{side}Foot"]]))
            ends[f"{side}Hand"] = offsets[INDEX[f"{side}Hand"]] * _HAND
            ends[f"{side}Foot"] = np.array([0.0, -_FOOT_DOWN, _FOOT_FORWARD]) * shank
        return ends

    @property
    def rest_heads(self) -> Array:
        """(N, 3) metres: the nodes' heads in the rest pose, the root at the origin."""
        heads = np.zeros_like(self.offsets)
        for index, parent in enumerate(PARENTS):
            if parent >= 0:
                heads[index] = heads[parent] + self.offsets[index]
        return heads

    @property
    def floor(self) -> float:
        """Metres from the root down to the lowest end of the rest pose, for standing it on the floor."""
        return float(-min(self.rest_heads[INDEX[name]][1] + end[1] for name, end in self.ends.items()))


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """A motion of the humanoid."""

    positions: Array
    """(T, 3) metres: the root's head, world frame; NaN in gaps."""
    rotations: Array
    """(T, N, 4) quaternions x, y, z, w: each node relative to its parent, the root relative to the world."""


def heads(skeleton: Skeleton, pose: Pose) -> Array:
    """(T, N, 3) metres, world frame: where the nodes' heads are."""
    result = np.empty((len(pose.positions), len(NODES), 3))
    for start in range(0, len(result), _ROWS):
        rows = slice(start, start + _ROWS)
        _place(skeleton, pose.positions[rows], pose.rotations[rows], result[rows])
    return result


def _place(skeleton: Skeleton, positions: Array, rotations: Array, result: Array) -> None:
    """Write the heads of some rows into `result`."""
    turns: list[Array] = []
    for index, parent in enumerate(PARENTS):
        local = to_matrices(rotations[:, index])
        turns.append(local if parent < 0 else turns[parent] @ local)
        result[:, index] = positions if parent < 0 else result[:, parent] + turns[parent] @ skeleton.offsets[index]


def joints_of(node_heads: Array) -> Array:
    """(T, N, 3) heads of nodes -> (T, 19, 3) joints."""
    return node_heads[:, [NODE_OF_JOINT[joint] for joint in range(JOINT_COUNT)]]
