"""Bytes to plain values: dictionaries, lists, numbers, strings and matrices, whichever way they were written.

Nothing here knows about cameras. Input is not trusted: no entities, no references, bounded depth.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.errors import PosecastError
from engine.extrinsics.scalars import MAX_DEPTH
from engine.extrinsics.xml_storage import read_xml
from engine.extrinsics.yaml_storage import read_yaml
from engine.geometry import Array


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """What a file holds."""

    values: dict[str, Any]
    storage: bool
    """Whether OpenCV's FileStorage wrote it: YAML, XML, or JSON with its matrices."""


def read_document(data: bytes) -> Document:
    """The values of a JSON, XML or YAML file; matrices in it as arrays."""
    text = _text(data).strip()
    if not text:
        raise PosecastError("the file is empty", "choose a camera file")
    if text[0] in "{[":
        values, storage = _json(text), _matrix_in(text)
    else:
        values, storage = (read_xml(text) if text[0] == "<" else read_yaml(text)), True
    values = _with_matrices(values, MAX_DEPTH)
    if not isinstance(values, dict):  # a single matrix is none either
        raise PosecastError("the file holds no names with values", "it should say R and t")
    return Document(values, storage)


def _text(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PosecastError("the file is not text", "give JSON, YAML or XML, saved as UTF-8") from error
    if "\0" in text:
        raise PosecastError("the file is not text", "give JSON, YAML or XML, saved as UTF-8")
    return text


def _json(text: str) -> Any:
    try:
        values = json.loads(text)
        json.dumps(values, ensure_ascii=False).encode()  # half a surrogate pair, escaped, can be said nowhere
        return values
    except UnicodeEncodeError as error:
        raise PosecastError("a name in it is no text", "export it again") from error
    except json.JSONDecodeError as error:
        raise PosecastError(
            f"not JSON: {error.msg} in line {error.lineno}, column {error.colno}", "mend or export it again"
        ) from error
    except (ValueError, RecursionError) as error:
        raise PosecastError("not JSON: nested too deeply, or a number too long", "export it again") from error


def _matrix_in(text: str) -> bool:
    return '"opencv-matrix"' in text or '"opencv-nd-matrix"' in text


def _with_matrices(value: Any, depth: int, name: str = "the file") -> Any:
    """`value` with every {rows, cols, data} and {sizes, data} in it made an array."""
    if depth == 0:
        raise PosecastError(f"{name} is nested too deeply", "give R and t at the top")
    if isinstance(value, list):
        return [_with_matrices(item, depth - 1, name) for item in value]
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
        raise PosecastError(f"the matrix {name} says {told}, and holds {array.size} numbers", "export it again")
    return array.reshape(shape)
