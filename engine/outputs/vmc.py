"""VMC (Virtual Motion Capture protocol, Performer to Marionette): one person moves a humanoid avatar.

Bones have Unity's names and axes; their rotations are relative to their parents, and zero in the T-pose. The root stays
at the origin of the room; the position of the hips says where the person is. One OSC bundle for the state, one or two
for the bones, each in one packet of the network.

The protocol's specification is at https://protocol.vmc.info/english.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from engine.motion.humanoid import INDEX
from engine.motion.live_pose import PoseNow
from engine.motion.motion import Array
from engine.outputs import unity
from engine.outputs.address import Address, Option
from engine.outputs.datagram_output import DatagramOutput
from engine.outputs.moment import Moment
from engine.outputs.one_person import OnePerson
from engine.outputs.osc_packet import bundles, message

ORIGIN = Option(
    "origin", "Origin", "start: where the person is first seen. room: that of the page's 3D view.",
    default="start", choices=("start", "room"),
)  # fmt: skip
_SIDES = {
    "Shoulder": "Shoulder", "Arm": "UpperArm", "ForeArm": "LowerArm", "Hand": "Hand",
    "UpLeg": "UpperLeg", "Leg": "LowerLeg", "Foot": "Foot",
}  # fmt: skip
BONES = {
    **{name: name for name in ("Hips", "Spine", "Chest", "Neck", "Head")},
    **{f"{side}{node}": f"{side}{bone}" for side in ("Left", "Right") for node, bone in _SIDES.items()},
}
"""Node of the humanoid -> Unity's name (HumanBodyBones)."""
_ROWS = [INDEX[node] for node in BONES]
_LOADED, _CALIBRATED, _NORMAL_MODE = 1, 3, 0
_ROOT = ("root", 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0)
_TIME_LASTS_S = 3600.0
"""Single precision, in which the time is sent, is fine enough for so long."""


class Vmc(DatagramOutput):
    """Bundles over UDP."""

    def __init__(self, address: Address) -> None:
        super().__init__(address)
        self._person = OnePerson(address.options["person"])
        self._start: Array | None = None if address.options["origin"] == "start" else np.zeros(3)

    def packets(self, moment: Moment) -> Iterable[bytes]:
        return bundles(self._messages(moment))

    def _messages(self, moment: Moment) -> Iterator[bytes]:
        pose = self._person.pose(moment)
        yield message("/VMC/Ext/OK", _LOADED, _CALIBRATED, _NORMAL_MODE, int(pose is not None))
        yield message("/VMC/Ext/T", moment.wall_time % _TIME_LASTS_S)
        if pose is not None:
            yield message("/VMC/Ext/Root/Pos", *_ROOT)
            yield from self._bones(pose, moment.test)

    def _bones(self, pose: PoseNow, test: bool) -> Iterator[bytes]:
        places = pose.offsets.copy()
        places[0] = pose.heads[0] - self._origin(pose, test)
        values = np.concatenate([unity.position(places), unity.quaternion(pose.local)], axis=1)
        for bone, row in zip(BONES.values(), values[_ROWS].tolist(), strict=True):
            yield message("/VMC/Ext/Bone/Pos", bone, *row)

    def _origin(self, pose: PoseNow, test: bool) -> Array:
        """(3,) metres: the point on the floor that is the avatar's origin."""
        if self._start is not None and not test:
            return self._start
        here = np.asarray(pose.heads[0] * (1.0, 0.0, 1.0))
        if not test:
            self._start = here
        return here
