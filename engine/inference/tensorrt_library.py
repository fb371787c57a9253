"""The `tensorrt` package itself, and the one logger it wants a process. Imports neither it nor torch by itself."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from engine.errors import PosecastError, first_line


@cache
def runtime() -> ModuleType:
    """The `tensorrt` package; PosecastError where it is not whole."""
    try:
        return import_module("tensorrt")
    except (ImportError, OSError) as error:
        raise PosecastError(f"TensorRT does not load: {first_line(error)}", "pip install posecast[tensorrt]") from error


@cache
def logger() -> Any:
    """TensorRT wants one logger a process."""
    return runtime().Logger(runtime().Logger.ERROR)
