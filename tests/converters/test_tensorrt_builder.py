"""Engines from NVIDIA's own parser and builder. TensorRT itself cannot be had as a package; TensorRT for RTX can, has
the interface of TensorRT 11, and builds for a GPU that it is told, without one. Nothing is run: that would take one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from converters import frames, to_tensorrt
from converters.quantize_onnx import FOR_TENSORRT, quantise
from engine import models
from engine.errors import PosecastError
from engine.inference import tensorrt_library
from engine.models.job import Job
from engine.models.prepare import Checkpoint, onnx
from tests.models import silent

library = pytest.importorskip("tensorrt_rtx_bindings", reason="TensorRT for RTX is for x86-64")

BUNDLED = models.resolve("bundled")
SIZE = (64, 96)

Build = Callable[..., bytes]


@pytest.fixture(scope="module")
def quantised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """On two frames: that the people stay the same is shown elsewhere."""
    path = tmp_path_factory.mktemp("int8") / "model.onnx"
    source = onnx(Checkpoint(BUNDLED), "fp32", silent)
    quantise(source, path, FOR_TENSORRT, frames.gather(("demo",), 1).calibration, silent)
    return path


@pytest.fixture
def build(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Build]:
    """build(precision, source) as `posecast convert` does, for an Ampere GPU that is not there."""
    configuration = to_tensorrt._configuration

    def for_ampere(*given: Any) -> Any:
        config = configuration(*given)
        config.num_compute_capabilities = 1
        config.set_compute_capability(library.ComputeCapability.SM86, 0)
        return config

    def run(precision: str, source: Path = BUNDLED, progress: Any = silent) -> bytes:
        job = Job("tensorrt", source, tmp_path / "model.engine", precision, SIZE, device="cuda:0")
        return to_tensorrt.build(job, progress)

    monkeypatch.setitem(sys.modules, "tensorrt", library)
    monkeypatch.setattr(to_tensorrt, "_configuration", for_ampere)
    monkeypatch.setattr(torch.cuda, "set_device", lambda device: None)
    for cached in (tensorrt_library.runtime, tensorrt_library.logger):
        cached.cache_clear()
    yield run
    for cached in (tensorrt_library.runtime, tensorrt_library.logger):
        cached.cache_clear()


def test_every_precision_is_built_and_is_smaller_than_the_one_before(build: Build, quantised: Path) -> None:
    full, half, whole_numbers = build("fp32"), build("fp16"), build("int8", quantised)
    assert len(full) > 15e6  # 5 million weights of 4 bytes
    assert len(half) < 0.7 * len(full)
    assert len(whole_numbers) < 0.7 * len(full)


def test_building_tells_how_far_it_has_come(build: Build) -> None:
    told: list[tuple[str, float | None, str]] = []
    build("fp32", progress=lambda *progress: told.append(progress))
    fractions = [fraction for _, fraction, _ in told if fraction is not None]
    assert len(fractions) > 10
    assert all(0 <= fraction <= 1 for fraction in fractions)
    assert len({message for _, _, message in told}) > 3


def test_what_the_parser_refuses_is_said(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def SerializeToString(self) -> bytes:  # noqa: N802 - protobuf's name
            return b"no model"

    monkeypatch.setattr(to_tensorrt, "_model", lambda job, half: Broken())
    with pytest.raises(PosecastError, match="TensorRT cannot read the model: "):
        build("fp32")
