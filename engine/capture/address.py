"""Parses addresses of network streams."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

from engine.errors import PosecastError
from engine.redaction import redact

SCHEMES = ("rtsp", "rtsps", "http", "https")
"""What a network source may begin with, before `://`."""

_CODES = {"#": "%23", "/": "%2F", "?": "%3F"}
"""Characters that must be percent-encoded in a user name or password, since they end it."""
_SAFE = "%/?#[]@!$&'()*+,;=:~-._"
"""Characters that stay unencoded in the path and query; spaces and other alphabets do not."""


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of an address, as clients need them."""

    scheme: str
    host: str
    """Host name with port and, for IPv6, brackets."""
    rest: str
    """Path and query, percent-encoded."""
    user: str | None = None
    password: str | None = None
    """User name and password, not percent-encoded."""

    @property
    def url(self) -> str:
        """The address without user name and password."""
        return f"{self.scheme}://{self.host}{self.rest}"

    @property
    def full_url(self) -> str:
        """The address with user name and password, percent-encoded where necessary."""
        if self.user is None:
            return self.url
        password = "" if self.password is None else f":{quote(self.password, safe='')}"
        return f"{self.scheme}://{quote(self.user, safe='')}{password}@{self.host}{self.rest}"


def parse_address(text: str) -> Address:
    """Parse an address as users paste it: with capitals, spaces, or a raw @ in the password.

    PosecastError if the password seems to contain an unencoded character that ends it.
    """
    scheme, _, after = text.strip().partition("://")
    end = re.search(r"[/?#]", after)
    authority, rest = (after[: end.start()], after[end.start() :]) if end else (after, "")
    user, at, host = authority.rpartition("@")
    ends_early = end is not None and "@" in rest and (end[0] == "#" or not _is_host(host))
    if end is not None and ends_early:
        sign = end[0]
        raise PosecastError(
            f"{redact(text)} holds a {sign} in its user name or password, which ends them",
            f"write {sign} as {_CODES[sign]}",
        )
    name, colon, password = user.partition(":")
    if scheme.lower().startswith("http"):  # RTSP has no fragments
        rest = rest.partition("#")[0]
    secrets = unquote(name) if at else None, unquote(password) if at and colon else None
    return Address(scheme.lower(), host, quote(rest, safe=_SAFE), *secrets)


def _is_host(text: str) -> bool:
    """Whether a port, where there is one, is a number."""
    return re.fullmatch(r"(\[[^\]]*\]|[^:]*)(:\d*)?", text) is not None


def scheme_of(text: str) -> str | None:
    """The scheme in lower case: 'rtsp' of 'RTSP://...'; None if the text is not an address."""
    scheme, separator, _ = text.partition("://")
    return scheme.lower() if separator else None
