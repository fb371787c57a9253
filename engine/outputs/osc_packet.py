"""OSC messages and bundles as bytes, by python-osc's primitives; its builders parse again what they have built."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from pythonosc.parsing.osc_types import (
    IMMEDIATELY,
    write_date,
    write_float,
    write_int,
    write_string,
)

Argument = str | float | int
_HEADER = b"#bundle\x00"
_EMPTY, _LENGTH = 16, 4
"""Bytes of a bundle without messages, and of the length before each."""
ONE_PACKET = 1472
"""Bytes of the payload that Ethernet carries in one packet: a larger datagram is lost as a whole if one part is."""
_WRITERS: dict[type, tuple[str, Callable[[Any], bytes]]] = {
    str: ("s", write_string),
    int: ("i", write_int),
    float: ("f", write_float),
}


def message(address: str, *arguments: Argument) -> bytes:
    """One message; ints are 32 bit, floats single precision."""
    written = [(tag, write(value)) for tag, write, value in ((*_WRITERS[type(one)], one) for one in arguments)]
    tags = "".join(tag for tag, _ in written)
    return write_string(address) + write_string(f",{tags}") + b"".join(data for _, data in written)


def floats(address: str, values: Sequence[float]) -> bytes:
    """One message of floats."""
    return message(address, *map(float, values))


def bundle(messages: Iterable[bytes], wall_time: float | None = None) -> bytes:
    """Messages of one moment; `wall_time` in seconds since 1970, None: immediately."""
    stamp = write_date(IMMEDIATELY if wall_time is None else wall_time)
    return _HEADER + stamp + b"".join(write_int(len(one)) + one for one in messages)


def bundles(messages: Iterable[bytes], wall_time: float | None = None) -> Iterator[bytes]:
    """Messages of one moment in as many bundles as it takes, each in one packet of the network."""
    together: list[bytes] = []
    size = _EMPTY
    for one in messages:
        if together and size + _LENGTH + len(one) > ONE_PACKET:
            yield bundle(together, wall_time)
            together, size = [], _EMPTY
        together.append(one)
        size += _LENGTH + len(one)
    if together:
        yield bundle(together, wall_time)
