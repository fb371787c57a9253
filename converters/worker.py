"""The child process of `engine.models.job`: does the job that is written in a folder."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from engine.errors import ModelError, PosecastError
from engine.files import room_for
from engine.models.job import Job

_NICENESS = 10
_PR_SET_PDEATHSIG = 1

CONVERSIONS = {
    "onnx": ("converters.to_onnx", "run"),
    "openvino": ("converters.to_openvino", "run"),
    "int8-openvino": ("converters.quantize", "run"),
    "int8-onnxruntime": ("converters.quantize_onnx", "run"),
    "int8-tensorrt": ("converters.quantize_onnx", "run_for_tensorrt"),
    "tensorrt": ("converters.to_tensorrt", "run"),
    "torch2trt": ("converters.to_tensorrt", "run_torch2trt"),
}
"""(module, function) by kind of job; each imports its libraries when it is run."""


def main(folder: Path) -> int:
    _yield_to_others()
    _die_with_parent()
    job = Job.from_json((folder / "job.json").read_text(encoding="utf-8"))
    with (folder / "messages.jsonl").open("a", encoding="utf-8") as file:

        def send(**message: Any) -> None:
            file.write(json.dumps(message) + "\n")
            file.flush()

        def progress(step: str, fraction: float | None, message: str) -> None:
            send(step=step, fraction=fraction, message=message)

        try:
            module, function = CONVERSIONS[job.kind]
            with room_for(job.target):
                result = getattr(import_module(module), function)(job, progress)
                if job.judged:
                    result = import_module("converters.acceptance").judge_on_few(job, progress)
        except PosecastError as error:
            send(error=error.error, hint=error.hint, of_model=isinstance(error, ModelError))
            return 2
        send(result=result or {})
    return 0


def _yield_to_others() -> None:
    if hasattr(os, "nice"):
        os.nice(_NICENESS)


def _die_with_parent() -> None:
    """Linux only: elsewhere a child whose parent was killed works on to its end."""
    if sys.platform == "linux":
        parent = os.getppid()
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            sys.exit(1)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
