"""Channels of about the same range, without another result: what 8 bits with one scale for a whole tensor require.

A ReLU passes positive factors on, relu(s x) = s relu(x). So each output channel of a convolution before a ReLU can be
divided by a factor, and the weights that read it be multiplied by the same one. In trained networks of depthwise
convolutions the channels of a tensor differ by orders of magnitude, and the small ones would be lost in the rounding
of the large ones. (Nagel et al., "Data-free quantization through weight equalization and bias correction", 2019;
Xiao et al., "SmoothQuant", 2023, weigh activations against weights as is done here.)

Goes in: an ONNX model in fp32, and frames to read the channels' ranges from. Comes out: one that computes the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from converters.activations import extremes
from converters.onnx_file import is_depthwise
from engine.types import Frame

_QUIET = 1e-3
"""Channels weaker than this share of the strongest count as this strong: they are nearly always zero."""
_MOST = 30.0
"""Largest factor, and the smallest inversely."""


@dataclass(frozen=True, slots=True, eq=False)
class _Link:
    """Channels that can be scaled: made by one convolution and a ReLU, and read by convolutions alone."""

    maker: onnx.NodeProto
    between: str
    """The ReLU's output."""
    readers: tuple[onnx.NodeProto, ...]


def equalised(model: onnx.ModelProto, frames: Sequence[Frame]) -> onnx.ModelProto:
    """A copy of `model` with the ranges of its channels evened out as far as ReLUs allow."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    weights = {each.name: each for each in copy.graph.initializer}
    links = tuple(_links(copy.graph))
    ranges = extremes(model, [link.between for link in links], frames)
    for link in links:
        factors = _factors(link, ranges[link.between][1], weights)
        for name in link.maker.input[1:]:
            _scale(weights[name], 1 / factors, axis=0)
        for reader in link.readers:
            _scale(weights[reader.input[1]], factors, axis=0 if is_depthwise(reader) else 1)
    return copy


def _links(graph: onnx.GraphProto) -> Iterator[_Link]:
    users: dict[str, list[onnx.NodeProto]] = {output.name: [] for output in graph.output}
    results = set(users)
    for node in graph.node:
        for name in node.input:
            users.setdefault(name, []).append(node)
    for relu in graph.node:
        if relu.op_type != "Relu":
            continue
        (given,), (between,) = relu.input, relu.output
        makers = [node for node in graph.node if given in node.output and node.op_type == "Conv"]
        readers = users.get(between, [])
        alone = users[given] == [relu] and not results & {given, between}
        if makers and readers and alone and all(node.op_type == "Conv" for node in readers):
            yield _Link(makers[0], between, tuple(readers))


def _factors(link: _Link, strongest: NDArray[Any], weights: dict[str, onnx.TensorProto]) -> NDArray[np.float64]:
    """(C,), what each channel is divided by: a; or sqrt(a / w) where readers mix channels, so that the weights' ranges
    do not come apart instead (a: greatest activation, w: greatest weight that reads it)."""
    factors = _floored(strongest)
    if not all(map(is_depthwise, link.readers)):
        read = (np.abs(numpy_helper.to_array(weights[node.input[1]])).max(axis=(0, 2, 3)) for node in link.readers)
        factors = np.sqrt(factors / _floored(np.maximum.reduce(list(read))))
    evened: NDArray[np.float64] = np.clip(factors / np.exp(np.log(factors).mean()), 1 / _MOST, _MOST)
    return evened


def _floored(values: NDArray[Any]) -> NDArray[np.float64]:
    strongest = float(values.max())
    return np.maximum(values.astype(np.float64), strongest * _QUIET if strongest > 0 else 1.0)


def _scale(tensor: onnx.TensorProto, factors: NDArray[np.float64], axis: int) -> None:
    """Multiply by a factor a channel, in place; the channels lie along `axis`."""
    values = numpy_helper.to_array(tensor)
    shape = [-1 if index == axis else 1 for index in range(values.ndim)]
    scaled = (values * factors.reshape(shape)).astype(values.dtype)
    tensor.CopyFrom(numpy_helper.from_array(scaled, tensor.name))
