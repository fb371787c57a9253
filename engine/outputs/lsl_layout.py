"""What a stream of the lab streaming layer holds: the channels, one sample, the header, and who has which slot.

A stream is one slot for a person: the id, 19 joints in metres in the world of the camera file, and their confidences.
While nobody has the slot, every channel is NaN. The header follows the XDF project's meta-data for motion capture.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from engine.geometry import Camera
from engine.skeleton import JOINT_COUNT, JOINTS
from engine.types import Floats, Person
from engine.wire.score import found_keypoints

KNOWN_S = 3.0
"""Seconds for which a person who is not seen keeps the slot whatever happens: the tracker expects them back as long."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One number of a sample."""

    label: str
    type: str
    unit: str
    marker: str | None = None
    """The joint that it is about."""


def _channels() -> tuple[Channel, ...]:
    positions = [
        Channel(f"{joint}_{axis}", f"Position{axis.upper()}", "meters", joint) for joint in JOINTS for axis in "xyz"
    ]
    confidences = [Channel(f"{joint}_confidence", "Confidence", "normalized", joint) for joint in JOINTS]
    return (Channel("id", "Id", "none"), *positions, *confidences)


CHANNELS = _channels()
"""The channels in the order of a sample."""
NOBODY: Floats = np.full(len(CHANNELS), np.nan, np.float32)
"""The sample of a slot that nobody has. Shared: copy before changing."""
NOBODY.setflags(write=False)


def sample(person: Person | None, camera: Camera) -> Floats:
    """(77,) float32: one sample. Positions are NaN if the person could not be placed; a keypoint that was not found
    has confidence 0, and so has the pelvis, which is computed."""
    if person is None:
        return NOBODY
    joints = np.full((JOINT_COUNT, 3), np.nan)
    if person.pose3d is not None and np.isfinite(person.pose3d.joints).all():
        joints = camera.world_from_camera(np.asarray(person.pose3d.joints, dtype=np.float64))
    confidences = np.where(found_keypoints(person.pose2d), np.clip(person.pose2d.scores, 0, 1), 0)
    return np.concatenate([[person.id], joints.ravel(), confidences]).astype(np.float32)


class Slots:
    """Who has which slot. A person keeps the slot while they are known; a newcomer gets one that nobody ever had,
    or else that of the person who has been away longest."""

    def __init__(self, count: int) -> None:
        self._ids: list[int | None] = [None] * count
        self._seen = [-np.inf] * count

    def assign(self, ids: Iterable[int], now: float) -> dict[int, int]:
        """Slot by id of those of `ids` who have one; `now` is in seconds, and any clock will do."""
        present = list(dict.fromkeys(ids))
        for identity in present:
            slot = self._slot_of(identity, now)
            if slot is not None:
                self._ids[slot], self._seen[slot] = identity, now
        return {identity: self._ids.index(identity) for identity in present if identity in self._ids}

    def _slot_of(self, identity: int, now: float) -> int | None:
        if identity in self._ids:
            return self._ids.index(identity)
        longest = min(range(len(self._ids)), key=lambda slot: self._seen[slot])
        return longest if now - self._seen[longest] >= KNOWN_S else None
