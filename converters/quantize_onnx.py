"""A checkpoint's network in INT8 as ONNX, by post-training quantisation: ranges are read from real frames, and pairs of
QuantizeLinear and DequantizeLinear say where the arithmetic is 8 bit. In two styles:

- for ONNX Runtime, whose integer convolutions need their outputs quantised as well as their inputs;
- for TensorRT, which takes no zero points, biases in float, and weights quantised by a pair of their own.

Either is run by ONNX Runtime, compared with PyTorch in fp32 on frames that it was not calibrated on, and refused
if it finds other people.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import onnx

from converters import frames, mixed_precision
from converters.onnx_file import describe
from engine import preprocess
from engine.inference import onnxruntime
from engine.inference.signature import METADATA_PRECISION, OUTPUT_CHANNELS, input_tensor
from engine.models.job import Job
from engine.types import Floats, Frame, Progress

HEIGHT = 256
FRAMES_EACH = 24
"""Frames per source for calibration, and as many for verification."""

_KEPT = re.compile(r"model_[0-6]_.*")
"""Layers that are not quantised, beside depthwise convolutions and those that make the outputs: the first half of the
backbone, whose errors everything after it inherits."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a model is quantised for a library."""

    activations: str
    """The name of a `QuantType` of ONNX Runtime."""
    operators: tuple[str, ...]
    options: Mapping[str, Any] = field(default_factory=dict)


_AFTER_ACTIVATION = {"OpTypesToExcludeOutputQuantization": ["Conv"]}
"""Convolutions' outputs are quantised where the next layer takes them, behind the activation, whose result fills less
of the range: before it, half of the steps would go to values that ReLU sets to zero. Measured on the bundled model:
OKS 0.996 instead of 0.920."""
# Sums and concatenations between 8-bit convolutions in 8 bit, too: in float they would take a third of the time.
FOR_ONNXRUNTIME = Style("QUInt8", ("Conv", "Add", "Concat"), _AFTER_ACTIVATION)
FOR_TENSORRT = Style(
    "QInt8",
    ("Conv",),
    {
        "ActivationSymmetric": True,
        "QuantizeBias": False,
        "AddQDQPairToWeight": True,
        **_AFTER_ACTIVATION,
    },
)


def run(job: Job, progress: Progress) -> dict[str, Any]:
    """ONNX in fp32 to a verified one in INT8 for ONNX Runtime, and how it compares."""
    return _run(job, FOR_ONNXRUNTIME, progress)


def run_for_tensorrt(job: Job, progress: Progress) -> dict[str, Any]:
    """ONNX in fp32 to a verified one in INT8 that TensorRT builds engines of, and how it compares."""
    return _run(job, FOR_TENSORRT, progress)


def _run(job: Job, style: Style, progress: Progress) -> dict[str, Any]:
    progress("convert", None, "gathering frames")
    gathered = frames.gather(frames.sources(job.calibration), FRAMES_EACH)

    def make(in_float: tuple[str, ...]) -> None:
        quantise(job.source, job.target, style, gathered.calibration, progress, in_float)

    return mixed_precision.quantise(job, make, gathered.verification, progress)


def quantise(
    source: Path,
    target: Path,
    style: Style,
    calibration: Sequence[Frame],
    progress: Progress,
    in_float: Sequence[str] = (),
) -> None:
    """Write the ONNX model `source` to `target`, quantised but for what is kept and the layers `in_float`."""
    onnxruntime.runtime()  # first, since it keeps the library from reporting home
    library = import_module("onnxruntime.quantization")
    model = onnx.load(str(source))
    with _unadvised():
        library.quantize_static(
            model,
            target,
            _Reader(calibration, progress),
            quant_format=library.QuantFormat.QDQ,
            per_channel=True,
            activation_type=library.QuantType[style.activations],
            weight_type=library.QuantType.QInt8,
            op_types_to_quantize=list(style.operators),
            nodes_to_exclude=[*_kept(model), *in_float],
            extra_options=dict(style.options),
        )
    quantised = onnx.load(str(target))
    describe(quantised, METADATA_PRECISION, "int8")
    onnx.save(quantised, str(target))


@contextmanager
def _unadvised() -> Iterator[None]:
    """Silence the library's advice, given by the root logger, to prepare a model that is prepared already."""
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.ERROR)
    try:
        yield
    finally:
        root.setLevel(before)


def _kept(model: onnx.ModelProto) -> list[str]:
    """Names of the convolutions that stay in float."""
    makers = {node.input[0] for node in model.graph.node if node.output[0] in OUTPUT_CHANNELS}
    return [
        node.name
        for node in model.graph.node
        if node.op_type == "Conv" and (_KEPT.fullmatch(node.name) or _is_depthwise(node) or node.output[0] in makers)
    ]


def _is_depthwise(node: onnx.NodeProto) -> bool:
    return any(attribute.name == "group" and attribute.i > 1 for attribute in node.attribute)


class _Reader:
    """The frames to calibrate on, one after the other, as ONNX Runtime asks for them."""

    def __init__(self, calibration: Sequence[Frame], progress: Progress) -> None:
        self._frames = calibration
        self._progress = progress
        self._position = 0

    def get_next(self) -> dict[str, Floats] | None:
        if self._position == len(self._frames):
            return None
        self._progress("convert", self._position / len(self._frames), "quantising")
        picture = preprocess.prepare(self._frames[self._position].image, HEIGHT).image
        self._position += 1
        return {"data": input_tensor(picture, raw_input=True)}  # the model or nothing normalises, not the caller
