"""Parses scalar values of YAML and XML files."""

from __future__ import annotations

import re
from typing import Any

MAX_DEPTH = 12
"""Maximum levels of nesting; camera files have four."""

# Only one way to match any digits: with `\d+\.?\d*`, a long run of them followed by a letter takes minutes.
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
    """Like `scalar`, but removes quotes: '"a"' -> 'a'."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    return scalar(text)
