"""The quantised models that ship with the program, so that the bundled checkpoint runs in INT8 from its first frame.

They are made of it by `make assets` without the 3D head, and serve where bodies come from keypoints.
"""

from __future__ import annotations

from pathlib import Path

from engine import models

FILES = {"openvino": "posecast-v1-int8.xml", "onnxruntime": "posecast-v1-int8.onnx"}
"""File name by backend, beside the checkpoint."""
DEVICE = "CPU"
"""The only device that they were judged on."""


def shipped(checkpoint: Path, backend: str, device: str) -> Path | None:
    """The file for `backend` on `device`; None where none ships for `checkpoint`."""
    bundled = models.resolve("bundled")
    if device != DEVICE or backend not in FILES or not checkpoint.samefile(bundled):
        return None
    path = bundled.with_name(FILES[backend])
    return path if path.is_file() else None
