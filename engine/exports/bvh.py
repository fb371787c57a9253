"""BVH (Biovision hierarchy): one person's bones and rotations, for Blender, MotionBuilder, Maya, Unreal and Unity.

Centimetres, y up, facing +z, T-pose at rest; rotations in the order Z X Y, degrees. BVH knows no gaps: the last pose is
held, and before the person is first seen, the first one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import numpy as np

from engine.exports.format import Progress, silent
from engine.exports.holding import held
from engine.motion.clip import Clip
from engine.motion.humanoid import NODES, Pose, Skeleton
from engine.motion.motion import Array
from engine.motion.quaternions import to_matrices
from engine.motion.rotations import fit_skeleton, rotations

CM_PER_M = 100.0
_CHUNK = 1000
"""Frames that are turned into text at once."""


def write(clip: Clip, path: Path, progress: Progress = silent) -> None:
    """Write the only person of `clip`."""
    (motion,) = clip.motions()
    skeleton = fit_skeleton(motion.joints)
    pose = held(rotations(motion.joints, motion.times, skeleton))
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write("HIERARCHY\n" + "\n".join(_hierarchy(skeleton)) + "\n")
        file.write(f"MOTION\nFrames: {len(motion.times)}\nFrame Time: {1 / clip.rate:.9f}\n")
        _write_frames(pose, file, progress)


def _hierarchy(skeleton: Skeleton, index: int = 0, depth: int = 0) -> Iterator[str]:
    """Lines of the node and of all below it."""
    tab, node = "\t" * depth, NODES[index]
    kind, places = ("ROOT", "Xposition Yposition Zposition ") if node.parent is None else ("JOINT", "")
    yield f"{tab}{kind} {node.name}"
    yield f"{tab}{{"
    yield f"{tab}\tOFFSET {_numbers(skeleton.offsets[index])}"
    yield f"{tab}\tCHANNELS {6 if places else 3} {places}Zrotation Xrotation Yrotation"
    for child, other in enumerate(NODES):
        if other.parent == node.name:
            yield from _hierarchy(skeleton, child, depth + 1)
    if node.name in skeleton.ends:
        yield f"{tab}\tEnd Site"
        yield f"{tab}\t{{"
        yield f"{tab}\t\tOFFSET {_numbers(skeleton.ends[node.name])}"
        yield f"{tab}\t}}"
    yield f"{tab}}}"


def depth_first(index: int = 0) -> Iterator[int]:
    """Indices of the nodes in the order of the hierarchy, which is that of the channels."""
    yield index
    for child, other in enumerate(NODES):
        if other.parent == NODES[index].name:
            yield from depth_first(child)


def _write_frames(pose: Pose, file: TextIO, progress: Progress) -> None:
    order = list(depth_first())
    angles = np.stack([_unwrapped(pose.rotations[:, index]) for index in order], axis=1)
    rows = np.concatenate([pose.positions * CM_PER_M, angles.reshape(len(angles), -1)], axis=1)
    for start in range(0, len(rows), _CHUNK):
        np.savetxt(file, rows[start : start + _CHUNK], fmt="%.4f")
        progress(min(1.0, (start + _CHUNK) / len(rows)))


def _unwrapped(q: Array) -> Array:
    """(T, 4) quaternions -> (T, 3) degrees about z, x, y, without jumps of a whole turn."""
    return np.degrees(np.unwrap(_zxy(to_matrices(q)), axis=0))


def _zxy(R: Array) -> Array:
    """(T, 3, 3) = Rz Rx Ry -> (T, 3) radians about z, x, y; where x is a right angle, y is 0."""
    x = np.arcsin(np.clip(R[:, 2, 1], -1, 1))
    locked = np.hypot(R[:, 2, 0], R[:, 2, 2]) < 1e-6
    z = np.where(locked, np.arctan2(R[:, 1, 0], R[:, 0, 0]), np.arctan2(-R[:, 0, 1], R[:, 1, 1]))
    y = np.where(locked, 0.0, np.arctan2(-R[:, 2, 0], R[:, 2, 2]))
    return np.stack([z, x, y], axis=1)


def _numbers(metres: Array) -> str:
    return " ".join(f"{value:.4f}" for value in metres * CM_PER_M + 0.0)
