"""A protocol of live outputs: its names for people, what its addresses consist of, and what makes its outputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.outputs.address import Address, Option
from engine.outputs.output import Output


@dataclass(frozen=True, slots=True, eq=False)
class Scheme:
    """A protocol, and what its addresses look like."""

    title: str
    about: str
    """One sentence: who receives it."""
    example: str
    """A whole address."""
    make: Callable[[Address], Output]
    """Makes the output. PosecastError for an address that it cannot use."""
    port: int | None = None
    """The usual port; None if an address must name one, or has none."""
    host: bool = True
    """Whether it has a host; otherwise it has the form SCHEME:NAME."""
    path: bool = False
    """Whether a path may follow the host."""
    login: bool = False
    """Whether user and password may precede the host."""
    options: tuple[Option, ...] = ()
    note: str = ""
    """What else one must know before it is turned on."""
    own_query: bool = False
    """Whether everything after the host, including a query, is the target's own: it is passed on, and never shown."""
