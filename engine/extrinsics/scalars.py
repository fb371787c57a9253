"""Single values as YAML and XML files write them."""

from __future__ import annotations

import re
from typing import Any

MAX_DEPTH = 12
"""Levels of nesting that a file may have; camera files have four."""

# One way only to read any digits: with `\d+\.?\d*` a long run of them followed by a letter takes minutes.
_NUMBER = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?")
_WORDS = {
    "": None, "~": None, "null": None, "true": True, "false": False,
    ".inf": float("inf"), "+.inf": float("inf"), "-.inf": float("-inf"), ".nan": float("nan"),
}  # fmt: skip


def scalar(text: str) -> Any:
    """'1.5' -> 1.5, '012' -> 12.0, '.Nan' -> nan, 'metres' -> 'metres', '1:30' -> '1:30', '' -> None."""
    text = text.strip()
    if _NUMBER.fullmatch(text):
        return float(text)
    return _WORDS.get(text.lower(), text)


def scalar_or_quoted(text: str) -> Any:
    """As `scalar`, but '"a"' -> 'a'."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    return scalar(text)
