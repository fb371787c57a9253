"""From the network's maps to 2D people, by the C++ decoder (native/).

Heatmaps and part affinity fields go in; keypoints come out: `extract_people` in map cells and the 18-keypoint 2D
order, `decode` in frame pixels and the 19-joint order that the rest of the program speaks.
"""

from __future__ import annotations

import numpy as np

from engine import _native
from engine.skeleton import JOINT_COUNT, JOINT_FROM_KEYPOINT
from engine.types import STRIDE, Floats, Maps, Pose2D


def extract_people(heatmaps: Floats, pafs: Floats, *, min_paf_ratio: float = 0.8) -> tuple[Floats, Floats]:
    """People in heatmaps (19, h, w) and pafs (38, h, w), float32: keypoints (P, 18, 3) and person scores (P,).

    A keypoint is x, y in map cells and its confidence; NaN, NaN, 0 where missing; 2D order. Of the 10 samples of a
    limb, more than the share `min_paf_ratio` must follow the field; 1.0 requires all of them. Values that are not
    finite, or beyond 1e6, count as 0. TypeError or ValueError names the wrong argument.
    """
    return _native.extract_people(heatmaps, pafs, min_paf_ratio=min_paf_ratio)


def decode(maps: Maps, scale: tuple[float, float], *, min_paf_ratio: float = 0.8) -> list[Pose2D]:
    """People in frame pixels, 19-joint order. `scale` is (x, y) network pixels per frame pixel."""
    return poses(*extract_people(maps.heatmaps, maps.pafs, min_paf_ratio=min_paf_ratio), scale)


def poses(keypoints: Floats, scores: Floats, scale: tuple[float, float]) -> list[Pose2D]:
    """What `extract_people` found, in frame pixels and 19-joint order."""
    frame_from_cells = np.float32(STRIDE) / np.asarray(scale, np.float32)
    points = np.full((len(scores), JOINT_COUNT, 2), np.nan, np.float32)
    confidences = np.zeros((len(scores), JOINT_COUNT), np.float32)
    points[:, JOINT_FROM_KEYPOINT] = keypoints[..., :2] * frame_from_cells
    confidences[:, JOINT_FROM_KEYPOINT] = keypoints[..., 2]
    return [Pose2D(*person) for person in zip(points, confidences, scores.tolist(), strict=True)]
