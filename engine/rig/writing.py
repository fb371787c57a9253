"""Writes `offset_s` into the text of a rig's file, where the rest stays as it is: comments, order, spelling."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping

from engine.errors import PosecastError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_TABLE = re.compile(r"\s*\[(?P<key>[^\[\]]+)\]\s*(#.*)?$")
_OFFSET = re.compile(r"(?P<before>\s*offset_s\s*=\s*)[^#\s]+(?P<after>.*)$", re.DOTALL)


def with_offsets(text: str, offsets: Mapping[str, float]) -> str:
    """The text with the offsets of the cameras named; PosecastError if it is written in a way that hides them."""
    left, lines = dict(offsets), []
    inside: str | None = None
    for line in text.splitlines(keepends=True):
        if _TABLE.match(line):
            inside = _camera_of(line)
            lines.append(line if line.endswith("\n") else line + "\n")
            if inside in left:
                lines.append(f"offset_s = {left.pop(inside):.4f}\n")
            continue
        if inside in offsets and _OFFSET.match(line):
            continue
        lines.append(line)
    written = "".join(lines)
    if left or not _is_as_meant(text, written, offsets):
        values = ", ".join(f"{name}: offset_s = {seconds:.4f}" for name, seconds in offsets.items())
        raise PosecastError("the offsets cannot be written into the rig's file", f"write them yourself: {values}")
    return written


def _camera_of(line: str) -> str | None:
    """The name of the camera whose table the line begins; None for another table."""
    try:
        table = tomllib.loads(line)
    except ValueError:
        return None
    cameras = table.get("cameras")
    return next(iter(cameras)) if isinstance(cameras, dict) and len(cameras) == 1 else None


def _is_as_meant(before: str, after: str, offsets: Mapping[str, float]) -> bool:
    """Whether nothing but the offsets has changed."""
    meant = tomllib.loads(before)
    for name, seconds in offsets.items():
        meant["cameras"][name]["offset_s"] = float(f"{seconds:.4f}")
    try:
        return bool(tomllib.loads(after) == meant)
    except ValueError:
        return False
