"""Names of files as people may see them."""

from __future__ import annotations


def printable(name: str) -> str:
    """`name` with the bytes that are no UTF-8 (Latin-1 names, say) shown as U+FFFD, so that it can be printed."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
