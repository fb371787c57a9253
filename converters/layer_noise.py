"""The noise that each convolution of a lossy model adds by itself, to tell which layers to leave in float.

The lossy model runs on real frames, and the input and the output of each of its convolutions are read. The same
convolution with its float weights, given the same input, says what the output should have been. The difference is
the noise of this layer alone, without what it inherited; the rounding of a layer's input counts as the layer's.

Goes in: a job that was done. Comes out: its layers by name, with their signal-to-noise ratios.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from converters.to_onnx import export
from engine import preprocess
from engine.inference import onnxruntime, openvino
from engine.inference.network import load_checkpoint
from engine.inference.signature import input_tensor
from engine.models.job import Job
from engine.types import Floats, Frame

HEIGHT = 256
FRAMES = 2
"""Frames to measure on; from one frame to another the noise of a layer differs by about a decibel."""

Read = Callable[[Floats], Mapping[str, Any]]
"""The input of a model -> its tensors of the names given before, as far as it has them."""


@dataclass(frozen=True, slots=True)
class LayerNoise:
    """The signal-to-noise ratio of one layer."""

    layer: str
    """Its name in the ONNX model."""
    snr_db: float
    """Of the layer's output, power over a channel's mean: signal to noise."""

    def __str__(self) -> str:
        return f"{self.layer} ({round(self.snr_db)} dB)"


def noisiest_layers(job: Job, frames: Sequence[Frame]) -> tuple[LayerNoise, ...]:
    """The layers of the job's result, the noisiest first; empty where the format of the result hides its layers."""
    read_by = {".onnx": _onnx_reader, ".xml": _openvino_reader}.get(job.target.suffix)
    if read_by is None:
        return ()
    layers = tuple(_layers(_in_float(job)))
    read = read_by(job.target, sorted({name for layer in layers for name in (layer.input, layer.output)}))
    powers: dict[str, Any] = {}
    for frame in _spread(frames):
        picture = preprocess.prepare(frame.image, HEIGHT, job.size).image
        tensors = read(input_tensor(picture, job.raw_input))
        for layer in layers:
            if {layer.input, layer.output} <= tensors.keys():
                powers[layer.name] = powers.get(layer.name, 0) + np.array(layer.powers(tensors))
    found = (LayerNoise(name, _decibels(*power)) for name, power in powers.items())
    return tuple(sorted(found, key=lambda each: each.snr_db))


def _spread(frames: Sequence[Frame]) -> Sequence[Frame]:
    return frames[:: max(1, len(frames) // FRAMES)][:FRAMES]


def _decibels(signal: float, noise: float) -> float:
    return float(10 * np.log10(max(signal, 1e-30) / max(noise, 1e-30)))


@dataclass(frozen=True, slots=True, eq=False)
class _Layer:
    """A convolution in float."""

    name: str
    input: str
    output: str
    weight: torch.Tensor
    bias: torch.Tensor
    options: Mapping[str, Any]

    def powers(self, tensors: Mapping[str, Any]) -> tuple[float, float]:
        """Power of the signal and of the noise in the output that the lossy model gives."""
        given, made = (torch.from_numpy(np.asarray(tensors[name], np.float32)) for name in (self.input, self.output))
        expected = torch.nn.functional.conv2d(given, self.weight, self.bias, **self.options)
        signal = expected - expected.mean(dim=(2, 3), keepdim=True)
        return float(signal.square().sum()), float((made - expected).square().sum())


def _in_float(job: Job) -> onnx.ModelProto:
    """What the job's result was made from, as ONNX in fp32."""
    if job.source.suffix == ".onnx":
        return onnx.load(str(job.source))
    return export(load_checkpoint(job.source, job.features), raw_input=job.raw_input, as_is=job.as_is)


def _layers(model: onnx.ModelProto) -> Iterator[_Layer]:
    weights = {each.name: torch.from_numpy(numpy_helper.to_array(each).copy()) for each in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type == "Conv":
            attributes = {each.name: onnx.helper.get_attribute_value(each) for each in node.attribute}
            options = {
                "stride": attributes["strides"], "padding": attributes["pads"][:2], "dilation": attributes["dilations"],
                "groups": attributes["group"],
            }  # fmt: skip
            given, weight, bias = node.input
            yield _Layer(node.name, given, node.output[0], weights[weight], weights[bias], options)


def _onnx_reader(path: Path, names: Sequence[str]) -> Read:
    model = onnx.load(str(path))
    computed = {name for node in model.graph.node for name in node.output}
    present = [name for name in names if name in computed]
    model.graph.output.extend(map(onnx.helper.make_empty_tensor_value_info, present))
    library = onnxruntime.runtime()
    session = library.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    (entry,) = (port.name for port in session.get_inputs())

    def read(tensor: Floats) -> Mapping[str, Any]:
        return {entry: tensor} | dict(zip(present, session.run(present, {entry: tensor}), strict=True))

    return read


def _openvino_reader(path: Path, names: Sequence[str]) -> Read:
    core = openvino.runtime().Core()
    model = core.read_model(path)
    (entry,) = model.input(0).get_names()
    computed = {name for node in model.get_ops() for port in node.outputs() for name in port.get_names()}
    present = [name for name in names if name in computed and name != entry]
    model.add_outputs(present)
    compiled = core.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})

    def read(tensor: Floats) -> Mapping[str, Any]:
        results = compiled({0: tensor})
        return {entry: tensor} | {name: results[compiled.output(name)] for name in present}

    return read
