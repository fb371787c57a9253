"""The pictures that the child reads from any kind of stream: a `Reading`, decoded lazily."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from engine.capture.network.protocol import Opened
from engine.types import Image


class Refused(Exception):  # noqa: N818 (not an error of the program)
    """The received data cannot be used; the text tells the user why, and `hint` what to do."""

    def __init__(self, reason: str, hint: str = "check the address") -> None:
        super().__init__(reason)
        self.hint = hint


@dataclass(frozen=True, slots=True, eq=False)
class Received:
    decode: Callable[[], Image | None]
    """None for a damaged picture."""
    time: float | None
    """Seconds of media time; None if it has none."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    opened: Opened
    pictures: Iterator[Received]
