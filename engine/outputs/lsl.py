"""LSL, the lab streaming layer: one stream a person slot, stamped with the time of capture (`lsl_layout`).

Streams announce themselves on the network by multicast, and accept connections of recorders; `lsl_api.cfg` limits that.
The library, liblsl, is part of pylsl on most systems.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from engine.outputs.address import Address, Option
from engine.outputs.lsl_layout import CHANNELS, NOBODY, describe, sample
from engine.outputs.moment import Moment
from engine.outputs.output import Output, UnusableError
from engine.outputs.slots import Slots

if TYPE_CHECKING:
    import pylsl

SLOTS = Option(
    "slots", "People", "Number of streams: each is a place for one person, who keeps it while they are known.",
    default="4", pattern=r"[1-9]|[12]\d|3[0-2]", expected="a number from 1 to 32",
)  # fmt: skip
_BUFFER_S = 60
"""Seconds that are kept for a recorder that does not read."""
_READINGS = 3


class Lsl(Output):
    """The streams of one name."""

    def __init__(self, address: Address) -> None:
        super().__init__(address)
        self._count = int(address.options["slots"])
        self._slots = Slots(self._count)
        self._outlets: list[pylsl.StreamOutlet] = []
        self._up: str | None = None

    def open(self) -> None:
        self._lsl = library()

    def send(self, moment: Moment) -> int:
        scene, captured_at = moment.snapshot.scene, moment.snapshot.frame.captured_at
        if self._up is None or (scene.camera.up != self._up and not moment.test):
            self._announce(scene.camera.up)
        stamp = captured_at + clock_offset(self._lsl.local_clock, time.monotonic)
        samples = [NOBODY] * self._count
        if not moment.test:  # an invented person would end up in somebody's data
            slots = self._slots.assign([person.id for person in scene.people], captured_at)
            for person in scene.people:
                if person.id in slots:
                    samples[slots[person.id] - 1] = sample(person, scene.camera)
        for outlet, values in zip(self._outlets, samples, strict=True):
            outlet.push_sample(values.tolist(), stamp)
        return self._count

    def close(self) -> None:
        self._outlets.clear()

    def _announce(self, up: str) -> None:
        """Offer the streams, with `up`, the axis that points up, in their headers; those of another one end."""
        self._outlets.clear()
        self._up = up
        infos = [self._header(slot, up) for slot in range(1, self._count + 1)]
        self._outlets = [self._lsl.StreamOutlet(info, 0, _BUFFER_S) for info in infos]

    def _header(self, slot: int, up: str) -> Any:
        lsl, name = self._lsl, self.address.host
        source = f"posecast-{socket.gethostname()}-{name}-{slot}"
        info = lsl.StreamInfo(f"{name}-{slot}", "MoCap", len(CHANNELS), lsl.IRREGULAR_RATE, lsl.cf_float32, source)
        describe(info.desc(), up, slot)
        return info


def library() -> Any:
    """pylsl; UnusableError if it lacks liblsl here."""
    try:
        import pylsl
    except (ImportError, RuntimeError, OSError) as error:
        raise UnusableError(
            "the library liblsl is not installed here, which LSL needs",
            "install it (github.com/sccn/liblsl/releases, or conda install -c conda-forge liblsl), or set PYLSL_LIB "
            "to its file",
        ) from error
    return pylsl


def clock_offset(local_clock: Callable[[], float], monotonic: Callable[[], float]) -> float:
    """Seconds to add to `monotonic` for LSL's clock: of a few readings, the one that took the least time."""
    readings = []
    for _ in range(_READINGS):
        before, there, after = monotonic(), local_clock(), monotonic()
        readings.append((after - before, there - (before + after) / 2))
    return min(readings)[1]
