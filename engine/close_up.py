"""A second look: the network sees each person of a picture again, cut out, enlarged, and also mirrored.

Where both looks found a keypoint, that of the second counts. In: a picture, and the people whom the first look found
in it. Out: the same people.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine import decoding, preprocess
from engine.fusion import swapped
from engine.mirroring import seen_both_ways
from engine.types import Backend, Image, Pose2D

ROWS = 256
"""Rows and columns of the network's input."""
MARGIN = 1.4
"""Side of the cut-out over the larger side of the box around the keypoints. With 1.9 people are not found better than
at the first look."""
LEAST_SIDE_PX = 56
"""Least side of a cut-out, pixels of the frame."""
SAME = 0.07
"""Median distance of two poses over the side of the cut-out, up to which they are one person."""
LEAST_COMMON = 3
"""Least number of keypoints that tell."""
LEFT_OUT = 0.5
"""Share of its confidence that a keypoint keeps which the second look did not find."""


def second_look(image: Image, poses: Sequence[Pose2D], backend: Backend) -> tuple[Pose2D, ...]:
    """The same people, frame pixels: seen again, each by two runs of the network."""
    return tuple(_seen_again(image, pose, backend) for pose in poses)


def _seen_again(image: Image, pose: Pose2D, backend: Backend) -> Pose2D:
    found = pose.keypoints[pose.scores > 0]
    low, high = found.min(axis=0), found.max(axis=0)
    side = max(LEAST_SIDE_PX, round(MARGIN * float((high - low).max())))
    corner = np.round((low + high - side) / 2).astype(np.intp)
    seen = preprocess.prepare(_cut_out(image, corner, side), ROWS, backend.fixed_size)
    people = decoding.decode(seen_both_ways(seen.image, backend.infer), seen.scale)
    there = [Pose2D(one.keypoints + corner.astype(np.float32), one.scores, one.score) for one in people]
    nearest = min(there, key=lambda one: _distance(pose, one), default=None)
    if nearest is None or _distance(pose, nearest) > SAME * side:
        return pose
    return _merged(pose, nearest)


def _cut_out(image: Image, corner: NDArray[np.intp], side: int) -> Image:
    """(side, side, 3), the upper left pixel at `corner` (x, y); grey beyond the picture."""
    left, top = map(int, corner)
    inside = image[max(top, 0) : max(top + side, 0), max(left, 0) : max(left + side, 0)]
    cut = np.full((side, side, 3), preprocess.PAD_VALUE, np.uint8)
    x, y = max(-left, 0), max(-top, 0)
    cut[y : y + inside.shape[0], x : x + inside.shape[1]] = inside
    return cut


def _distance(one: Pose2D, other: Pose2D) -> float:
    """The median distance of keypoints that both have, pixels, also if left and right are exchanged; or infinite."""
    return min(_median(one, other), _median(one, swapped(other)))


def _median(one: Pose2D, other: Pose2D) -> float:
    common = (one.scores > 0) & (other.scores > 0)
    if np.count_nonzero(common) < LEAST_COMMON:
        return np.inf
    return float(np.median(np.linalg.norm(one.keypoints - other.keypoints, axis=1)[common]))


def _merged(first: Pose2D, second: Pose2D) -> Pose2D:
    """The keypoints of the second look, and with less confidence those that only the first found."""
    found = second.scores > 0
    keypoints = np.where(found[:, None], second.keypoints, first.keypoints)
    scores = np.where(found, second.scores, LEFT_OUT * first.scores)
    return Pose2D(keypoints.astype(np.float32), scores.astype(np.float32), max(first.score, second.score))
