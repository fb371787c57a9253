"""`posecast convert`: a checkpoint written to a file in one of four formats.

Goes in: a `Request`. Comes out: the files written, each whole or not at all, and how they compare with PyTorch.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from onnx import load

from converters.onnx_file import METADATA_AGREEMENT, metadata
from engine import inference
from engine.errors import PosecastError
from engine.files import whole_file
from engine.models.job import Job, run
from engine.models.prepare import Checkpoint, int8, onnx
from engine.types import STRIDE, Progress

SUFFIXES = {"onnx": ".onnx", "openvino": ".xml", "tensorrt": ".engine", "torch2trt": "-trt.pth"}
PRECISIONS = {
    "onnx": ("fp32", "fp16", "int8"),
    "openvino": ("fp32", "fp16", "int8"),
    "tensorrt": ("fp32", "fp16", "int8"),
    "torch2trt": ("fp32", "fp16"),
}
FIXED_SIZE = ("tensorrt", "torch2trt")
DEFAULT_SIZE = (256, 456)
"""(height, width) where the format needs one and none is given: a 16:9 picture at the default height."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to convert to what."""

    checkpoint: Path
    format: str
    """A key of SUFFIXES."""
    precision: str
    size: tuple[int, int] | None
    """(height, width) of the only pictures it is to take; None: any, or DEFAULT_SIZE where the format needs one."""
    output: Path
    features: bool | None = None
    """Whether it is to give 3D coordinates (True), to do without them (False), or to give what the checkpoint has."""
    calibration: str | None = None
    """Frames to quantise and to judge on beside the demo's, as a SOURCE."""

    def __post_init__(self) -> None:
        if self.precision not in PRECISIONS[self.format]:
            raise PosecastError(
                f"{self.format} is not written in {self.precision}",
                f"precisions of {self.format}: {', '.join(PRECISIONS[self.format])}",
            )
        if self.size is not None and any(side % STRIDE or not 64 <= side <= 4096 for side in self.size):
            raise PosecastError(
                f"the size {self.size[0]} x {self.size[1]} does not fit the network",
                f"--height and --width are multiples of {STRIDE}, 64 to 4096",
            )
        if not self.output.name.endswith(SUFFIXES[self.format]):
            raise PosecastError(
                f"{self.output} does not have the suffix of {self.format}", f"let it end in {SUFFIXES[self.format]}"
            )
        if inference.file_format(self.checkpoint) != "pth":
            raise PosecastError(f"{self.checkpoint} is not a checkpoint", "give a .pth file, 'bundled' or 'official'")


@dataclass(frozen=True, slots=True)
class Converted:
    """The result of a conversion."""

    files: tuple[Path, ...]
    """The files written, the one to open first."""
    verdict: Mapping[str, Any]
    """How it compares with PyTorch in fp32 on real frames: see `converters.verify.Verdict`."""


def convert(request: Request, progress: Progress) -> Converted:
    """Write the file. PosecastError, and nothing is written, where that fails or the result finds other people."""
    if request.format == "openvino":
        return _openvino(request, progress)
    size = request.size or (DEFAULT_SIZE if request.format in FIXED_SIZE else None)
    device = _gpu() if request.format in FIXED_SIZE else None
    with whole_file(request.output) as temporary:
        source = _quantised(request, progress) if request.precision == "int8" else request.checkpoint
        # A copy of what ONNX Runtime has judged needs no judging; an engine built of it does.
        judged = (request.format, request.precision) != ("onnx", "int8")
        job = Job(
            request.format, source, temporary, request.precision, size,
            raw_input=request.format != "torch2trt", features=request.features, device=device,
            checkpoint=request.checkpoint, calibration=request.calibration, judged=judged,
        )  # fmt: skip
        verdict = run(job, progress)
    return Converted((request.output,), verdict if judged else _verdict_of(source))


_BACKENDS = {"onnx": "onnxruntime", "openvino": "openvino", "tensorrt": "tensorrt"}


def _quantised(request: Request, progress: Progress) -> Path:
    """The quantised model, made and judged in the cache, where `auto` finds it from now on; the user gets a copy."""
    backend = _BACKENDS[request.format]
    checkpoint = Checkpoint(request.checkpoint, features=request.features)
    return int8(checkpoint, backend, "CPU", progress, calibration=request.calibration, rebuild=True)


def _gpu() -> str:
    """The device that TensorRT builds on; PosecastError, with the reason, where it cannot."""
    found = inference.report("tensorrt")
    if not found.available:
        raise PosecastError(f"cannot build an engine: {found.reason}", "see posecast doctor")
    return found.devices[0]


def _openvino(request: Request, progress: Progress) -> Converted:
    quantised = request.precision == "int8"
    weights = request.output.with_suffix(".bin")
    # OpenVINO names the weights after the .xml, and so do the two temporary files.
    with whole_file(request.output) as temporary, whole_file(weights):
        checkpoint = Checkpoint(request.checkpoint, features=request.features)
        source = _quantised(request, progress) if quantised else onnx(checkpoint, "fp32", progress)
        job = Job(
            "openvino", source, temporary, request.precision, request.size,
            features=request.features, checkpoint=request.checkpoint, calibration=request.calibration,
            judged=not quantised,
        )  # fmt: skip
        verdict = run(job, progress)
    return Converted((request.output, weights), _verdict_of(source) if quantised else verdict)


def _verdict_of(path: Path) -> dict[str, Any]:
    """The verdict in the metadata of an IR or an ONNX model that was judged."""
    if path.suffix == ".onnx":
        return dict(json.loads(metadata(load(str(path)))[METADATA_AGREEMENT]))
    element = ElementTree.parse(path).find("rt_info/posecast/agreement")
    assert element is not None
    return dict(json.loads(element.attrib["value"]))
