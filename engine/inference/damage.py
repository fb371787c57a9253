"""Distinguishes a damaged ONNX file from a backend that cannot run a valid one."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from engine.errors import ModelError, PosecastError
from engine.files import cannot_read

_BEGINNING = 64
_TEXT = frozenset(b"\t\n\r" + bytes(range(32, 127)))


def blamed(path: Path, refusal: PosecastError) -> PosecastError:
    """A backend's `refusal` to open `path`, as a ModelError if the file is damaged, so that no backend can open it."""
    return refusal if path.suffix != ".onnx" or _is_whole(path) else ModelError(refusal.error, refusal.hint)


def check_is_binary(path: Path) -> None:
    """ModelError if an ONNX file is text: a web page, or a Git LFS pointer.

    OpenVINO would read it as a TensorFlow model, and print errors.
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
        model = import_module("onnx").load(str(path))  # with external data beside it
    except Exception:  # noqa: BLE001 - its parsers raise all kinds of exceptions
        return False
    return bool(model.graph.node)
