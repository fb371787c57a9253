"""Parses bytes of any supported syntax into plain values: dictionaries, lists, numbers, strings and matrices.

Nothing here depends on cameras. Input is not trusted: no entities, no references, bounded depth, no repeated names.
"""

from __future__ import annotations

import json
import math
import re
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.errors import PosecastError
from engine.extrinsics.colmap import read_colmap
from engine.extrinsics.matrix_text import read_assignments, read_matrix
from engine.extrinsics.qualisys import is_qualisys, read_qualisys
from engine.extrinsics.scalars import MAX_DEPTH
from engine.extrinsics.skeletool import read_skeletool
from engine.extrinsics.xml_storage import parse_xml, storage_values
from engine.extrinsics.yaml_text import read_yaml
from engine.geometry import Array

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_TABLE = re.compile(
    r"^[ \t]*\[\[?[ \t]*[A-Za-z_\"'][\w .\"'-]*\]\]?[ \t]*(#.*)?$|^[ \t]*[\w.\"-]+[ \t]*=", re.MULTILINE
)
"""A line of TOML: [name], or name = value."""
_SPACED = re.compile(r"\[\s*[-+\d.eE]+[ \t]+[-+\d.]")
"""Numbers in brackets with spaces between them."""
_BROKEN = "correct it, or export it again"


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """The content of a file."""

    values: dict[str, Any]
    kind: str
    """'json', 'toml', 'storage' (YAML, XML, and JSON with matrices in the form of OpenCV's FileStorage), or the format
    of the camera file if only that format uses its syntax."""


def read_document(data: bytes) -> Document:
    """The values of a camera file of any kind; matrices in it as arrays."""
    text = _text(data).strip()
    if not text:
        raise PosecastError("the file is empty", "choose a camera file")
    kind, values = _values(text)
    values = _with_matrices(values, MAX_DEPTH)
    if isinstance(values, list) and values and all(isinstance(item, dict) for item in values):
        values = {"cameras": values}
    if not isinstance(values, dict):  # a single matrix, a list of numbers
        raise PosecastError("expected keys such as R and t, and found none", "it should say R and t")
    return Document(values, kind)


def _values(text: str) -> tuple[str, Any]:
    if text[0] == "<":
        root = parse_xml(text)
        return ("qualisys", read_qualisys(root)) if is_qualisys(root) else ("storage", storage_values(root))
    if text.lower().startswith("skeletool"):
        return "skeletool", read_skeletool(text)
    if (matrix := read_matrix(text)) is not None:
        return "matrix", {"matrix": matrix}
    if (cameras := read_colmap(text)) is not None:
        return "colmap", cameras
    if text[0] == "{" or (text[0] == "[" and not _TABLE.match(text)):
        return "storage" if _matrix_in(text) else "json", _json(text)
    if re.match(r"%YAML|---", text):
        return "storage", read_yaml(text)
    is_table = _TABLE.search(text) is not None
    if (is_table or _SPACED.search(text)) and (values := read_assignments(text)) is not None:
        return "matrix", values
    return ("toml", _toml(text)) if is_table else ("storage", read_yaml(text))


def _text(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PosecastError("the file is not text", "give JSON, YAML, TOML or XML, saved as UTF-8") from error
    if "\0" in text:
        raise PosecastError("the file is not text", "give JSON, YAML, TOML or XML, saved as UTF-8")
    return text


def _json(text: str) -> Any:
    try:
        values = json.loads(text, object_pairs_hook=_once)
        json.dumps(values, ensure_ascii=False).encode()  # an escaped half of a surrogate pair cannot be encoded
        return values
    except UnicodeEncodeError as error:
        raise PosecastError("a name in it is no text", "export it again") from error
    except json.JSONDecodeError as error:
        raise PosecastError(f"not JSON: {error.msg} in line {error.lineno}, column {error.colno}", _BROKEN) from error
    except (ValueError, RecursionError) as error:
        raise PosecastError("not JSON: nested too deeply, or a number too long", "export it again") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in pairs:
        if name in values:
            raise PosecastError(f"{name} occurs twice", "keep the correct one")
        values[name] = value
    return values


def _toml(text: str) -> Any:
    for line in text.splitlines():
        # The library's time grows with the square of a dotted name's depth.
        if _TABLE.match(line) and line.split("=")[0].count(".") > MAX_DEPTH:
            raise PosecastError("not TOML: nested too deeply", "give R and t at the top")
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        raise PosecastError(f"not TOML: {error}", _BROKEN) from error
    except (ValueError, RecursionError) as error:
        raise PosecastError("not TOML: nested too deeply, or a number too long", "export it again") from error


def _matrix_in(text: str) -> bool:
    return '"opencv-matrix"' in text or '"opencv-nd-matrix"' in text


def _with_matrices(value: Any, depth: int, name: str = "the file") -> Any:
    """`value` with every {rows, cols, data} and {sizes, data} in it made an array."""
    if depth == 0:
        raise PosecastError(f"{name} is nested too deeply", "give R and t at the top")
    if isinstance(value, list):
        return [_with_matrices(item, depth - 1, name) if isinstance(item, (list, dict)) else item for item in value]
    if not isinstance(value, dict):
        return value
    if {"rows", "cols", "data"} <= value.keys():
        return _matrix(name, [value["rows"], value["cols"]], value["data"])
    if {"sizes", "data"} <= value.keys():
        return _matrix(name, value["sizes"], value["data"])
    return {str(key): _with_matrices(item, depth - 1, str(key)) for key, item in value.items()}


def _matrix(name: str, lengths: Any, data: Any) -> Array:
    """The array of OpenCV's opencv-matrix, and of the opencv-nd-matrix that it writes since version 5."""
    try:
        shape = tuple(int(length) for length in np.atleast_1d(lengths))
        array = np.array(data, dtype=float).ravel()
    except (TypeError, ValueError, OverflowError) as error:
        raise PosecastError(f"the matrix {name} is not made of numbers", "export it again") from error
    if min(shape, default=-1) < 0 or array.size != math.prod(shape) or len(shape) > 3:
        told = " x ".join(str(length) for length in shape[:3])
        raise PosecastError(f"the matrix {name} is declared {told}, but holds {array.size} numbers", "export it again")
    return array.reshape(shape)
