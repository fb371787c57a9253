"""The address of a live output: `SCHEME://[USER:PASSWORD@]HOST:PORT[/PATH][?OPTION=VALUE&…]`.

What may be secret in it (user, password, marked options) is in no message: texts for people show `Address.shown`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.redaction import HIDDEN, redact

_USER = re.compile(r"(?<=:)(/*)[^?#]*@")
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*(?=:)")


@dataclass(frozen=True, slots=True)
class Option:
    """A part of an address after `?`."""

    name: str
    label: str
    """What the panel calls it."""
    about: str
    default: str = ""
    choices: tuple[str, ...] = ()
    """The values that it may have; none: any that matches `pattern`."""
    pattern: str = ".*"
    expected: str = ""
    """What a value must be, in words, for those that `pattern` refuses."""
    secret: bool = False

    def problem(self, value: str) -> str | None:
        """What the value must be, if it is not that."""
        if self.choices:
            return None if value in self.choices else f"one of {', '.join(self.choices)}"
        return None if re.fullmatch(self.pattern, value) else self.expected


RATE = Option(
    "rate", "At most, per second", "Scenes per second at most; empty: every one.",
    pattern=r"|0*[1-9]\d{0,2}(\.\d+)?|0\.\d*[1-9]\d*", expected="a number of scenes per second, such as 10",
)  # fmt: skip
"""An option of every output."""


@dataclass(frozen=True, slots=True, eq=False)
class Address:
    """An address that was read."""

    text: str
    """As it was given: with its secrets."""
    scheme: str
    host: str
    """Name or number; the NAME of schemes without a host."""
    port: int
    """0 if the scheme has none."""
    path: str = ""
    """Without the slash at its beginning."""
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    options: Mapping[str, str] = field(default_factory=dict)
    """All options of the scheme, with their defaults."""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """What no text for people may contain."""
    shown: str = ""
    """The address without its secrets."""

    @property
    def rate(self) -> float | None:
        """Scenes per second at most."""
        return float(self.options["rate"]) if self.options.get("rate") else None

    @property
    def place(self) -> str:
        """HOST:PORT, for messages."""
        return f"{self.host}:{self.port}" if self.port else self.host


def without_login(text: str) -> str:
    """Any text that was to be an address, without what may be user and password."""
    return redact(_USER.sub(rf"\1{HIDDEN}@", text))


def scheme_of(text: str) -> str:
    """The scheme of an address, in lower case; empty without one."""
    found = _SCHEME.match(text)
    return found.group().lower() if found else ""
