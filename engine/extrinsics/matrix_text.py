"""Matrices as NumPy, MATLAB and spreadsheets print them, alone or as 'R = [...]'."""

from __future__ import annotations

import re
from typing import Any

_NUMBER = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?")
_COMMENT = re.compile(r"^[ \t]*(?:#|%(?!YAML)|//)[^\n]*$", re.MULTILINE)
_WRAPPING = re.compile(r"\b(?:np\.|numpy\.)?(?:array|matrix|mat)\s*\(|dtype[ \t]*=[ \t]*[\w.]+|[()]")
_ASSIGNMENT = re.compile(r"^[ \t]*([A-Za-z]\w*)[ \t]*[=:][ \t]*(.*)$", re.MULTILINE)
_VALUE = re.compile(r"[\[\]\s\d.,;eE+-]+")
_SIZES = (12, 16)


def read_matrix(text: str) -> list[list[float]] | None:
    """The one 3x4 or 4x4 matrix that the text consists of, None where it is something else."""
    bare = _WRAPPING.sub(" ", _COMMENT.sub("", text)).strip()
    if len(bare) > 4096 or not _VALUE.fullmatch(bare):
        return None
    rows = _rows(bare)
    if rows is None:
        return None
    numbers = [number for row in rows for number in row]
    if len(numbers) not in _SIZES:
        return None
    width = {12: 4, 16: 4}[len(numbers)]
    if len(rows) == 4 and all(len(row) == 3 for row in rows):
        width = 3
    return [numbers[at : at + width] for at in range(0, len(numbers), width)]


def read_assignments(text: str) -> dict[str, Any] | None:
    """Names with matrices, 'R = [0.9 0.1 0; …]', as MATLAB and NumPy write them; None where it is something else.

    A text that is TOML as well is left to TOML.
    """
    bare = _COMMENT.sub("", text)
    starts = list(_ASSIGNMENT.finditer(bare))
    if not starts or bare[: starts[0].start()].strip():
        return None
    if not re.search(r";|array\s*\(|\d[ \t]+[-+.\d]", bare):
        return None
    values: dict[str, Any] = {}
    for start, end in zip(starts, [*(match.start() for match in starts[1:]), len(bare)], strict=True):
        piece = _WRAPPING.sub(" ", bare[start.start(2) : end]).strip().rstrip(";").strip()
        turned = piece.endswith("]'")  # MATLAB's transpose
        value = _value(piece.rstrip("'") if turned else piece)
        values[start[1]] = _transposed(value) if turned else value
    return values


def _value(text: str) -> Any:
    if text and _VALUE.fullmatch(text):
        rows = _rows(text)
        if rows is not None:
            return rows[0][0] if rows == [rows[0][:1]] else rows[0] if len(rows) == 1 else rows
    return text.strip("'\"")


def _transposed(value: Any) -> Any:
    is_table = isinstance(value, list) and isinstance(value[0], list) and len({len(row) for row in value}) == 1
    return [list(column) for column in zip(*value, strict=True)] if is_table else value


def _rows(text: str) -> list[list[float]] | None:
    """Split into rows at semicolons, closing brackets and line ends."""
    if text.count("[") != text.count("]"):
        return None
    if re.search(r"\]\s*,?\s*\[", text):
        parts = re.split(r"\]", text)
    elif ";" in text:
        parts = text.split(";")
    else:
        parts = text.splitlines()
    rows = [[float(number) for number in _NUMBER.findall(part)] for part in parts]
    rows = [row for row in rows if row]
    return rows or None
