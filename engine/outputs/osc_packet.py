"""OSC messages and bundles as bytes, by python-osc's primitives; its builders parse again what they have built."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pythonosc.parsing.osc_types import (
    IMMEDIATELY,
    write_date,
    write_float,
    write_int,
    write_string,
)

Argument = str | float | int
_HEADER = b"#bundle\x00"
_WRITERS = {str: ("s", write_string), int: ("i", write_int), float: ("f", write_float)}


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
