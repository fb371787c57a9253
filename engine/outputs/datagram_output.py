"""An output that sends datagrams to one target."""

from __future__ import annotations

from collections.abc import Iterable

from engine.outputs.datagrams import Datagrams
from engine.outputs.moment import Moment
from engine.outputs.output import Output


class DatagramOutput(Output):
    """A protocol over UDP says what its packets are."""

    def packets(self, moment: Moment) -> Iterable[bytes]:
        """The datagrams of a scene, each of at most `datagrams.LARGEST` bytes."""
        raise NotImplementedError

    def open(self) -> None:
        self._target = Datagrams(self.address.host, self.address.port)

    def send(self, moment: Moment) -> int:
        packets = list(self.packets(moment))  # all are made before the first is sent: an error sends none
        for packet in packets:
            self._target.send(packet)
        return len(packets)

    def confirm(self) -> None:
        self._target.confirm()

    def close(self) -> None:
        self._target.close()
