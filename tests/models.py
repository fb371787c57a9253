"""Models for tests: the bundled checkpoint's network, its exports, and what it says of a picture of the stage."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from converters.to_onnx import export
from engine import models, preprocess
from engine.capture import open_source
from engine.inference.network import PoseNetwork, load_checkpoint
from engine.types import BackendInfo, Image, Maps


def silent(step: str, fraction: float | None, message: str) -> None:
    """A Progress that tells nobody."""


@cache
def network() -> PoseNetwork:
    return load_checkpoint(models.resolve("bundled"))


@cache
def picture(height: int) -> Image:
    """A frame of the demo stage as the network takes it: (height, width, 3), five people in it."""
    source = open_source("demo")
    try:
        frame = source.read()
        assert frame is not None
        image = preprocess.prepare(frame.image, height).image
        image.setflags(write=False)
        return image
    finally:
        source.close()


def expected(image: Image) -> Maps:
    """What PyTorch makes of a picture, in fp32, straight from the module."""
    tensor = torch.from_numpy((image.transpose(2, 0, 1)[None].astype(np.float32) - 128) / 255)
    with torch.no_grad():
        return Maps(*(output[0].numpy() for output in network()(tensor)))


class Changed:
    """A backend that gives PyTorch's maps, with heatmaps scaled and something added to features."""

    info = BackendInfo("fake", "CPU", "fp32")
    fixed_size = None

    def __init__(self, heatmaps: float = 1.0, features: float = 0.0) -> None:
        self._heatmaps, self._features = heatmaps, features

    def infer(self, image: Image) -> Maps:
        maps = expected(image)
        return replace(maps, heatmaps=maps.heatmaps * self._heatmaps, features=maps.features + self._features)

    def close(self) -> None:
        pass


def largest_difference(maps: Maps, other: Maps) -> dict[str, float]:
    """max |maps - other| for each output that both have."""
    pairs = {name: (getattr(maps, name), getattr(other, name)) for name in ("features", "heatmaps", "pafs")}
    return {name: float(np.abs(a - b).max()) for name, (a, b) in pairs.items() if a is not None and b is not None}


def foreign_onnx(path: Path, **options: Any) -> Path:
    """The network as others would export it, without metadata. `options`: see `converters.to_onnx.export`."""
    model = export(network(), **options)
    del model.metadata_props[:]
    onnx.save(model, str(path))
    return path


def tiny_onnx(path: Path, *, channels: dict[str, int], inputs: int = 1) -> Path:
    """A valid model that is another network: one 1x1 convolution for each output, of so many channels."""
    nodes, weights, outputs = [], [], []
    for name, count in channels.items():
        weights.append(numpy_helper.from_array(np.ones((count, 3, 1, 1), np.float32), f"{name}.weight"))
        nodes.append(helper.make_node("Conv", ["in0", f"{name}.weight"], [name], strides=[8, 8]))
        outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, count, "h", "w"]))
    ports = [helper.make_tensor_value_info(f"in{i}", TensorProto.FLOAT, [1, 3, "H", "W"]) for i in range(inputs)]
    if inputs > 1:
        nodes.append(helper.make_node("Add", ["in0", "in1"], ["sum"]))
        outputs.append(helper.make_tensor_value_info("sum", TensorProto.FLOAT, [1, 3, "H", "W"]))
    graph = helper.make_graph(nodes, "tiny", ports, outputs, weights)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), str(path))
    return path
