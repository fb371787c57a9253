"""ONNX export: valid, of dynamic size, in the reference's names, and the same network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from torch import nn

from converters.to_onnx import export
from engine.errors import PosecastError
from tests.models import network, picture

OUTPUTS = ["features", "heatmaps", "pafs"]


@pytest.fixture(scope="module")
def model() -> onnx.ModelProto:
    return export(network())


def _run(model: onnx.ModelProto, tensor: np.ndarray) -> list[np.ndarray]:
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(OUTPUTS, {"data": tensor})


def _truth(tensor: np.ndarray) -> list[np.ndarray]:
    with torch.no_grad():
        return [output.numpy() for output in network()(torch.from_numpy((tensor - 128) / 255))]


def _tensor(height: int) -> np.ndarray:
    return picture(height).transpose(2, 0, 1)[None].astype(np.float32)


def test_speaks_the_references_names_and_an_old_dialect(model: onnx.ModelProto) -> None:
    (data,) = model.graph.input
    assert data.name == "data"
    assert [output.name for output in model.graph.output] == OUTPUTS
    assert [opset.version for opset in model.opset_import] == [13]
    assert model.ir_version == 8
    assert {node.op_type for node in model.graph.node} == {
        "Sub",
        "Mul",
        "Conv",
        "Relu",
        "Elu",
        "Add",
        "Concat",
        "Identity",
    }
    names = [node.name for node in model.graph.node]
    assert len(set(names)) == len(names)


def test_height_and_width_are_dynamic(model: onnx.ModelProto) -> None:
    dimensions = model.graph.input[0].type.tensor_type.shape.dim
    assert [dimension.dim_param or dimension.dim_value for dimension in dimensions] == [1, 3, "height", "width"]


@pytest.mark.parametrize("height", [256, 136])
def test_is_the_network(model: onnx.ModelProto, height: int) -> None:
    for ours, truth in zip(_run(model, _tensor(height)), _truth(_tensor(height)), strict=True):
        assert np.abs(ours - truth).max() < 1e-4


def test_smallest_picture(model: onnx.ModelProto) -> None:
    tensor = np.zeros((1, 3, 8, 8), np.float32)
    for ours, truth in zip(_run(model, tensor), _truth(tensor), strict=True):
        assert ours.shape == truth.shape
        assert np.abs(ours - truth).max() < 1e-4


def test_metadata_says_who_normalises() -> None:
    raw, normalised = export(network()), export(network(), raw_input=False)
    for model, said in ((raw, "raw"), (normalised, "normalised")):
        assert {entry.key: entry.value for entry in model.metadata_props} == {
            "posecast.input": said,
            "posecast.outputs": "features,heatmaps,pafs",
            "posecast.precision": "fp32",
        }
    tensor = _tensor(136)
    for ours, truth in zip(_run(normalised, (tensor - 128) / 255), _truth(tensor), strict=True):
        assert np.abs(ours - truth).max() < 1e-4


def test_half_computes_in_fp16_between_fp32_ends() -> None:
    model = export(network(), half=True)
    assert {weight.data_type for weight in model.graph.initializer if "pixel" not in weight.name} == {
        onnx.TensorProto.FLOAT16
    }
    for ours, truth in zip(_run(model, _tensor(136)), _truth(_tensor(136)), strict=True):
        assert ours.dtype == np.float32
        assert np.abs(ours - truth).max() < 0.02


def test_a_size_may_be_fixed() -> None:
    model = export(network(), size=(64, 72))
    sizes = [
        [d.dim_value for d in port.type.tensor_type.shape.dim][2:] for port in (*model.graph.input, *model.graph.output)
    ]
    assert sizes == [[64, 72], [8, 9], [8, 9], [8, 9]]


def test_the_same_weights_make_the_same_file(model: onnx.ModelProto) -> None:
    assert export(network()).SerializeToString(deterministic=True) == model.SerializeToString(deterministic=True)


def test_a_module_without_an_operator_is_named() -> None:
    class Other(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.activation = nn.Hardswish()

        def forward(self, x: torch.Tensor) -> tuple[torch.Tensor]:
            return (self.activation(x),)

    with pytest.raises(PosecastError, match="no ONNX operator is known for Hardswish"):
        export(Other())  # type: ignore[arg-type]


def test_saved_models_open_elsewhere(model: onnx.ModelProto, tmp_path: Path) -> None:
    onnx.save(model, str(tmp_path / "model.onnx"))
    onnx.checker.check_model(str(tmp_path / "model.onnx"), full_check=True)
