"""OSC: every joint of every person as a message, one bundle a person, stamped with the time of the picture.

    /posecast/scene        frame (int), time (s), number of people (int), the world's axis that points up ("+y")
    /posecast/people       the people's numbers (ints)
    /posecast/person/N/id  the person's id (int), score 0..1
    /posecast/person/N/J   x y z of joint J in metres, world frame, for each of the 19 joints (engine.skeleton.JOINTS)

N is the person's id, or with `number=slot` a small number that is free again once the person has gone.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.geometry import Camera
from engine.outputs.address import Address, Option
from engine.outputs.datagram_output import DatagramOutput
from engine.outputs.moment import Moment
from engine.outputs.osc_packet import bundle, floats, message
from engine.outputs.slots import Slots
from engine.skeleton import JOINTS
from engine.types import Person
from engine.wire.score import score

NUMBER = Option(
    "number", "People are numbered by",
    "id: as on the page, ever new ones. slot: 1, 2, 3 …, free again when somebody has gone.",
    default="id", choices=("id", "slot"),
)  # fmt: skip


class Osc(DatagramOutput):
    """Bundles over UDP."""

    def __init__(self, address: Address) -> None:
        super().__init__(address)
        self._slots = Slots() if address.options["number"] == "slot" else None

    def packets(self, moment: Moment) -> Iterator[bytes]:
        """A bundle for the scene, and one for each person: each fits into one packet of the network."""
        scene = moment.snapshot.scene
        numbers = self._numbers(moment)
        head = [
            message("/posecast/scene", scene.frame_index, float(scene.time), len(scene.people), scene.camera.up),
            message("/posecast/people", *numbers.values()),
        ]
        yield bundle(head, moment.wall_time)
        for person in scene.people:
            if person.id in numbers:
                yield bundle(_messages(person, numbers[person.id], scene.camera), moment.wall_time)

    def _numbers(self, moment: Moment) -> dict[int, int]:
        ids = [person.id for person in moment.snapshot.scene.people]
        return {one: one for one in ids} if self._slots is None else self._slots.assign(ids, moment.wall_time)


def _messages(person: Person, number: int, camera: Camera) -> Iterator[bytes]:
    begin = f"/posecast/person/{number}"
    yield message(f"{begin}/id", person.id, score(person.pose2d))
    if person.pose3d is not None:
        for name, place in zip(JOINTS, camera.world_from_camera(person.pose3d.joints).tolist(), strict=True):
            yield floats(f"{begin}/{name}", place)
