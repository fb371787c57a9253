"""A checkpoint's network in INT8 for OpenVINO, by post-training quantisation with NNCF.

Weights and activations become 8 bit; ranges are read from real frames. Activations keep their sign's asymmetry
(MIXED), which the ELU layers need. Layers that lose much and cost little stay in float. The result is compared
with PyTorch in fp32 on frames that it was not calibrated on, and refused if it finds other people; the layers that
cause it are left in float, too.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np

from converters import frames, mixed_precision, to_openvino
from engine import preprocess
from engine.errors import PosecastError
from engine.inference.openvino import runtime
from engine.inference.signature import input_tensor
from engine.models.job import Job
from engine.types import Floats, Frame, Progress

HEIGHT = 256
FRAMES_EACH = 24
"""Frames per source for calibration, and as many for verification; twice as many change nothing but the time."""


KEPT = {"types": ["GroupConvolution"], "patterns": [r"model_[01]_.*"]}
"""Layers that are not quantised: depthwise convolutions, whose channels' ranges differ by orders of magnitude, and the
first two blocks of the backbone, whose errors everything after them inherits. Measured on a two-core AVX512-BF16
machine against quantising everything they cost 0.3 of 24.7 ms, and bring a clip of five people from OKS 0.979 to 0.990,
a harder one from 0.943 to 0.966; the slow, layer by layer correction of biases is part of that. Keeping five more
blocks cost another 1.1 ms, for a gain that could not be told from chance."""


def run(job: Job, progress: Progress) -> dict[str, Any]:
    """ONNX to a verified INT8 IR, and how it compares."""
    nncf = _nncf()
    progress("convert", None, "gathering frames")
    gathered = frames.gather(frames.sources(job.calibration), FRAMES_EACH)

    def make(in_float: tuple[str, ...]) -> None:
        model = to_openvino.read(job.source)
        to_openvino.save(_quantised(nncf, model, gathered.calibration, progress, in_float), job)

    return mixed_precision.quantise(job, make, gathered.verification, progress)


def _nncf() -> ModuleType:
    runtime()  # first, since it keeps NNCF from reporting home, too
    try:
        nncf = import_module("nncf")
    except ImportError as error:
        raise PosecastError(f"int8 needs NNCF, which does not load: {error}", "pip install posecast[int8]") from error
    nncf.set_log_level(logging.ERROR)
    return nncf


def _quantised(
    nncf: ModuleType, model: Any, calibration: Sequence[Frame], progress: Progress, in_float: Sequence[str]
) -> Any:
    pictures = [preprocess.prepare(frame.image, HEIGHT).image for frame in calibration]
    passes = 0

    def tensor(image: np.ndarray[Any, Any]) -> Floats:
        nonlocal passes
        passes += 1
        # NNCF goes over the frames about twice: for the ranges, and for the biases.
        progress("convert", min(passes / (2 * len(pictures)), 0.99), "quantising")
        return input_tensor(image, raw_input=True)  # the model or nothing normalises, not the caller

    return nncf.quantize(
        model,
        nncf.Dataset(pictures, tensor),
        preset=nncf.QuantizationPreset.MIXED,
        subset_size=len(pictures),
        ignored_scope=nncf.IgnoredScope(**KEPT, names=[f"{layer}/WithoutBiases" for layer in in_float]),
        fast_bias_correction=False,
    )
