"""Addresses of network streams: which are understood, and how they are shown without their secrets."""

from __future__ import annotations

import re

SCHEMES = ("rtsp", "rtsps", "http", "https")
"""What a network source may begin with, before `://`."""

_USER = re.compile(r"(://)[^/?#\s]*@")
# A password may wrongly hold a slash. A port is no password: http://host:8080/@someone keeps its host.
_PASSWORD_WITH_SLASH = re.compile(r"(://)[^/:@\s]*:(?!\d+(?:[/?#\s]|$))\S*@")
# Cameras take them in the query, or in the path: rtsp://host/user=admin&password=secret&channel=1
_PARAMETER = re.compile(
    r"(?i)((?:^|[/?&;#_-])(?:pass|passwd|password|pwd|user|usr|username|login|token|key|apikey|secret|auth|signature|sig)=)"
    r"[^&;#/\s]*"
)


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
