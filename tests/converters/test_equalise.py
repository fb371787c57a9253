"""Equalisation: the same maps out of channels of about the same range."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from converters import frames
from converters.activations import extremes, network_input
from converters.equalise import equalised
from engine import models
from engine.inference import onnxruntime
from engine.models.prepare import Checkpoint
from engine.models.prepare import onnx as exported
from engine.types import Frame
from tests.models import silent


@pytest.fixture(scope="module")
def stage() -> tuple[Frame, ...]:
    return frames.gather(("demo",), 2).calibration


@pytest.fixture(scope="module")
def source() -> onnx.ModelProto:
    path: Path = exported(Checkpoint(models.resolve("bundled"), features=False), "fp32", silent)
    return onnx.load(str(path))


def maps(model: onnx.ModelProto, frame: Frame) -> list[np.ndarray]:
    library = onnxruntime.runtime()
    session = library.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return list(session.run(None, {"data": network_input(frame)}))


def unevenness(model: onnx.ModelProto, name: str, stage: tuple[Frame, ...]) -> float:
    """Strongest channel over the median of those that say anything."""
    strongest = extremes(model, [name], stage)[name][1]
    return float(strongest.max() / np.median(strongest[strongest > 0]))


def test_computes_the_same(source: onnx.ModelProto, stage: tuple[Frame, ...]) -> None:
    even = equalised(source, stage)
    for before, after in zip(maps(source, stage[0]), maps(even, stage[0]), strict=True):
        np.testing.assert_allclose(after, before, atol=2e-4)


def test_channels_before_depthwise_convolutions_come_out_even(
    source: onnx.ModelProto, stage: tuple[Frame, ...]
) -> None:
    even = equalised(source, stage)
    before, after = (unevenness(model, "model_7_5", stage) for model in (source, even))
    assert before > 3
    assert after < before / 2


def test_what_more_than_convolutions_read_is_left_alone(stage: tuple[Frame, ...]) -> None:
    """A ReLU's output that is a result, too, or that a sum reads, keeps its scale."""
    rng = np.random.default_rng(0)
    weights = {"a.w": rng.normal(size=(4, 3, 1, 1)), "b.w": rng.normal(size=(4, 4, 1, 1)), "a.b": [0.1, 1, 2, 30]}
    nodes = [
        helper.make_node("Conv", ["data", "a.w", "a.b"], ["a"], name="a"),
        helper.make_node("Relu", ["a"], ["r"], name="r"),
        helper.make_node("Conv", ["r", "b.w"], ["b"], name="b"),
        helper.make_node("Add", ["b", "r"], ["sum"], name="sum"),
    ]
    port = [helper.make_tensor_value_info("data", onnx.TensorProto.FLOAT, [1, 3, "h", "w"])]
    result = [helper.make_tensor_value_info("sum", onnx.TensorProto.FLOAT, [1, 4, "h", "w"])]
    initial = [numpy_helper.from_array(np.asarray(value, np.float32), name) for name, value in weights.items()]
    graph = helper.make_graph(nodes, "small", port, result, initial)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    assert equalised(model, stage[:1]) == model
