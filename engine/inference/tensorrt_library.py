"""The `tensorrt` package itself, and the one logger it wants a process. Imports neither it nor torch by itself."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from engine.errors import PosecastError


@cache
def runtime() -> ModuleType:
    """The `tensorrt` package; PosecastError where it is not whole."""
    try:
        return import_module("tensorrt")
    except (ImportError, OSError) as error:
        reason = str(error).strip().splitlines()[0]
        raise PosecastError(f"TensorRT does not load: {reason}", "pip install posecast[tensorrt]") from error


@cache
def logger() -> Any:
    """TensorRT wants one logger a process."""
    return runtime().Logger(runtime().Logger.ERROR)
