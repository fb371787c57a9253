"""VRChat's OSC trackers: hips, chest, feet, knees and elbows of one person, and the head to align them by.

    /tracking/trackers/N/position, /tracking/trackers/N/rotation    N: 1 to 8, and "head"

Positions in metres and Euler angles in degrees, of the world, in Unity's axes and order. VRChat recognises trackers by
where they are when it calibrates, not by their numbers. Its documentation: https://docs.vrchat.com/docs/osc-trackers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.motion.humanoid import INDEX
from engine.motion.live_pose import PoseNow
from engine.outputs import unity
from engine.outputs.address import Address, Option
from engine.outputs.datagram_output import DatagramOutput
from engine.outputs.moment import Moment
from engine.outputs.one_person import OnePerson
from engine.outputs.osc_packet import floats

TRACKERS = Option(
    "trackers", "Trackers", "all: eight. legs: hips, feet and knees. feet: hips and feet, which often looks best.",
    default="all", choices=("all", "legs", "feet"),
)  # fmt: skip
PLACES = {
    "1": ("Hips", "Hips"),
    "2": ("LeftFoot", "LeftLeg"),
    "3": ("RightFoot", "RightLeg"),
    "4": ("LeftLeg", "LeftUpLeg"),
    "5": ("RightLeg", "RightUpLeg"),
    "6": ("LeftForeArm", "LeftArm"),
    "7": ("RightForeArm", "RightArm"),
    "8": ("Chest", "Chest"),
    "head": ("Head", "Head"),
}
"""Tracker -> the humanoid's node at whose head it is, and the node that it is strapped to: a tracker at the knee is on
the thigh."""
_COUNTS = {"all": 8, "legs": 5, "feet": 3}


class VrChat(DatagramOutput):
    """One message a packet, as VRChat's own example sends them."""

    def __init__(self, address: Address) -> None:
        super().__init__(address)
        self._person = OnePerson(address.options["person"])
        count = _COUNTS[address.options["trackers"]]
        self._places = {name: place for name, place in PLACES.items() if name == "head" or int(name) <= count}

    def packets(self, moment: Moment) -> Iterable[bytes]:
        pose = self._person.pose(moment)
        return () if pose is None else self._messages(pose)

    def _messages(self, pose: PoseNow) -> Iterator[bytes]:
        positions, angles = unity.position(pose.heads).tolist(), unity.euler_degrees(pose.world).tolist()
        for name, (place, strapped) in self._places.items():
            yield floats(f"/tracking/trackers/{name}/position", positions[INDEX[place]])
            yield floats(f"/tracking/trackers/{name}/rotation", angles[INDEX[strapped]])
