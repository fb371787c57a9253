"""What is newest, from one machine to others, by way of Redis: scenes, pictures, state.

    address = bus_address("redis://hall.local/0?name=stage")
    bus = Bus(address)
    bus.put("scene", b"…", lasts_s=10)          # the publisher
    with bus.listen() as listening:             # any number of readers
        listening.follow({"scene"})
        kind, data = listening.next(timeout=1)

Everything has a time to live, so that a publisher that dies vanishes by itself, and only the newest of each kind is
kept. In: bytes. Out: bytes, or `BusError` with a reason for people; the caller tries again.
"""

from __future__ import annotations

from engine.bus.address import BusAddress, bus_address, is_bus
from engine.bus.bus import Bus, BusError, Listening
from engine.bus.clock import ComparedClock, Difference, difference
from engine.bus.keeping_on import keep_on

SCENE, STATE = "scene", "state"
"""What every publisher puts there: scenes as on the wire, and once a second JSON that says how it is."""

__all__ = [
    "SCENE",
    "STATE",
    "Bus",
    "BusAddress",
    "BusError",
    "ComparedClock",
    "Difference",
    "Listening",
    "bus_address",
    "difference",
    "is_bus",
    "keep_on",
]
