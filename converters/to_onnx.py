"""A checkpoint's network as an ONNX model.

The graph is written node by node from the traced module, not by torch's exporters: the network is made of five
operators, so the result needs no particular torch, speaks opset 13 (TensorRT 8.5, ONNX Runtime 1.10), keeps the
module's names, and is the same to the byte for the same weights. Batch norms are folded into the convolutions.

Goes in: a `PoseNetwork` in eval mode. Comes out: input `data` (1, 3, height, width) float32 BGR, outputs `features`,
`heatmaps`, `pafs` float32 at an eighth of that size, height and width dynamic; no `features` without the 3D head.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import fx, nn

from converters.onnx_file import resized
from engine.errors import PosecastError
from engine.inference.network import PoseNetwork, load_checkpoint
from engine.inference.signature import (
    METADATA_INPUT,
    METADATA_OUTPUTS,
    METADATA_PRECISION,
    NORMALISED,
    OUTPUT_CHANNELS,
    RAW,
    output_names,
)
from engine.models.job import Job
from engine.types import STRIDE, Progress

OPSET = 13
IR_VERSION = 8


def run(job: Job, progress: Progress) -> None:
    """Checkpoint to `.onnx`; or one that was made of a checkpoint before to a copy of the job's size."""
    if job.source.suffix == ".onnx":
        made = onnx.load(str(job.source))
        onnx.save(made if job.size is None else resized(made, job.size), str(job.target))
        return
    progress("convert", 0.1, "reading the checkpoint")
    network = load_checkpoint(job.source, job.features)
    progress("convert", 0.6, "writing the ONNX model")
    model = export(network, raw_input=job.raw_input, as_is=job.as_is, half=job.precision == "fp16", size=job.size)
    onnx.save(model, str(job.target))


def export(
    network: PoseNetwork,
    *,
    raw_input: bool = True,
    as_is: bool = False,
    half: bool = False,
    size: tuple[int, int] | None = None,
) -> onnx.ModelProto:
    """The network as a checked ONNX model.

    `raw_input`: the graph takes pixels 0..255 and normalises them itself, unless the network takes them `as_is`;
    otherwise it takes (pixel - 128) / 255.
    `half`: weights and arithmetic are float16 between float32 input and outputs. `size`: (height, width) of the only
    pictures it takes; None: of any, both multiples of 8.
    """
    graph = _GraphWriter(fx.symbolic_trace(network), np.float16 if half else np.float32)
    data = "data"
    if raw_input and not as_is:
        data = graph.add("Sub", [data, graph.constant("pixel_mean", np.float32(128))], "data/centred")
        data = graph.add("Mul", [data, graph.constant("pixel_scale", np.float32(1 / 255))], "data/normalised")
    if half:
        data = graph.add("Cast", [data], "data/half", to=TensorProto.FLOAT16)
    results = graph.write(data)
    names = output_names(len(results) == len(OUTPUT_CHANNELS))
    for name, result in zip(names, results, strict=True):
        if half:
            graph.add("Cast", [result], name, to=TensorProto.FLOAT)
        else:
            graph.add("Identity", [result], name)
    model = _model(graph, names, size)
    own = {
        METADATA_INPUT: RAW if raw_input else NORMALISED,
        METADATA_OUTPUTS: ",".join(names),
        METADATA_PRECISION: "fp16" if half else "fp32",
    }
    helper.set_model_props(model, own)
    onnx.checker.check_model(model, full_check=True)
    return model


def _model(graph: _GraphWriter, names: Sequence[str], size: tuple[int, int] | None) -> onnx.ModelProto:
    of_input: tuple[int | str, int | str] = size or ("height", "width")
    of_maps = (size[0] // STRIDE, size[1] // STRIDE) if size else ("map_height", "map_width")
    data = helper.make_tensor_value_info("data", TensorProto.FLOAT, [1, 3, *of_input])
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, OUTPUT_CHANNELS[name], *of_maps]) for name in names
    ]
    proto = helper.make_graph(graph.nodes, "posecast", [data], outputs, graph.initializers)
    opsets = [helper.make_opsetid("", OPSET)]
    return helper.make_model(proto, producer_name="posecast", opset_imports=opsets, ir_version=IR_VERSION)


class _GraphWriter:
    """Turns the nodes of a traced module into ONNX nodes, in order."""

    def __init__(self, traced: fx.GraphModule, dtype: type[np.floating[Any]]) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []
        self._traced = traced
        self._dtype = dtype
        self._names: dict[fx.Node, str] = {}

    def add(self, operation: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(operation, inputs, [output], name=output, **attributes))
        return output

    def constant(self, name: str, value: NDArray[Any] | np.floating[Any]) -> str:
        self.initializers.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def write(self, data: str) -> list[str]:
        """Write the whole module, fed by the value `data`; the names of its results."""
        for node in self._traced.graph.nodes:
            if node.op == "placeholder":
                self._names[node] = data
            elif node.op == "call_module":
                self._names[node] = self._module(node, self._traced.get_submodule(node.target))
            elif node.op == "call_function":
                self._names[node] = self._function(node)
            elif node.op == "output":
                return [self._names[result] for result in node.args[0]]
        raise AssertionError("a traced graph ends with its output")

    def _module(self, node: fx.Node, module: nn.Module) -> str:
        x = self._names[node.args[0]]  # type: ignore[index]
        if isinstance(module, nn.Conv2d):
            return self._convolution(node, module, x)
        if isinstance(module, (nn.BatchNorm2d, nn.Identity)):
            return x  # a batch norm is folded into the convolution before it
        if isinstance(module, nn.ReLU):
            return self.add("Relu", [x], node.name)
        if isinstance(module, nn.ELU):
            return self.add("Elu", [x], node.name, alpha=float(module.alpha))
        raise PosecastError(f"no ONNX operator is known for {type(module).__name__}")

    def _function(self, node: fx.Node) -> str:
        if node.target is torch.cat:
            parts = [self._names[part] for part in node.args[0]]  # type: ignore[union-attr, index]
            return self.add("Concat", parts, node.name, axis=1)
        if node.target in _SUMS:
            return self.add("Add", [self._names[term] for term in node.args], node.name)  # type: ignore[index]
        raise PosecastError(f"no ONNX operator is known for {node.target}")

    def _convolution(self, node: fx.Node, conv: nn.Conv2d, x: str) -> str:
        weight, bias = _folded(conv, self._batch_norm_after(node))
        inputs = [x, self.constant(f"{node.target}.weight", weight.astype(self._dtype))]
        inputs.append(self.constant(f"{node.target}.bias", bias.astype(self._dtype)))
        vertical, horizontal = map(int, conv.padding)
        return self.add(
            "Conv",
            inputs,
            node.name,
            kernel_shape=conv.kernel_size,
            strides=conv.stride,
            pads=(vertical, horizontal, vertical, horizontal),
            dilations=conv.dilation,
            group=conv.groups,
        )

    def _batch_norm_after(self, node: fx.Node) -> nn.BatchNorm2d | None:
        (user, *others) = node.users
        if others or user.op != "call_module":
            return None
        module = self._traced.get_submodule(user.target)  # type: ignore[arg-type]
        return module if isinstance(module, nn.BatchNorm2d) else None


_SUMS: tuple[Callable[..., Any], ...] = (operator.add, torch.add)


def _folded(conv: nn.Conv2d, norm: nn.BatchNorm2d | None) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weight and bias of a convolution and the batch norm after it: w * k and (b - mean) * k + beta,
    k = gamma / sqrt(var + eps)."""
    weight = _array(conv.weight)
    bias = np.zeros(conv.out_channels) if conv.bias is None else _array(conv.bias)
    if norm is None:
        return weight, bias
    assert norm.running_var is not None
    assert norm.running_mean is not None
    k = _array(norm.weight) / np.sqrt(_array(norm.running_var) + norm.eps)
    return weight * k[:, None, None, None], (bias - _array(norm.running_mean)) * k + _array(norm.bias)


def _array(tensor: torch.Tensor) -> NDArray[np.float64]:
    return tensor.detach().double().numpy()
