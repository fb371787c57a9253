"""Keypoints that the bundled network found in the demo clip, as an ordinary file whose camera nobody knows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from engine.capture.stage.scene import FRAME_RATE, IMAGE_SIZE
from engine.processor import Decoded
from engine.types import BackendInfo, Frame, Pose2D

_PATH = Path(__file__).parents[1] / "golden" / "stage_keypoints.npz"
_PER_PIXEL, _PER_SCORE = 8, 255
STEP = 3
"""Every third frame of 10 seconds was kept."""


def stage_poses() -> Iterator[tuple[int, list[Pose2D]]]:
    """(frame, people) of the clip, 10 times per second."""
    with np.load(_PATH) as kept:
        frames, keypoints, scores = kept["frame"], kept["keypoints"], kept["scores"]
    for frame in range(0, int(frames.max()) + 1, STEP):
        rows = np.flatnonzero(frames == frame)
        places = np.where(keypoints[rows] < 0, np.nan, keypoints[rows] / _PER_PIXEL).astype(np.float32)
        yield (
            frame,
            [
                Pose2D(place, (score / _PER_SCORE).astype(np.float32), 20.0)
                for place, score in zip(places, scores[rows], strict=True)
            ],
        )


def stage_decoded() -> Iterator[Decoded]:
    """The same as the processor's second last step gives them, with a grey picture."""
    width, height = IMAGE_SIZE
    for index, (frame, poses) in enumerate(stage_poses()):
        picture = Frame(index, frame / FRAME_RATE, 0.0, np.broadcast_to(np.uint8(90 + index % 50), (height, width, 3)))
        yield Decoded(picture, tuple(poses), "keypoints", None, (0.36, 0.36), BackendInfo("none", "none", "none"), {})
