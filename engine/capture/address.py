"""Addresses of network streams: which are understood, and how they are shown without their secrets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

from engine.errors import PosecastError

SCHEMES = ("rtsp", "rtsps", "http", "https")
"""What a network source may begin with, before `://`."""

_USER = re.compile(r"(://)[^/?#\s]*@")
# A password may wrongly hold a slash. A port is no password: http://host:8080/@someone keeps its host.
_PASSWORD_WITH_SLASH = re.compile(r"(://)[^/:@\s]*:(?!\d+(?:[/?\s]|$))\S*@")
# Cameras take them in the query, or in the path: rtsp://host/user=admin&password=secret&channel=1
_PARAMETER = re.compile(
    r"(?i)((?:^|[/?&;#_-])(?:pass|passwd|password|pwd|user|usr|username|login|token|key|apikey|secret|auth|signature|sig)=)"
    r"[^&;#/\s]*"
)

_CODES = {"#": "%23", "/": "%2F", "?": "%3F"}
"""What must not stand in a user name or password as it is, since it ends them."""
_SAFE = "%/?#[]@!$&'()*+,;=:~-._"
"""What stays in the path and query as it is; spaces and other alphabets do not."""


@dataclass(frozen=True, slots=True)
class Address:
    """An address in parts, as clients take it."""

    scheme: str
    host: str
    """With the port, and the brackets of IPv6."""
    rest: str
    """Path and query, percent-encoded."""
    user: str | None = None
    password: str | None = None
    """Both as they are, not percent-encoded."""

    @property
    def url(self) -> str:
        """Without user and password."""
        return f"{self.scheme}://{self.host}{self.rest}"

    @property
    def full_url(self) -> str:
        """With user and password, percent-encoded where need be."""
        if self.user is None:
            return self.url
        password = "" if self.password is None else f":{quote(self.password, safe='')}"
        return f"{self.scheme}://{quote(self.user, safe='')}{password}@{self.host}{self.rest}"


def parse_address(text: str) -> Address:
    """What clients of every kind make of it, from what people paste: capitals, spaces, a raw @ in the password.

    PosecastError where a password seems to hold what ends it.
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
    """'rtsp' of 'RTSP://...', in lower case; None for what is no address."""
    scheme, separator, _ = text.partition("://")
    return scheme.lower() if separator else None


def redact(text: str) -> str:
    """`text` with user names, passwords and tokens of the addresses in it replaced by ***."""
    if "://" not in text:
        return text
    for pattern in (_PASSWORD_WITH_SLASH, _USER):
        text = pattern.sub(r"\1***@", text)
    return _PARAMETER.sub(r"\1***", text)
