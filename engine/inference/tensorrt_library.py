"""The `tensorrt` package, imported at its first use, and the one logger that it takes per process."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from engine.errors import PosecastError, first_line


@cache
def runtime() -> ModuleType:
    """The `tensorrt` package; PosecastError where it does not load."""
    try:
        return import_module("tensorrt")
    except (ImportError, OSError) as error:
        raise PosecastError(f"TensorRT does not load: {first_line(error)}", "pip install posecast[tensorrt]") from error


@cache
def logger() -> Any:
    """The logger: TensorRT takes one per process."""
    return runtime().Logger(runtime().Logger.ERROR)
