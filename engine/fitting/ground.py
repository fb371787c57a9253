"""Feet on a known floor: how far away people are, and how tall.

The ray of an ankle that stands on the floor meets the plane of ankles in one point. That is a distance without any
size; compared with the distance from the size in the picture, it tells how tall the person is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.bones import STATURE_BONES, stature
from engine.fitting.memory import Found, Memory, Rows
from engine.geometry import Array, Camera, FloorTrust
from engine.skeleton import JOINT, NECK, PELVIS

ANKLE_PER_HEIGHT = 0.08 / 1.8
"""Height of the ankle joint above the sole, over the body's height."""
FILE_TRUST = FloorTrust(tilt_deg=1.0, height=0.03)
"""Of camera files, whose worlds usually have the floor at 0."""
USUAL_SCALE = 0.25
"""Maximum deviation of people's sizes from the assumed one, as a logarithm: beyond it, the plane is not their floor."""
STEEPEST = 0.05
"""Least sine of the angle between an ankle's ray and the floor: nearer to the horizon, a pixel is metres."""
FOOT_ERROR_M = 0.05
"""Standard deviation of a standing ankle's height: keypoints, shoes, raised heels."""
UPRIGHT = 0.97
"""Least distance from neck to ankle over the length of trunk and legs of somebody whose size tells the height."""
SCALE_ERROR = 0.1
"""Standard deviation of people's sizes before anything is known, as a logarithm."""
FRAME_ERROR = 0.05
"""Standard deviation of the size from a single frame."""
SCALE_FRAMES = 300.0
"""Frames over which sizes are averaged."""
BENT = 0.4
"""Weight of a frame that makes somebody smaller than the average does, over one that makes larger: who is not quite
upright looks small, and nobody looks large."""
BENT_FRAMES, BENT_WEIGHT = 3.0, 0.1
"""Until so many frames have told somebody's size, those in which they bend count too, so much."""
LARGEST_STEP = 0.1
"""Maximum deviation of a single frame from the average, as a logarithm, that counts."""

_ANKLES = [JOINT["left_ankle"], JOINT["right_ankle"]]

BLANK = {"scale": 0.0, "scale_frames": 0.0}
"""What is remembered: the logarithm of the size over the assumed one, and the number of frames that told it."""


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """The floor as the camera sees it: up . X = -height."""

    up: Array
    """(3,) unit vector, camera frame."""
    height: float
    """The camera's, above the floor, metres."""
    trust: FloorTrust

    def is_like(self, other: Ground) -> bool:
        """Whether both are nearly the same: within half a degree and one percent."""
        return bool(self.up @ other.up > np.cos(np.radians(0.5))) and abs(self.height / other.height - 1) < 0.01


def ground_under(camera: Camera, floor_offset_m: float) -> Ground | None:
    """The floor that is known; None if nobody knows, or if the camera is not above it."""
    trust = camera.floor or (FILE_TRUST if camera.provenance.pose == "file" else None)
    height = camera.height - floor_offset_m
    return None if trust is None or height <= 0 else Ground(camera.R @ camera.up_vector, height, trust)


@dataclass(frozen=True, slots=True, eq=False)
class Feet:
    """Where the lower ankles of P people meet the floor."""

    ankle: Array
    """(P,) index of the joint."""
    depth: Array
    """(P,) metres, in the true scale of the floor."""
    error: Array
    """(P,) standard deviation of `depth` as a fraction."""
    valid: Found
    """(P,)"""


def feet_on(ground: Ground, rays: Array, seen: Found, height_m: float) -> Feet:
    """(P, 19, 2) rays and (P, 19); the nearer of two points is that of the lower foot."""
    across = np.concatenate([rays[:, _ANKLES], np.ones((len(rays), 2, 1))], axis=2)
    slopes = -(across @ ground.up)
    steep = slopes / np.linalg.norm(across, axis=2)
    valid = seen[:, _ANKLES] & (steep > STEEPEST)
    ankle_height = min(ANKLE_PER_HEIGHT * height_m, ground.height / 2)
    depths = np.where(valid, (ground.height - ankle_height) / np.where(valid, slopes, 1.0), np.inf)
    lower = depths.argmin(axis=1)
    rows = np.arange(len(rays))
    valid = valid[rows, lower]
    steep = np.where(valid, steep[rows, lower], 1.0)
    tilt = np.radians(ground.trust.tilt_deg) * np.sqrt(np.maximum(1 / steep**2 - 1, 0.0))
    error = np.sqrt((FOOT_ERROR_M / ground.height) ** 2 + tilt**2 + ground.trust.height**2)
    return Feet(np.array(_ANKLES)[lower], np.where(valid, depths[rows, lower], 1.0), error, valid)


def plane_in(ground: Ground, scale: Array, height_m: float) -> Array:
    """(P, 4) the plane of ankles for people who are drawn 1 / `scale` times as large as they are."""
    offset = (ANKLE_PER_HEIGHT * height_m - ground.height) / scale
    return np.concatenate([np.broadcast_to(ground.up, (len(scale), 3)), offset[:, None]], axis=1)


def learn_scale(
    memory: Memory, rows: Rows, ground: Ground, feet: Feet, body: Array, lengths: Array, depth: Array, seen: Found
) -> None:
    """Learn sizes from upright people: (P, 19, 3) bodies relative to the pelvis, with (P,) depths from their sizes."""
    people = np.arange(len(body))
    foot = body[people, feet.ankle]
    reach = ((body[:, NECK] - foot) @ ground.up) / (stature(lengths) * STATURE_BONES)
    now = np.log(np.maximum(feet.depth, 1e-3) / np.maximum(depth + foot[:, 2] - body[:, PELVIS, 2], 1e-3))
    before, frames = memory["scale"][rows], memory["scale_frames"][rows]
    weight = np.where(reach > UPRIGHT, 1.0, np.where(frames < BENT_FRAMES, BENT_WEIGHT, 0.0))
    weight = np.where(feet.valid & seen[:, NECK] & (np.abs(now) < USUAL_SCALE), weight, 0.0)
    step = np.where(frames > 0, np.clip(now - before, -LARGEST_STEP, LARGEST_STEP), now)
    step = np.where((step < 0) & (frames > 0), BENT * step, step)
    total = np.minimum(frames, SCALE_FRAMES) + weight
    # Bent or not, the first frame is believed nearly as a whole: people begin on the floor.
    gain = weight / np.maximum(total * (1 + (FRAME_ERROR / SCALE_ERROR) ** 2 / np.maximum(frames, 1)), 1e-9)
    memory["scale"][rows] = before + gain * step
    memory["scale_frames"][rows] = frames + weight
