"""Layer noise: the layer that was spoiled is found, whatever the format, and none after it is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from converters import frames, layer_noise, to_openvino
from converters.layer_noise import noisiest_layers
from converters.to_onnx import export
from engine import models
from engine.models.job import Job
from engine.types import Frame
from tests.models import network, silent

SPOILED = "model_8_3"


@pytest.fixture(scope="module")
def stage() -> tuple[Frame, ...]:
    return frames.gather(("demo",), 2).verification


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layer_noise, "HEIGHT", 96)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`good.onnx`, and `spoiled.onnx` where the weights of one layer are off by a tenth."""
    folder = tmp_path_factory.mktemp("layer_noise")
    model = export(network())
    onnx.save(model, str(folder / "good.onnx"))
    (node,) = (node for node in model.graph.node if node.name == SPOILED)
    (weight,) = (each for each in model.graph.initializer if each.name == node.input[1])
    values = numpy_helper.to_array(weight)
    noise = np.random.default_rng(1).normal(0, 0.1 * values.std(), values.shape).astype(np.float32)
    weight.CopyFrom(numpy_helper.from_array(values + noise, weight.name))
    onnx.save(model, str(folder / "spoiled.onnx"))
    return folder


def _check(job: Job, stage: tuple[Frame, ...]) -> None:
    worst, second, *rest = noisiest_layers(job, stage)
    assert worst.layer == SPOILED
    assert 10 < worst.snr_db < 30  # a tenth of the amplitude is 20 dB
    assert str(worst) == f"model_8_3 ({worst.snr_db:.0f} dB)"
    assert second.snr_db > 60  # inherited noise is nobody's fault
    assert len(rest) == 79


def test_the_spoiled_layer_is_named(folder: Path, stage: tuple[Frame, ...]) -> None:
    _check(Job("onnx", folder / "good.onnx", folder / "spoiled.onnx"), stage)


def test_so_it_is_in_openvino(folder: Path, stage: tuple[Frame, ...]) -> None:
    to_openvino.run(Job("openvino", folder / "spoiled.onnx", folder / "spoiled.xml"), silent)
    _check(Job("openvino", folder / "good.onnx", folder / "spoiled.xml"), stage)


def test_a_checkpoint_will_do_for_the_truth(folder: Path, stage: tuple[Frame, ...]) -> None:
    _check(Job("onnx", models.resolve("bundled"), folder / "spoiled.onnx"), stage)


def test_engines_cannot_be_looked_into(folder: Path, stage: tuple[Frame, ...]) -> None:
    assert noisiest_layers(Job("tensorrt", folder / "good.onnx", folder / "m.engine"), stage) == ()
