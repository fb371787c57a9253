"""UDP JSON: one scene a datagram, the same JSON as everywhere else (docs/data.md).

A scene that is larger than a datagram becomes several, each a whole scene with some of the people, and with
`"part": [1, 3]`: the first of three.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from engine.outputs.address import Address, Option
from engine.outputs.datagram_output import DatagramOutput
from engine.outputs.datagrams import LARGEST
from engine.outputs.moment import Moment
from engine.wire import Wire, dumps

SIZE = Option(
    "size", "Largest datagram", "Bytes; a larger scene is sent in parts, each with some of the people.",
    default=str(LARGEST), pattern=r"\d{4,5}", expected="a number of bytes from 1000 to 65507",
)  # fmt: skip
_PART = len(',"part":[1000,1000]')
"""Bytes that the mark of a part takes."""


class UdpJson(DatagramOutput):
    """Datagrams of JSON."""

    def __init__(self, address: Address) -> None:
        super().__init__(address)
        self._size = min(int(address.options["size"]), LARGEST)

    def packets(self, moment: Moment) -> Iterable[bytes]:
        return datagrams(moment.text(), self._size)


def datagrams(text: str, size: int) -> Iterator[bytes]:
    """A scene's JSON in datagrams of at most `size` bytes each, if one person fits into that."""
    whole = text.encode()
    if len(whole) <= size:
        yield whole
        return
    scene: Wire = json.loads(text)
    groups = list(_groups(scene, size))
    for number, people in enumerate(groups, 1):
        yield dumps({**scene, "people": people, "part": [number, len(groups)]}).encode()


def _groups(scene: Wire, size: int) -> Iterator[list[Wire]]:
    """The people in groups, as many together as fit."""
    room = size - len(dumps({**scene, "people": []}).encode()) - _PART
    group: list[Wire] = []
    used = 0
    for person in scene["people"]:
        needed = len(dumps(person).encode()) + 1
        if group and used + needed > room:
            yield group
            group, used = [], 0
        group.append(person)
        used += needed
    yield group
