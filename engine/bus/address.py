"""Where a bus is, and what is published there: `redis://[USER:PASSWORD@]HOST[:PORT][/DB][?name=NAME&ca=FILE]`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from engine.errors import PosecastError

SCHEMES = ("redis", "rediss")
DEFAULT_PORT = 6379
DEFAULT_NAME = "main"
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9])?")
_HINT = "write redis://HOST[:PORT][/DB][?name=NAME], or rediss:// for TLS"


@dataclass(frozen=True, slots=True)
class BusAddress:
    """An address that was read."""

    host: str
    port: int
    database: int
    name: str
    """What is published there, or read."""
    tls: bool = False
    ca: Path | None = None
    """The certificate that signed the server's; None: the usual ones of this machine."""
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def shown(self) -> str:
        """The address without secrets."""
        return f"{SCHEMES[self.tls]}://{self.host}:{self.port}/{self.database}?name={self.name}"


def is_bus(text: str) -> bool:
    """Whether `text` is meant as the address of a bus."""
    return text.lower().startswith(tuple(f"{scheme}:" for scheme in SCHEMES))


def bus_address(text: str) -> BusAddress:
    """PosecastError, in which no secret is, for what is not an address."""
    try:
        parts = urlsplit(text)
        port = parts.port or DEFAULT_PORT
    except ValueError:
        raise PosecastError("the address of Redis has no valid host or port", _HINT) from None
    if parts.scheme not in SCHEMES or not parts.hostname or parts.fragment:
        raise PosecastError("this is no address of Redis", _HINT)
    if not re.fullmatch(r"/?|/\d{1,4}", parts.path):
        raise PosecastError("the database of the address of Redis is no number", _HINT)
    options = _options(parts.query)
    return BusAddress(
        parts.hostname,
        port,
        int(parts.path.strip("/") or 0),
        options.get("name", DEFAULT_NAME),
        parts.scheme == SCHEMES[True],
        Path(options["ca"]).expanduser() if "ca" in options else None,
        unquote(parts.username) if parts.username else None,
        unquote(parts.password) if parts.password else None,
    )


def _options(query: str) -> dict[str, str]:
    found = dict(parse_qsl(query, keep_blank_values=True))
    for unknown in found.keys() - {"name", "ca"}:
        raise PosecastError(f"the address of Redis has an unknown option {unknown!r:.40}", _HINT)
    if not _NAME.fullmatch(found.get("name", DEFAULT_NAME)):
        raise PosecastError(f"{found['name']!r:.40} is no name of a publisher", "use letters, digits and - _ .")
    return found
