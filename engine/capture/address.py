"""Addresses of network streams: which are understood."""

from __future__ import annotations

SCHEMES = ("rtsp", "rtsps", "http", "https")
"""What a network source may begin with, before `://`."""


def scheme_of(text: str) -> str | None:
    """'rtsp' of 'RTSP://...', in lower case; None for what is no address."""
    scheme, separator, _ = text.partition("://")
    return scheme.lower() if separator else None
