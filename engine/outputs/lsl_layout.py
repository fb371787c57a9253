"""What a stream of the lab streaming layer holds: the channels, one sample, and the header.

A stream is one slot for a person: the id, 19 joints in metres in the world of the camera file, and their confidences.
While nobody has the slot, every channel is NaN. The header follows the XDF project's meta-data for motion capture.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import metadata
from typing import Protocol

import numpy as np

from engine.geometry import Camera
from engine.skeleton import JOINT_COUNT, JOINTS, LIMBS
from engine.types import Floats, Person
from engine.wire.score import found_keypoints


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


class Element(Protocol):
    """A part of a header, as pylsl has it."""

    def append_child(self, name: str) -> Element: ...
    def append_child_value(self, name: str, value: str) -> object: ...


def describe(header: Element, up: str, slot: int) -> None:
    """Fill in a stream's header: channels and their units, the skeleton, the axes of the world, who made it."""
    channels = header.append_child("channels")
    for channel in CHANNELS:
        child = channels.append_child("channel")
        child.append_child_value("label", channel.label)
        if channel.marker is not None:
            child.append_child_value("marker", channel.marker)
        child.append_child_value("type", channel.type)
        child.append_child_value("unit", channel.unit)
    bones = header.append_child("skeleton").append_child("bones")
    for start, end in LIMBS:
        bone = bones.append_child("bone")
        bone.append_child_value("from", JOINTS[start])
        bone.append_child_value("to", JOINTS[end])
    setup = header.append_child("setup")
    setup.append_child_value("up", up)
    setup.append_child_value("world", "metres, the world of the camera file")
    setup.append_child_value("slot", str(slot))
    acquisition = header.append_child("acquisition")
    acquisition.append_child_value("manufacturer", "Posecast")
    acquisition.append_child_value("model", f"posecast {metadata.version('posecast')}")
