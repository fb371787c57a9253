"""Tells a damaged ONNX file from a backend that cannot run a good one."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from engine.errors import ModelError, PosecastError
from engine.files import cannot_read

_BEGINNING = 64
_TEXT = frozenset(b"\t\n\r" + bytes(range(32, 127)))


def blamed(path: Path, refusal: PosecastError) -> PosecastError:
    """A backend's `refusal` to open `path`; as a ModelError where the file is damaged, whatever opens it."""
    return refusal if path.suffix != ".onnx" or _is_whole(path) else ModelError(refusal.error, refusal.hint)


def check_is_binary(path: Path) -> None:
    """ModelError where an ONNX file is a text: a web page, or what stands for a large file in a Git repository.

    OpenVINO would take it for one of TensorFlow's, and print what it thinks of that.
    """
    if path.suffix == ".onnx":
        try:
            with path.open("rb") as file:
                beginning = file.read(_BEGINNING)
        except OSError as error:
            raise cannot_read(f"the model {path}", error) from error
        if beginning and all(byte in _TEXT for byte in beginning):
            raise ModelError(f"{path} is a text, not an ONNX model", "download or export it again")


def _is_whole(path: Path) -> bool:
    try:
        model = import_module("onnx").load(str(path))  # with the data that may lie beside it
    except Exception:  # noqa: BLE001 - its parsers raise whatever they trip over
        return False
    return bool(model.graph.node)
