"""The ONNX Runtime adapter: foreign models, their normalisation, and models of one size."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import onnx
import pytest

from engine.errors import PosecastError
from engine.inference import onnxruntime
from engine.inference.onnxruntime import open_model
from tests.models import expected, foreign_onnx, largest_difference, picture, tiny_onnx

SIZE = (136, 248)
_ROOT = Path(__file__).parents[3]


def _open(path: Path, raw_input: bool | None = None) -> onnxruntime.OnnxRuntimeBackend:
    return open_model(path, device="CPU", precision="fp32", size=SIZE, raw_input=raw_input)


def test_the_references_onnx_takes_normalised_pixels_of_one_size(tmp_path: Path) -> None:
    backend = _open(foreign_onnx(tmp_path / "model.onnx", raw_input=False, size=SIZE))
    assert backend.fixed_size == SIZE
    assert max(largest_difference(backend.infer(picture(136)), expected(picture(136))).values()) < 1e-4


def test_the_user_may_say_that_it_takes_raw_pixels(tmp_path: Path) -> None:
    backend = _open(foreign_onnx(tmp_path / "model.onnx", raw_input=True), raw_input=True)
    assert backend.fixed_size is None
    assert max(largest_difference(backend.infer(picture(136)), expected(picture(136))).values()) < 1e-4


def test_outputs_are_told_apart_by_their_channels(tmp_path: Path) -> None:
    backend = _open(tiny_onnx(tmp_path / "model.onnx", channels={"c": 38, "a": 57, "b": 19}))
    maps = backend.infer(picture(136))
    assert (len(maps.features), len(maps.heatmaps), len(maps.pafs)) == (57, 19, 38)


def test_refuses_another_network(tmp_path: Path) -> None:
    path = tiny_onnx(tmp_path / "tiny.onnx", channels={"logits": 1000})
    with pytest.raises(PosecastError, match=r"not a model of this kind.*its outputs: logits with 1000 channels"):
        _open(path)


def test_refuses_what_is_no_model_in_one_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "model.onnx").write_bytes(b"not a model")
    with pytest.raises(PosecastError, match="ONNX Runtime cannot open"):
        _open(tmp_path / "model.onnx")
    assert capfd.readouterr() == ("", "")


def test_models_of_others_are_called_what_they_are(tmp_path: Path) -> None:
    assert _open(foreign_onnx(tmp_path / "float.onnx")).info.precision == "fp32"
    assert onnxruntime._precision_of(foreign_onnx(tmp_path / "half.onnx", half=True)) == "fp16"
    path = tmp_path / "quantised.onnx"
    model = onnx.load(foreign_onnx(path))
    scale = [onnx.helper.make_tensor(name, kind, [], [1]) for name, kind in (("scale", 1), ("zero", 2))]
    model.graph.initializer.extend(scale)
    (first,) = (node for node in model.graph.node if "data" in node.input)
    model.graph.node.insert(0, onnx.helper.make_node("QuantizeLinear", ["data", "scale", "zero"], ["in_8_bits"]))
    model.graph.node.insert(1, onnx.helper.make_node("DequantizeLinear", ["in_8_bits", "scale", "zero"], ["pixels"]))
    first.input[list(first.input).index("data")] = "pixels"
    onnx.save(model, path)
    assert _open(path).info.precision == "int8"


def test_a_failing_gpu_is_reported_in_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the words of a real one that had no memory left, shortened."""
    said = "[ONNXRuntimeError] : 1 : FAIL : /cuda_call.cc:154 std::conditional_t<THRW, void> CUBLAS failure 3: the "
    said += "resource allocation failed ; GPU=0 ; hostname=vm ; expr=cublasCreate(&cublas_handle_);"

    def fail(*arguments: object, **options: object) -> None:
        raise RuntimeError(said)

    monkeypatch.setattr(onnxruntime.runtime(), "InferenceSession", fail)
    with pytest.raises(PosecastError) as caught:
        open_model(tmp_path / "model.onnx", device="CUDA", precision="fp16", size=SIZE, raw_input=None)
    assert caught.value.error == "ONNX Runtime fails on CUDA: CUBLAS failure 3: the resource allocation failed"
    assert "memory" in caught.value.hint


def test_devices_without_hardware_are_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    """A GPU build lists its providers on machines without a GPU too."""
    every = ["TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"]
    monkeypatch.setattr(onnxruntime.runtime(), "get_available_providers", lambda: every)
    monkeypatch.setattr(onnxruntime, "gpu_count", lambda: 0)
    assert onnxruntime.devices() == ("CPU",)
    monkeypatch.setattr(onnxruntime, "gpu_count", lambda: 1)
    assert onnxruntime.devices() == ("CUDA", "CPU")  # TensorRT is listed whether it is installed or not


def test_nothing_is_gathered_for_the_librarys_makers(tmp_path: Path) -> None:
    model = tiny_onnx(tmp_path / "model.onnx", channels={"c": 38, "a": 57, "b": 19})
    home = tmp_path / "home"
    home.mkdir()
    code = """
import sys
from pathlib import Path
from tests.engine.inference.test_onnxruntime import _open
_open(Path(sys.argv[1])).close()
"""
    # Its reports are off by themselves in CI, where this test would prove nothing.
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH")}
    subprocess.run([sys.executable, "-c", code, model], check=True, env={**kept, "HOME": str(home)}, cwd=_ROOT)
    assert [path for path in home.rglob("*") if "Microsoft" in str(path)] == []
