"""A checkpoint's network in INT8 as ONNX, by post-training quantisation: ranges are read from real frames, and pairs of
QuantizeLinear and DequantizeLinear say where the arithmetic is 8 bit. In two styles:

- for ONNX Runtime, whose integer convolutions need their outputs quantised as well as their inputs;
- for TensorRT, which takes no zero points, biases in float, and weights quantised by a pair of their own.

One scale holds for all channels of a tensor, so their ranges are equalised before (`converters.equalise`). The result
is run by ONNX Runtime, compared with PyTorch in fp32 on frames that it was not calibrated on, and refused
if it finds other people.
"""

from __future__ import annotations

import logging
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import onnx

from converters import frames, mixed_precision
from converters.activations import extremes, network_input
from converters.equalise import equalised
from converters.onnx_file import describe, is_depthwise
from engine.inference import onnxruntime
from engine.inference.signature import METADATA_PRECISION, OUTPUT_CHANNELS
from engine.models.job import Job
from engine.types import Floats, Frame, Progress

FRAMES_EACH = 24
"""Frames per source for calibration, and as many for verification."""

_KEPT = re.compile(r"model_[01]_.*")
"""Layers that are not quantised, beside depthwise convolutions and those that make the outputs: the first two blocks of
the backbone, as for OpenVINO. With seven blocks in float the bundled network takes 1.23 times as long on ONNX Runtime
(64 against 52 ms in one run), for an OKS of 0.991 instead of 0.986 on the stage and no gain on real clips."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a model is quantised for a library."""

    activations: str
    """The name of a `QuantType` of ONNX Runtime."""
    operators: tuple[str, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    of_results: bool = True
    """Whether convolutions' outputs are quantised before their activation function, so that ONNX Runtime computes the
    whole layer in 8 bit: quantised after it, the bundled model took 46 ms instead of 31."""


# Sums and concatenations between 8-bit convolutions in 8 bit, too: in float they would take a third of the time.
FOR_ONNXRUNTIME = Style("QUInt8", ("Conv", "Add", "Concat"))
FOR_TENSORRT = Style(
    "QInt8",
    ("Conv",),
    {
        "ActivationSymmetric": True,
        "QuantizeBias": False,
        "AddQDQPairToWeight": True,
        "OpTypesToExcludeOutputQuantization": ["Conv"],
    },
    of_results=False,
)

_LEAST = {"Relu": 0.0, "Elu": -6.0}
"""The value below which an activation function is constant within an 8-bit step: elu(-6) is -0.998. The quantised range
ends there. Many outputs of convolutions are far below, and would take most of the 256 steps."""


def run(job: Job, progress: Progress) -> dict[str, Any]:
    """ONNX in fp32 to a verified one in INT8 for ONNX Runtime, and how it compares."""
    return _run(job, FOR_ONNXRUNTIME, progress)


def run_for_tensorrt(job: Job, progress: Progress) -> dict[str, Any]:
    """ONNX in fp32 to a verified one in INT8 that TensorRT builds engines of, and how it compares."""
    return _run(job, FOR_TENSORRT, progress)


def _run(job: Job, style: Style, progress: Progress) -> dict[str, Any]:
    progress("convert", None, "gathering frames")
    gathered = frames.gather(frames.sources(job.calibration), FRAMES_EACH)

    with tempfile.TemporaryDirectory(prefix="posecast-") as folder:
        source = Path(folder) / "equalised.onnx"
        onnx.save(equalised(onnx.load(str(job.source)), gathered.calibration), str(source))

        def make(in_float: tuple[str, ...]) -> None:
            quantise(source, job.target, style, gathered.calibration, progress, in_float)

        # Of the equalised model, since the layers' noise is measured against the weights that were quantised.
        return mixed_precision.quantise(replace(job, source=source), make, gathered.verification, progress)


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
            extra_options=dict(style.options) | _narrowed(model, style, calibration, library),
        )
    quantised = onnx.load(str(target))
    describe(quantised, METADATA_PRECISION, "int8")
    onnx.save(quantised, str(target))


def _narrowed(
    model: onnx.ModelProto, style: Style, calibration: Sequence[Frame], library: ModuleType
) -> dict[str, Any]:
    """The library's option that states the ranges of what goes into activation functions."""
    if not style.of_results:
        return {}
    least = {node.input[0]: _LEAST[node.op_type] for node in model.graph.node if node.op_type in _LEAST}
    found = extremes(model, list(least), calibration)
    return {
        "TensorQuantOverrides": {
            name: [
                {
                    "quant_type": library.QuantType[style.activations],
                    "rmin": np.float32(max(floor, min(found[name][0].min(), 0.0))),
                    "rmax": np.float32(max(found[name][1].max(), 0.0)),
                }
            ]
            for name, floor in least.items()
        }
    }


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
        if node.op_type == "Conv" and (_KEPT.fullmatch(node.name) or is_depthwise(node) or node.output[0] in makers)
    ]


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
        self._position += 1
        return {"data": network_input(self._frames[self._position - 1])}
