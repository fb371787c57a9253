"""ONNX models as they are: the size of the pictures they take, and what their metadata says."""

from __future__ import annotations

import onnx

from engine.types import STRIDE

METADATA_AGREEMENT = "posecast.agreement"
"""Metadata key of models that were judged: how their people compare with those of PyTorch in fp32, as JSON."""
METADATA_CHECKPOINT = "posecast.checkpoint"
"""Metadata key of models that were judged: the SHA-256 of the checkpoint that they were made of."""


def resized(model: onnx.ModelProto, size: tuple[int, int]) -> onnx.ModelProto:
    """A copy that takes pictures of `size` (height, width) and nothing else."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    del copy.graph.value_info[:]  # shapes in between, as they were before
    of_maps = (size[0] // STRIDE, size[1] // STRIDE)
    for ports, sides in ((copy.graph.input, size), (copy.graph.output, of_maps)):
        for port in ports:
            for dimension, side in zip(port.type.tensor_type.shape.dim[2:], sides, strict=True):
                dimension.dim_value = side
    return copy


def metadata(model: onnx.ModelProto) -> dict[str, str]:
    return {entry.key: entry.value for entry in model.metadata_props}


def describe(model: onnx.ModelProto, key: str, value: str) -> None:
    """Set one entry of the model's metadata, in place."""
    onnx.helper.set_model_props(model, metadata(model) | {key: value})


def is_depthwise(node: onnx.NodeProto) -> bool:
    """Whether a convolution works on each channel by itself."""
    return any(attribute.name == "group" and attribute.i > 1 for attribute in node.attribute)
