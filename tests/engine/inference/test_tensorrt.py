"""The TensorRT adapter up to the library call: engine files, where they may run, and the named-tensor API.

There is no TensorRT and no GPU here. A small stand-in for the `tensorrt` module takes its place at the import; it
knows the calls that 8.5 to 11 have in common, and its engine computes something simple with the memory it is given.
"""

from __future__ import annotations

import contextlib
import ctypes
import enum
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from engine.errors import PosecastError
from engine.inference import tensorrt, tensorrt_library
from engine.inference.engine_file import EngineHeader, read_engine, write_engine
from engine.inference.tensorrt_backend import TensorRtBackend

HEADER = EngineHeader((64, 72), "fp16", True, "NVIDIA Test", (8, 7), "10.3.0")
PLAN = b"an engine"


class _Mode(enum.Enum):
    INPUT = enum.auto()
    OUTPUT = enum.auto()


class _Type(enum.Enum):
    FLOAT = enum.auto()
    HALF = enum.auto()


class _Engine:
    """Outputs whose every cell is the mean of the input plus the number of the output; torch2trt's names and order."""

    def __init__(self, shapes: dict[str, tuple[int, ...]]) -> None:
        self.shapes = shapes
        self.num_io_tensors = len(shapes)

    def get_tensor_name(self, index: int) -> str:
        return list(self.shapes)[index]

    def get_tensor_mode(self, name: str) -> _Mode:
        return _Mode.INPUT if name.startswith("input") else _Mode.OUTPUT

    def get_tensor_shape(self, name: str) -> tuple[int, ...]:
        return self.shapes[name]

    def get_tensor_dtype(self, name: str) -> _Type:
        return _Type.FLOAT

    def get_tensor_profile_shape(self, name: str, profile: int) -> list[tuple[int, ...]]:
        return [(1, 3, 32, 32), (1, 3, 64, 72), (1, 3, 128, 128)]

    def create_execution_context(self) -> _Context:
        return _Context(self)


class _Context:
    def __init__(self, engine: _Engine) -> None:
        self.engine = engine
        self.shapes = dict(engine.shapes)
        self.addresses: dict[str, int] = {}

    def set_input_shape(self, name: str, shape: tuple[int, ...]) -> None:
        self.shapes[name] = shape
        for output in self.shapes:
            if output != name:
                self.shapes[output] = (1, self.shapes[output][1], shape[2] // 8, shape[3] // 8)

    def get_tensor_shape(self, name: str) -> tuple[int, ...]:
        return self.shapes[name]

    def set_tensor_address(self, name: str, address: int) -> None:
        self.addresses[name] = address

    def execute_async_v3(self, stream: int) -> bool:
        assert stream == 7
        assert self.addresses.keys() == self.shapes.keys()
        (entry,) = (name for name in self.shapes if name.startswith("input"))
        mean = self._memory(entry).mean()
        for number, name in enumerate(name for name in self.shapes if name != entry):
            self._memory(name)[:] = mean + number
        return True

    def _memory(self, name: str) -> np.ndarray:
        count = int(np.prod(self.shapes[name]))
        return np.ctypeslib.as_array(ctypes.cast(self.addresses[name], ctypes.POINTER(ctypes.c_float)), (count,))


FIXED = {
    "input_0": (1, 3, 64, 72),
    "output_0": (1, 57, 8, 9),
    "output_1": (1, 19, 8, 9),
    "output_2": (1, 38, 8, 9),
}
DYNAMIC = {name: (1, shape[1], -1, -1) for name, shape in FIXED.items()}


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """TensorRT 10.3 on an NVIDIA Test 8.7; `engine`: what it deserializes to."""
    fake = SimpleNamespace(
        __version__="10.3.0", TensorIOMode=_Mode, DataType=_Type, engine=_Engine(FIXED), seen=[],
        Logger=type("Logger", (), {"ERROR": 1, "__init__": lambda self, severity: None}),
    )  # fmt: skip

    def deserialize(plan: bytes) -> _Engine | None:
        fake.seen.append(plan)
        return fake.engine

    fake.Runtime = lambda logger: SimpleNamespace(deserialize_cuda_engine=deserialize)
    monkeypatch.setitem(__import__("sys").modules, "tensorrt", fake)
    _forget()
    stream = SimpleNamespace(cuda_stream=7)
    for name, stand_in in (
        ("device", lambda device: contextlib.nullcontext()),
        ("stream", lambda stream: contextlib.nullcontext()),
        ("Stream", lambda device: stream),
        ("get_device_name", lambda device: "NVIDIA Test"),
        ("get_device_capability", lambda device: (8, 7)),
    ):
        monkeypatch.setattr(torch.cuda, name, stand_in)
    yield fake
    _forget()


def _forget() -> None:
    tensorrt_library.runtime.cache_clear()
    tensorrt_library.logger.cache_clear()


@pytest.fixture
def engine_file(tmp_path: Path) -> Path:
    write_engine(tmp_path / "model.engine", HEADER, PLAN)
    return tmp_path / "model.engine"


def _open(path: Path, **changes: Any) -> TensorRtBackend:
    options = {"device": "cpu", "precision": "fp32", "size": (256, 456), "raw_input": None} | changes
    return tensorrt.open_model(path, **options)


def test_engine_files_come_back_as_written(engine_file: Path) -> None:
    assert read_engine(engine_file) == (HEADER, PLAN)


@pytest.mark.parametrize("length", [0, 4, 8, 10, 12, 30])
def test_cut_engine_files_are_refused(engine_file: Path, length: int) -> None:
    engine_file.write_bytes(engine_file.read_bytes()[:length])
    with pytest.raises(PosecastError, match=r"damaged|not an engine made by posecast"):
        read_engine(engine_file)


def test_engines_of_others_are_refused(tmp_path: Path) -> None:
    (tmp_path / "trtexec.engine").write_bytes(b"ftrt" + bytes(100))
    with pytest.raises(PosecastError, match="does not say what it takes and where it runs"):
        read_engine(tmp_path / "trtexec.engine")


def test_runs_an_engine_of_ours(library: SimpleNamespace, engine_file: Path) -> None:
    backend = _open(engine_file)
    assert library.seen == [PLAN]
    assert backend.fixed_size == (64, 72)
    assert (backend.info.name, backend.info.precision) == ("tensorrt", "fp16")
    maps = backend.infer(np.full((64, 72, 3), 200, np.uint8))
    assert maps.features.shape == (57, 8, 9)
    assert np.allclose(maps.features, 200)  # raw pixels, and the outputs in their order
    assert np.allclose(maps.heatmaps, 201)
    assert np.allclose(maps.pafs, 202)
    backend.close()
    backend.close()


def test_the_next_picture_leaves_maps_alone(library: SimpleNamespace, engine_file: Path) -> None:
    backend = _open(engine_file)
    first = backend.infer(np.full((64, 72, 3), 100, np.uint8))
    kept = first.heatmaps.copy()
    backend.infer(np.zeros((64, 72, 3), np.uint8))
    assert np.array_equal(first.heatmaps, kept)


@pytest.mark.parametrize(
    ("changes", "other"),
    [
        ({"tensorrt": "8.5.2"}, "TensorRT 8.5.2"),
        ({"gpu": "Orin"}, "Orin"),
        ({"compute_capability": (9, 0)}, "compute capability 9.0"),
    ],
)
def test_an_engine_of_another_place_is_refused(
    library: SimpleNamespace, tmp_path: Path, changes: dict[str, Any], other: str
) -> None:
    fields = {name: getattr(HEADER, name) for name in EngineHeader.__slots__}
    write_engine(tmp_path / "model.engine", EngineHeader(**fields | changes), PLAN)
    with pytest.raises(PosecastError, match=f"built for .*{other}.*, and here is TensorRT 10.3.0 on NVIDIA Test"):
        _open(tmp_path / "model.engine")
    assert library.seen == []


def test_torch2trt_files_take_normalised_pixels(library: SimpleNamespace, tmp_path: Path) -> None:
    path = tmp_path / "model-trt.pth"
    names = [name for name in FIXED if name != "input_0"]
    torch.save({"engine": bytearray(PLAN), "input_names": ["input_0"], "output_names": names}, path)
    image = np.full((64, 72, 3), 255, np.uint8)
    assert np.allclose(_open(path).infer(image).features, 127 / 255)
    assert np.allclose(_open(path, raw_input=True).infer(image).features, 255)
    assert library.seen == [PLAN, PLAN]


def test_engines_of_a_range_of_sizes_are_run_at_their_best(library: SimpleNamespace, engine_file: Path) -> None:
    library.engine = _Engine(DYNAMIC)
    backend = _open(engine_file)
    assert backend.fixed_size == (64, 72)
    assert backend.infer(np.zeros((64, 72, 3), np.uint8)).pafs.shape == (38, 8, 9)


def test_what_the_library_refuses_is_said_plainly(library: SimpleNamespace, engine_file: Path) -> None:
    library.engine = None
    with pytest.raises(PosecastError, match=r"refuses .* built for another, or is damaged"):
        _open(engine_file)


def test_an_engine_of_another_network_is_refused(library: SimpleNamespace, engine_file: Path) -> None:
    library.engine = _Engine({"input": (1, 3, 64, 72), "logits": (1, 1000, 8, 9)})
    with pytest.raises(PosecastError, match="not a model of this kind"):
        _open(engine_file)


@pytest.mark.parametrize("content", [b"", b"no pickle", {"engine": None}, [1, 2]])
def test_torch2trt_files_that_are_none_are_refused(tmp_path: Path, content: Any) -> None:
    path = tmp_path / "model-trt.pth"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        torch.save(content, path)
    with pytest.raises(PosecastError, match="not a torch2trt model"):
        tensorrt.torch2trt_engine(path)


def test_code_in_a_torch2trt_file_is_not_run(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (tmp_path / "exploded",))

    torch.save({"engine": Bomb(), "input_names": [], "output_names": []}, tmp_path / "model-trt.pth")
    with pytest.raises(PosecastError, match="not a torch2trt model"):
        tensorrt.torch2trt_engine(tmp_path / "model-trt.pth")
    assert not (tmp_path / "exploded").exists()


def test_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tensorrt, "gpu_count", lambda: 0)
    with pytest.raises(PosecastError, match="needs an NVIDIA GPU"):
        tensorrt.devices()
    monkeypatch.setattr(tensorrt, "gpu_count", lambda: 1)
    monkeypatch.setitem(__import__("sys").modules, "tensorrt", None)
    _forget()
    with pytest.raises(PosecastError, match="TensorRT does not load: import of tensorrt halted"):
        tensorrt.devices()
