"""Makes file names printable."""

from __future__ import annotations


def printable(name: str) -> str:
    """`name` with bytes that are not UTF-8, as in Latin-1 names, replaced by U+FFFD, so that it can be printed."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
