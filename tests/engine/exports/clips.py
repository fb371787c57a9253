"""Clips of the stage for exports, and the places of its joints by the names of the humanoid's nodes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.motion import Clip, ClipOptions, clip_of, read
from engine.motion.humanoid import NODES
from engine.motion.motion import Array, Motion
from engine.skeleton import JOINT
from tests.engine.motion.stage import write_recording

SECONDS = 2.0
GAP = range(20, 45)
"""Frames in which person 4 is not seen."""


def stage_clip(folder: Path, seconds: float = SECONDS, people: tuple[int, ...] | None = None) -> Clip:
    """The stage with a little noise; person 4 is lost for a while, and seen only from frame 5 on."""
    path = write_recording(
        folder / "stage.jsonl",
        seconds=seconds,
        noise_m=0.003,
        identity=lambda person, frame: None if person == 3 and (frame in GAP or frame < 5) else person + 1,
    )
    return clip_of(read(path), ClipOptions(people=people))


def places(motion: Motion) -> dict[str, Array]:
    """Node -> (T, 3) metres, y up, of the joint at its head; NaN in gaps. Nodes without a joint are left out."""
    return {node.name: motion.joints[:, JOINT[node.joint]] for node in NODES if node.joint is not None}


def farthest_mm(found: Array, expected: Array) -> float:
    """(…, 3) metres twice -> the largest distance in millimetres, where there is something to expect."""
    return float(1000 * np.nanmax(np.linalg.norm(found - expected, axis=-1)))
