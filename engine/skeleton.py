"""The skeleton as data: joint names and orders, limbs, chains, index maps, sigmas. No code.

Two orders exist. The decoder speaks the 18-keypoint *2D order* of the heatmap channels; everything outside it
speaks the 19-joint *3D order* of CMU Panoptic (the pelvis has no heatmap). Parts are matched by name.
"""

from __future__ import annotations

import numpy as np

JOINTS = (
    "neck", "nose", "pelvis",
    "left_shoulder", "left_elbow", "left_wrist", "left_hip", "left_knee", "left_ankle",
    "right_shoulder", "right_elbow", "right_wrist", "right_hip", "right_knee", "right_ankle",
    "left_eye", "left_ear", "right_eye", "right_ear",
)  # fmt: skip
"""The 19 joints, CMU Panoptic order: channel 3j..3j+2 of `features`, and every joint array of the program."""

KEYPOINTS = (
    "nose", "neck",
    "right_shoulder", "right_elbow", "right_wrist", "left_shoulder", "left_elbow", "left_wrist",
    "right_hip", "right_knee", "right_ankle", "left_hip", "left_knee", "left_ankle",
    "right_eye", "left_eye", "right_ear", "left_ear",
)  # fmt: skip
"""The 18 keypoints in the order of the heatmap channels (channel 18 is the background)."""

JOINT_COUNT = len(JOINTS)
KEYPOINT_COUNT = len(KEYPOINTS)
JOINT = {name: index for index, name in enumerate(JOINTS)}
NECK, NOSE, PELVIS = JOINT["neck"], JOINT["nose"], JOINT["pelvis"]

JOINT_FROM_KEYPOINT = np.array([JOINT[name] for name in KEYPOINTS])
"""`joints[JOINT_FROM_KEYPOINT] = keypoints` puts 18 keypoints (2D order) at their places among 19 joints."""
JOINT_FROM_KEYPOINT.setflags(write=False)

OTHER_SIDE = {
    name: {"left": "right_", "right": "left_"}[side] + part if part else name
    for name in JOINTS
    for side, _, part in [name.partition("_")]
}
"""The name of each joint or keypoint's counterpart on the other side; of one in the middle, its own."""

LIMBS = tuple(
    (JOINT[a], JOINT[b])
    for a, b in (
        ("neck", "nose"), ("neck", "pelvis"),
        ("neck", "left_shoulder"), ("left_shoulder", "left_elbow"), ("left_elbow", "left_wrist"),
        ("neck", "right_shoulder"), ("right_shoulder", "right_elbow"), ("right_elbow", "right_wrist"),
        ("pelvis", "left_hip"), ("left_hip", "left_knee"), ("left_knee", "left_ankle"),
        ("pelvis", "right_hip"), ("right_hip", "right_knee"), ("right_knee", "right_ankle"),
        ("nose", "left_eye"), ("left_eye", "left_ear"), ("nose", "right_eye"), ("right_eye", "right_ear"),
    )
)  # fmt: skip
"""Bones to draw, as pairs of joint indices."""

CHAINS = tuple(
    tuple(JOINT[name] for name in chain)
    for chain in (
        ("right_ear", "right_eye", "nose"), ("left_ear", "left_eye", "nose"),
        ("left_wrist", "left_elbow", "left_shoulder"), ("left_ankle", "left_knee", "left_hip"),
        ("right_wrist", "right_elbow", "right_shoulder"), ("right_ankle", "right_knee", "right_hip"),
    )
)  # fmt: skip
"""Chains in reading order (docs/algorithm.md, section 4): joints of a chain are read where its first found
keypoint lies. The nose is in both face chains; the second one wins."""

_SIGMA = {
    "nose": 0.26, "eye": 0.25, "ear": 0.35, "shoulder": 0.79, "elbow": 0.72, "wrist": 0.62,
    "hip": 1.07, "knee": 0.87, "ankle": 0.89, "neck": 0.79, "pelvis": 1.07,
}  # fmt: skip
SIGMAS = np.array([_SIGMA[name.split("_")[-1]] / 10 for name in JOINTS])
"""COCO's per-keypoint sigmas, 19-joint order; COCO has no neck (shoulder's is used) and no pelvis (hip's)."""
SIGMAS.setflags(write=False)
