"""The part of YAML that camera files use, to plain values: what OpenCV's FileStorage and ROS write, and people by hand.

Mappings and lists by indentation, flow lists and mappings over several lines, quoted and plain scalars, comments.
Tags are passed over; anchors, aliases, block texts and several documents are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple, NoReturn

from engine.errors import PosecastError
from engine.extrinsics.scalars import MAX_DEPTH, scalar
from engine.extrinsics.yaml_flow import read_flow


def read_yaml(text: str) -> Any:
    """The values of the one document in `text`."""
    reader = _Reader(list(_lines(text)))
    values = reader.block(0) if reader.lines else None
    if reader.at < len(reader.lines):
        _refuse(reader.lines[reader.at], "is indented in a way that makes no sense")
    return values


class _Line(NamedTuple):
    number: int
    indent: int
    text: str


def _refuse(line: _Line, what: str) -> NoReturn:
    raise PosecastError(f"not YAML: line {line.number} {what}", "mend or export it again")


def _lines(text: str) -> Iterator[_Line]:
    """The lines that say something, without comments, directives and document marks."""
    said = False
    for number, raw in enumerate(text.splitlines(), 1):
        content = _without_comment(raw.replace("\t", " ")).rstrip()
        line = _Line(number, len(content) - len(content.lstrip()), content.strip())
        if line.text.startswith("---") and said:
            _refuse(line, "starts another document")
        if line.text and line.text[0] != "%" and line.text.split()[0] not in ("---", "..."):
            said = True
            yield line


def _without_comment(line: str) -> str:
    quote = ""
    for position, character in enumerate(line):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character == "#" and (position == 0 or line[position - 1] == " "):
            return line[:position]
    return line


class _Reader:
    """Reads lines one after the other; `at` is the next one."""

    def __init__(self, lines: list[_Line]) -> None:
        self.lines = lines
        self.at = 0

    def block(self, depth: int) -> Any:
        """The mapping or list that starts at the next line."""
        line = self.lines[self.at]
        if depth > MAX_DEPTH:
            _refuse(line, "is nested too deeply")
        return self._items(line.indent, depth) if _is_item(line.text) else self._mapping(line.indent, depth)

    def _here(self, indent: int, items: bool) -> _Line | None:
        """The next line, where it goes on with the block at `indent`."""
        line = self.lines[self.at] if self.at < len(self.lines) else None
        return line if line and line.indent == indent and _is_item(line.text) == items else None

    def _mapping(self, indent: int, depth: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while line := self._here(indent, items=False):
            pair = _key_and_rest(line.text)
            if pair is None:
                _refuse(line, "is no 'name: value'")
            self.at += 1
            values[pair[0]] = self._value(line, pair[1], depth)
        return values

    def _items(self, indent: int, depth: int) -> list[Any]:
        values = []
        while line := self._here(indent, items=True):
            rest = line.text[1:].lstrip()
            if _is_item(rest) or (rest[:1] not in ("[", "{") and _key_and_rest(rest)):
                self.lines[self.at] = _Line(line.number, indent + len(line.text) - len(rest), rest)
                values.append(self.block(depth + 1))
            else:
                self.at += 1
                values.append(self._value(line, rest, depth))
        return values

    def _value(self, line: _Line, rest: str, depth: int) -> Any:
        """What stands behind 'name:' or '-' on `line`: there, or on the lines below it."""
        rest = re.sub(r"^!\S*\s*", "", rest)
        following = self.lines[self.at] if self.at < len(self.lines) else None
        if not rest:
            deeper = following and following.indent > line.indent
            item = following and following.indent == line.indent and _is_item(following.text)
            return self.block(depth + 1) if deeper or (item and not _is_item(line.text)) else None
        if rest[0] in "&*|>":
            _refuse(line, f"uses '{rest[0]}', which is not read here")
        return self._flow(line, rest, depth) if rest[0] in "[{" else scalar(rest)

    def _flow(self, line: _Line, text: str, depth: int) -> Any:
        """A list or mapping in brackets that starts with `text` and ends lines later."""
        parts, open_brackets = [text], _opened(text)
        while open_brackets > 0 and self.at < len(self.lines):
            parts.append(self.lines[self.at].text)
            open_brackets += _opened(parts[-1])
            self.at += 1
        try:
            return read_flow(" ".join(parts), depth + 1)
        except ValueError as error:
            _refuse(line, str(error))


def _is_item(text: str) -> bool:
    return text == "-" or text.startswith("- ")


def _key_and_rest(text: str) -> tuple[str, str] | None:
    """'name: value' -> ('name', 'value'); None where it is something else."""
    if text[:1] in ("'", '"'):
        end = text.find(text[0], 1)
        key, rest = text[1:end], text[end + 1 :].lstrip()
        return (key, rest[1:].lstrip()) if end > 0 and rest[:1] == ":" else None
    key, colon, rest = (text + " ").partition(": ")
    return (key.strip(), rest.strip()) if colon and key.strip() else None


def _opened(text: str) -> int:
    """Brackets opened less brackets closed, outside quotes."""
    bare = re.sub(r"\"[^\"]*\"|'[^']*'", "", text)
    return sum(bare.count(bracket) for bracket in "[{") - sum(bare.count(bracket) for bracket in "]}")
