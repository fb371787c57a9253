"""Building TensorRT engines up to the library call: what each generation of the library is asked for.

A stand-in for the `tensorrt` module has what the version at hand has: 8.6 and 10 know EXPLICIT_BATCH and FP16, 11
neither; 8.6 has no progress monitor.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import onnx
import pytest
import torch

from converters import to_tensorrt
from converters.onnx_file import describe, metadata
from converters.to_onnx import export
from engine import models
from engine.errors import PosecastError
from engine.inference import tensorrt, tensorrt_library
from engine.inference.engine_file import read_engine
from engine.inference.network import load_checkpoint
from engine.models.job import Job
from tests.models import silent

BUNDLED = models.resolve("bundled")
FLAGS = {
    "8.6.1": {"FP16": 0, "INT8": 1, "TF32": 7},
    "10.13.0": {"FP16": 0, "INT8": 1, "TF32": 7, "STRONGLY_TYPED": 21},
    "11.4.0": {"TF32": 3},
}


class _Config:
    def __init__(self, flags: set[int], monitored: bool) -> None:
        self.flags = flags
        if monitored:
            self.progress_monitor = None

    def set_memory_pool_limit(self, pool: str, size: int) -> None:
        assert (pool, size) == ("workspace", 1 << 30)

    def set_flag(self, flag: int) -> None:
        self.flags.add(flag)

    def clear_flag(self, flag: int) -> None:
        self.flags.discard(flag)


class _Library(SimpleNamespace):
    """A TensorRT of `version`; `asked` fills with what it was asked for."""

    def __init__(self, version: str) -> None:
        old, monitored = version < "11" or version.startswith("8"), not version.startswith("8")
        self.asked: dict[str, Any] = {}
        self.plan: bytes | None = b"a plan"
        super().__init__(
            __version__=version,
            BuilderFlag=SimpleNamespace(**FLAGS[version]),
            NetworkDefinitionCreationFlag=SimpleNamespace(**({"EXPLICIT_BATCH": 0} if old else {"STRONGLY_TYPED": 1})),
            MemoryPoolType=SimpleNamespace(WORKSPACE="workspace"),
            Logger=type("Logger", (), {"ERROR": 1, "__init__": lambda self, severity: None}),
        )
        if monitored:
            self.IProgressMonitor = type("IProgressMonitor", (), {})
        self.config = _Config({FLAGS[version]["TF32"]}, monitored)

    def Builder(self, logger: object) -> Any:  # noqa: N802 - the library's name
        def create_network(flags: int) -> str:
            self.asked["network"] = flags
            return "network"

        return SimpleNamespace(
            create_network=create_network,
            create_builder_config=lambda: self.config,
            build_serialized_network=self._build,
        )

    def OnnxParser(self, network: str, logger: object) -> Any:  # noqa: N802
        def parse(model: bytes) -> bool:
            self.asked["model"] = onnx.load_from_string(model)
            return not self.asked.get("unreadable")

        problem = SimpleNamespace(desc=lambda: "no kernel for Elu")
        return SimpleNamespace(parse=parse, num_errors=1, get_error=lambda index: problem)

    def _build(self, network: str, config: _Config) -> bytes | None:
        monitor = getattr(config, "progress_monitor", None)
        if monitor is not None:
            monitor.phase_start("Building Engine", None, 4)
            monitor.phase_start("Timing", "Building Engine", 10)
            assert monitor.step_complete("Timing", 3) is True
            assert monitor.step_complete("Building Engine", 1) is True
            monitor.phase_finish("Building Engine")
        return self.plan


@pytest.fixture(params=FLAGS)
def library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[_Library]:
    fake = _Library(request.param)
    monkeypatch.setitem(sys.modules, "tensorrt", fake)
    monkeypatch.setattr(torch.cuda, "set_device", lambda device: fake.asked.update(device=device))
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "NVIDIA Test")
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: (8, 7))
    tensorrt_library.runtime.cache_clear()
    tensorrt_library.logger.cache_clear()
    yield fake
    tensorrt_library.runtime.cache_clear()
    tensorrt_library.logger.cache_clear()


def _job(target: Path, **changes: Any) -> Job:
    options = {"precision": "fp16", "size": (64, 72), "device": "cuda:1", "source": BUNDLED} | changes
    return Job("tensorrt", target=target, **options)


def _types(model: onnx.ModelProto) -> set[int]:
    return {weight.data_type for weight in model.graph.initializer if "pixel" not in weight.name}


def test_fp16_by_the_flag_or_by_the_model(library: _Library, tmp_path: Path) -> None:
    progress: list[tuple[float | None, str]] = []
    to_tensorrt.run(_job(tmp_path / "m.engine"), lambda step, fraction, message: progress.append((fraction, message)))
    strongly_typed = library.__version__.startswith("11")
    assert library.config.flags == (set() if strongly_typed else {0})
    assert _types(library.asked["model"]) == {onnx.TensorProto.FLOAT16 if strongly_typed else onnx.TensorProto.FLOAT}
    assert library.asked["network"] == (0 if strongly_typed else 1)
    assert library.asked["device"] == "cuda:1"
    assert ((0.5, "Building Engine") in progress) == (not library.__version__.startswith("8"))


def test_fp32_means_fp32(library: _Library, tmp_path: Path) -> None:
    to_tensorrt.run(_job(tmp_path / "m.engine", precision="fp32"), silent)
    assert library.config.flags == set()
    assert _types(library.asked["model"]) == {onnx.TensorProto.FLOAT}


def test_int8_is_in_the_model_and_the_rest_as_fast_as_it_goes(library: _Library, tmp_path: Path) -> None:
    """What is built of is the quantised model as it is, but for its size."""
    quantised = export(load_checkpoint(BUNDLED))
    describe(quantised, "posecast.precision", "int8")
    onnx.save(quantised, str(tmp_path / "qdq.onnx"))
    job = _job(tmp_path / "m.engine", precision="int8", source=tmp_path / "qdq.onnx", checkpoint=BUNDLED)
    to_tensorrt.run(job, silent)
    flags = FLAGS[library.__version__]
    by_flag = "FP16" in flags
    assert library.config.flags == ({flags["FP16"], flags["INT8"], flags["TF32"]} if by_flag else {flags["TF32"]})
    given = library.asked["model"]
    assert metadata(given)["posecast.precision"] == "int8"
    assert [[side.dim_value for side in port.type.tensor_type.shape.dim][2:] for port in given.graph.output] == [
        [8, 9]
    ] * 3
    header, _ = read_engine(tmp_path / "m.engine")
    assert (header.precision, header.size, header.raw_input) == ("int8", (64, 72), True)


def test_the_file_says_what_it_is(library: _Library, tmp_path: Path) -> None:
    to_tensorrt.run(_job(tmp_path / "m.engine"), silent)
    header, plan = read_engine(tmp_path / "m.engine")
    assert plan == b"a plan"
    assert (header.size, header.precision, header.raw_input) == ((64, 72), "fp16", True)
    assert header.platform == f"TensorRT {library.__version__} on NVIDIA Test (compute capability 8.7)"
    dimensions = library.asked["model"].graph.input[0].type.tensor_type.shape.dim
    assert [dimension.dim_value for dimension in dimensions] == [1, 3, 64, 72]


def test_torch2trt_files_are_as_the_reference_reads_them(library: _Library, tmp_path: Path) -> None:
    to_tensorrt.run_torch2trt(_job(tmp_path / "m-trt.pth", raw_input=False), silent)
    content = torch.load(tmp_path / "m-trt.pth", weights_only=True)
    assert content == {
        "engine": bytearray(b"a plan"),
        "input_names": ["data"],
        "output_names": ["features", "heatmaps", "pafs"],
    }
    assert tensorrt.torch2trt_engine(tmp_path / "m-trt.pth") == b"a plan"
    assert "Sub" not in {node.op_type for node in library.asked["model"].graph.node}  # the reference normalises


def test_what_the_library_says_is_passed_on(library: _Library, tmp_path: Path) -> None:
    library.asked["unreadable"] = True
    with pytest.raises(PosecastError, match="cannot read the model: no kernel for Elu"):
        to_tensorrt.run(_job(tmp_path / "m.engine"), silent)
    library.asked["unreadable"], library.plan = False, None
    with pytest.raises(PosecastError, match="could not build the engine"):
        to_tensorrt.run(_job(tmp_path / "m.engine"), silent)
    assert not (tmp_path / "m.engine").exists()
