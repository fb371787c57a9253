"""Joints to the rotations of the humanoid (engine.motion.humanoid), and its measures.

Each bone's direction is that of its joints, exactly. Its rotation about itself comes from: the line of the hips (Hips),
that of the shoulders (Chest), the face (Head), and the hinges of elbows and knees (arms and legs), which count the more
the more they are bent; straight limbs keep their twist and drift slowly to that of the rest pose.
"""

from __future__ import annotations

import numpy as np

from engine.motion.humanoid import CHEST_PART, FACE, INDEX, NODES, PARENTS, SPINE_PART, Pose, Skeleton
from engine.motion.limbs import limb_rotations
from engine.motion.motion import Array
from engine.motion.quaternions import from_matrices
from engine.motion.twist import FRAME_S, Bones, Memory, cross, frames, known_axes, local, swung, unit, world_of
from engine.skeleton import JOINT

X, Y = np.eye(3)[:2]
_SIDES = (("Left", "left", 1.0), ("Right", "right", -1.0))


def fit_skeleton(joints: Array) -> Skeleton:
    """(T, 19, 3) metres, rows with NaN are left out -> medians of lengths and shapes. At least one row is complete."""
    joints = joints[np.isfinite(joints).all(axis=(1, 2))]
    part = {name: joints[:, index] for name, index in JOINT.items()}
    hips = _hips(part, Bones())
    chest = _chest(part, hips)
    offsets = np.zeros((len(NODES), 3))
    torso = _length(part["neck"] - part["pelvis"])
    for name, share in (("Spine", SPINE_PART), ("Chest", CHEST_PART - SPINE_PART), ("Neck", 1 - CHEST_PART)):
        offsets[INDEX[name]] = (0.0, share * torso, 0.0)
    middle = _between_ears(part)
    offsets[INDEX["Head"]] = _rigid(chest, middle - part["neck"])
    face = _face(part)
    for name in FACE:
        offsets[INDEX[name]] = np.median(local(face, part[str(NODES[INDEX[name]].joint)] - middle), axis=0)
    for node, side, sign in _SIDES:
        offsets[INDEX[f"{node}Shoulder"]] = offsets[INDEX["Neck"]]
        offsets[INDEX[f"{node}Arm"]] = _rigid(chest, part[f"{side}_shoulder"] - part["neck"])
        offsets[INDEX[f"{node}ForeArm"]] = sign * X * _length(part[f"{side}_elbow"] - part[f"{side}_shoulder"])
        offsets[INDEX[f"{node}Hand"]] = sign * X * _length(part[f"{side}_wrist"] - part[f"{side}_elbow"])
        offsets[INDEX[f"{node}UpLeg"]] = np.median(local(hips, part[f"{side}_hip"] - part["pelvis"]), axis=0)
        offsets[INDEX[f"{node}Leg"]] = -Y * _length(part[f"{side}_knee"] - part[f"{side}_hip"])
        offsets[INDEX[f"{node}Foot"]] = -Y * _length(part[f"{side}_ankle"] - part[f"{side}_knee"])
    return Skeleton(offsets)


def rotations(joints: Array, times: Array, skeleton: Skeleton, memory: Memory | None = None) -> Pose:
    """(T, 19, 3) metres and (T,) seconds -> the pose of `skeleton`; NaN in rows where a joint is missing.

    With the same `memory`, calls one after the other give what a single one gives: motion may come row by row.
    """
    present = np.isfinite(joints).all(axis=(1, 2))
    positions, local = np.full((len(joints), 3), np.nan), np.full((len(joints), len(NODES), 4), np.nan)
    if present.any():
        turns = world_rotations(joints[present], times[present], skeleton, memory or Memory())
        for index, parent in enumerate(PARENTS):
            own = turns[NODES[index].name]
            if parent >= 0:
                own = turns[NODES[parent].name].transpose(0, 2, 1) @ own
            local[present, index] = from_matrices(own)
        positions[present] = joints[present, JOINT["pelvis"]]
    return Pose(positions, local)


def world_rotations(joints: Array, times: Array, skeleton: Skeleton, memory: Memory) -> dict[str, Array]:
    """(T, 3, 3) each: world rotations of the nodes by name; no joint is missing. `memory` as for `rotations`."""
    part, bones = {name: joints[:, index] for name, index in JOINT.items()}, memory.bones
    hips = _hips(part, bones["Hips"])
    spine = _spine(part, hips, float(skeleton.offsets[INDEX["Spine"]][1]), bones["Spine"])
    chest = _twisted(spine, part, bones["Chest"])
    turns = {"Hips": hips, "Spine": spine, "Chest": chest}
    middle = _between_ears(part)
    turns["Neck"] = swung(chest, middle - part["neck"], skeleton.offsets[INDEX["Head"]], X, bones["Neck"])
    turns["Head"] = _head(part, middle, skeleton)
    turns |= dict.fromkeys(FACE, turns["Head"])
    for node, side, _ in _SIDES:
        clavicle, name = skeleton.offsets[INDEX[f"{node}Arm"]], f"{node}Shoulder"
        turns[name] = swung(chest, part[f"{side}_shoulder"] - part["neck"], clavicle, Y, bones[name])
    before = times[0] - FRAME_S if memory.time is None else memory.time
    memory.time = float(times[-1])
    return turns | limb_rotations(part, turns, np.diff(times, prepend=before), memory)


def _hips(part: dict[str, Array], bones: Bones) -> Array:
    """World from Hips: x along the line of the hips, y as near to the trunk as it goes."""
    x = unit(part["left_hip"] - part["right_hip"])
    y = known_axes(x, part["neck"] - part["pelvis"], bones)
    return np.stack([x, y, cross(x, y)], axis=-1)


def _spine(part: dict[str, Array], hips: Array, up: float, bones: Bones) -> Array:
    """World from Spine: y to the neck, from the node's head `up` metres above the pelvis; no twist against the hips."""
    y = unit(part["neck"] - part["pelvis"] - up * hips[:, :, 1])
    x = known_axes(local(hips, y), np.broadcast_to(X, y.shape), bones)
    return frames(y, world_of(hips, x))


def _twisted(spine: Array, part: dict[str, Array], bones: Bones) -> Array:
    """World from Chest: y of the spine, x as near to the line of the shoulders as it goes."""
    y = spine[:, :, 1]
    x = known_axes(np.broadcast_to(Y, y.shape), local(spine, part["left_shoulder"] - part["right_shoulder"]), bones)
    return frames(y, world_of(spine, x))


def _chest(part: dict[str, Array], hips: Array) -> Array:
    """World from Chest before the torso's length is known."""
    up = SPINE_PART * _length(part["neck"] - part["pelvis"])
    return _twisted(_spine(part, hips, up, Bones()), part, Bones())


def _face(part: dict[str, Array]) -> Array:
    """World from the face: x from ear to ear, z to the middle of eyes and nose."""
    x = unit(part["left_ear"] - part["right_ear"])
    ahead = (part["left_eye"] + part["right_eye"]) / 4 + part["nose"] / 2 - _between_ears(part)
    z = known_axes(x, ahead, Bones())
    return np.stack([x, cross(z, x), z], axis=-1)


def _head(part: dict[str, Array], middle: Array, skeleton: Skeleton) -> Array:
    """World from Head: the rotation that brings the face's points nearest to where they are (Kabsch)."""
    points = np.stack([part[str(NODES[INDEX[name]].joint)] for name in FACE], axis=1) - middle[:, None]
    at_rest = skeleton.offsets[[INDEX[name] for name in FACE]]
    U, _, Vt = np.linalg.svd(np.einsum("tfi,fj->tij", points, at_rest))
    U[:, :, 2] *= np.linalg.det(U @ Vt)[:, None]
    return np.asarray(U @ Vt)


def _between_ears(part: dict[str, Array]) -> Array:
    return np.asarray((part["left_ear"] + part["right_ear"]) / 2)


def _length(vectors: Array) -> float:
    return float(np.median(np.linalg.norm(vectors, axis=-1)))


def _rigid(frame: Array, vectors: Array) -> Array:
    """(3,) in the frame: the mean direction, at the median length."""
    return unit(unit(local(frame, vectors)).mean(axis=0)) * _length(vectors)
