"""YAML's flow style, '[1, 2]' and '{a: 1}', to plain values."""

from __future__ import annotations

import re
from typing import Any

from engine.extrinsics.scalars import MAX_DEPTH, scalar


def read_flow(text: str, depth: int) -> Any:
    """The value of `text`, which stands `depth` levels deep; ValueError says what is wrong with the line."""
    flow = _Flow(text)
    value = flow.value(depth)
    if flow.peek():
        raise ValueError("goes on after its last bracket")
    return value


class _Flow:
    """Reads '[1, 2]' and '{a: 1}' one token after the other."""

    _TOKEN = re.compile(
        r"\s*(\"[^\"]*\"|'[^']*'|[\[\]{},]|:(?=[\s\[{\"'])|(?:[^\[\]{},:\s]|:(?![\s\[{\"'])| (?=[^\s:]))+)"
    )

    def __init__(self, text: str) -> None:
        self._tokens = self._TOKEN.findall(text)
        if "".join("".join(self._tokens).split()) != "".join(text.split()):
            raise ValueError("has something between its brackets that is not read here")
        self._tokens.reverse()

    def peek(self) -> str:
        """The next token, '' at the end."""
        return self._tokens[-1] if self._tokens else ""

    def _take(self) -> str:
        return self._tokens.pop() if self._tokens else ""

    def value(self, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise ValueError("is nested too deeply")
        token = self._take()
        if token == "[":
            return self._list(depth)
        if token == "{":
            return self._mapping(depth)
        if token in ("", "]", "}", ",", ":"):
            raise ValueError("has brackets or commas that do not fit")
        return scalar(token)

    def _list(self, depth: int) -> list[Any]:
        values = []
        while self.peek() != "]":
            values.append(self.value(depth + 1))
            self._separator("]")
        self._take()
        return values

    def _mapping(self, depth: int) -> dict[str, Any]:
        values = {}
        while self.peek() != "}":
            key = str(self.value(depth + 1))
            if self._take() != ":":
                raise ValueError("has a name without a value")
            values[key] = self.value(depth + 1)
            self._separator("}")
        self._take()
        return values

    def _separator(self, end: str) -> None:
        if self.peek() == ",":
            self._take()
        elif self.peek() != end:
            raise ValueError("has brackets or commas that do not fit")
