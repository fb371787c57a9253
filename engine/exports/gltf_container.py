"""The binary container of glTF 2.0: arrays as accessors, and the file of a JSON part and a binary part."""

from __future__ import annotations

import json
import shutil
import struct
import tempfile
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

_MAGIC, _VERSION = 0x46546C67, 2
_JSON, _BIN = 0x4E4F534A, 0x004E4942
_ALIGNED = 4
"""Bytes that every part begins at a multiple of."""
_COMPONENT = {"float32": 5126, "uint16": 5123, "uint8": 5121}
"""numpy type -> componentType."""


class Container:
    """Collects arrays in a temporary file, then writes them with the document that refers to them."""

    VERTICES, INDICES = 34962, 34963
    """Targets of arrays that a graphics card reads: attributes of vertices, and their indices."""

    def __init__(self) -> None:
        self._binary = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the container
        self._accessors: list[dict[str, Any]] = []
        self._views: list[dict[str, Any]] = []
        self._size = 0

    def __enter__(self) -> Container:
        return self

    def __exit__(self, *raised: object) -> None:
        self._binary.close()

    def accessor(self, values: NDArray[Any], kind: str, *, bounds: bool = False, target: int | None = None) -> int:
        """The index of an accessor of `values`: (N,) or (N, components); `kind`: SCALAR, VEC3, …

        `bounds`: with the smallest and largest values, which glTF requires of positions and times.
        """
        entry = {
            "bufferView": len(self._views),
            "componentType": _COMPONENT[values.dtype.name],
            "count": len(values),
            "type": kind,
        }
        if bounds:
            table = values.reshape(len(values), -1)
            entry |= {"min": table.min(axis=0).tolist(), "max": table.max(axis=0).tolist()}
        view: dict[str, Any] = {"buffer": 0, "byteOffset": self._size, "byteLength": values.nbytes}
        self._views.append(view if target is None else {**view, "target": target})
        self._accessors.append(entry)
        self._binary.write(values.tobytes() + b"\0" * _padding(values.nbytes))
        self._size += values.nbytes + _padding(values.nbytes)
        return len(self._accessors) - 1

    def write(self, document: dict[str, Any], path: Path) -> None:
        """Write the file: `document` is completed with accessors, bufferViews and buffers."""
        whole = {
            **document,
            "accessors": self._accessors,
            "bufferViews": self._views,
            "buffers": [{"byteLength": self._size}],
        }
        text = json.dumps(whole, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
        text += b" " * _padding(len(text))
        with path.open("wb") as file:
            file.write(struct.pack("<III", _MAGIC, _VERSION, 12 + 8 + len(text) + 8 + self._size))
            file.write(struct.pack("<II", len(text), _JSON) + text)
            file.write(struct.pack("<II", self._size, _BIN))
            self._binary.seek(0)
            shutil.copyfileobj(self._binary, file)


def _padding(size: int) -> int:
    return -size % _ALIGNED
