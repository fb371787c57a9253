"""Removes secrets from text for logs and archives: tokens, passwords, query strings.

In: any text. Out: the text with `***` in their place, and `?…` for the query of an address.
"""

from __future__ import annotations

import re
from pathlib import Path

HIDDEN = "***"
_SHORTEST = 6
"""Minimum length of a secret that is removed anywhere; a shorter one would blank out ordinary words."""

_USER = re.compile(r"(://)[^/?#\s]*@")
# A password may wrongly contain a slash. A port is not a password: http://host:8080/@someone keeps its host.
_PASSWORD_WITH_SLASH = re.compile(r"(://)[^/:@\s]*:(?!\d+(?:[/?\s]|$))\S*@")
_PASSWORD_WITH_SPACE = re.compile(r"(://)[^/:@\s][^/:@\r\n]*:(?!\d+(?:[/?\s]|$))[^/@\s][^/@\r\n]*@")
_MISTYPED = re.compile(r"(?i)\b((?:https?|rtsps?)(?::?/(?!/)|//|:///))[^\s:/@]+:[^\s/]+@")
"""http//, http:/ and the like: what was to be an address, or was taken for a path."""
# Cameras take them in the query, or in the path: rtsp://host/user=admin&password=secret&channel=1
_PARAMETER = re.compile(
    r"(?i)((?:^|[/?&;#_-])(?:pass|passwd|password|pwd|user|usr|username|login|token|key|apikey|secret|auth|signature|sig)=)"
    r"[^&;#/\s]*"
)

_QUERY = re.compile(r"(/[^\s?\"'<>]*)\?[^\s\"'<>]+")
_BEARER = re.compile(r"(?i)\b(bearer|authorization['\"]?\s*[:=]\s*['\"]?basic)\s+[A-Za-z0-9._~+/=-]{6,}")
_NAMED = re.compile(
    r"(?i)\b([a-z_-]*(?:token|password|passwd|secret|api[_-]?key|cookie))(['\"]?\s*[=:]\s*['\"]?)[^\s'\"&,;{}]+"
)


def redact(text: str) -> str:
    """`text` with user names, passwords and tokens of the addresses in it replaced by ***."""
    text = _MISTYPED.sub(r"\1***@", text)
    if "://" not in text:
        return text
    for pattern in (_PASSWORD_WITH_SLASH, _PASSWORD_WITH_SPACE, _USER):
        text = pattern.sub(r"\1***@", text)
    return _PARAMETER.sub(r"\1***", text)


class Secrets:
    """The known secrets of this run, which are removed in addition to text that looks like a secret."""

    def __init__(self, *values: str | None) -> None:
        self._values: tuple[str, ...] = ()
        self.add(*values)

    def add(self, *values: str | None) -> None:
        """Remove `values` from now on."""
        known = {*self._values, *(value for value in values if value)}
        self._values = tuple(sorted(known, key=len, reverse=True))  # a secret may start with another

    def scrub(self, text: str) -> str:
        """`text` without secrets."""
        for value in self._values:
            if len(value) >= _SHORTEST:
                text = text.replace(value, HIDDEN)
            else:
                text = re.sub(rf"\b{re.escape(value)}\b", HIDDEN, text)
        text = _QUERY.sub(r"\1?…", redact(text))
        text = _BEARER.sub(rf"\1 {HIDDEN}", text)
        return _NAMED.sub(rf"\1\2{HIDDEN}", text)


def without_home(text: str, home: str | None = None) -> str:
    """`text` with `~` for the user's home folder, whose name often contains the user's name."""
    folder = str(Path.home()) if home is None else home
    return text if folder in ("", "/") else re.sub(rf"{re.escape(folder)}(?=[/\\\s\"':,)]|$)", "~", text)
