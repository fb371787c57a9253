"""`posecast convert` from the user's end: files that run, whole or not there, and every way to get it wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.loading import load_backend
from engine.types import ModelSpec
from tests.models import expected, largest_difference, picture, silent
from webapp.cli import main

pytestmark = pytest.mark.timeout(300)  # a quarter of a minute, but conversions yield to whatever else runs


def _difference(model: Path, backend: str) -> float:
    loaded = load_backend(ModelSpec(str(model), backend, precision="auto"), (136, 248), silent)
    try:
        return max(largest_difference(loaded.infer(picture(136)), expected(picture(136))).values())
    finally:
        loaded.close()


def test_onnx_runs_wherever_onnx_does(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "pose.onnx"
    assert main(["convert", "bundled", "--to", "onnx", "-o", str(path)]) == 0
    assert _difference(path, "onnxruntime") < 1e-4
    assert _difference(path, "openvino") < 0.12  # bf16, where the processor has it
    out, err = capfd.readouterr()
    assert str(path) in out
    assert "takes BGR, pixels 0..255, any width and height" in out
    assert "against PyTorch fp32, 8 frames" in out
    assert "1.000" in out
    assert err == ""


def test_openvino_ir_is_two_files_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "pose.xml"
    assert main(["convert", "bundled", "--to", "openvino", "--precision", "fp16", "-o", str(path)]) == 0
    assert {found.name for found in tmp_path.iterdir()} == {"pose.xml", "pose.bin"}
    assert path.with_suffix(".bin").stat().st_size < 11_000_000  # half of fp32's
    assert _difference(path, "openvino") < 0.12


def test_the_name_says_what_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = ["convert", "bundled", "--to", "openvino", "--height", "128", "--width", "224"]
    assert main(arguments) == 0
    assert {found.name for found in tmp_path.iterdir()} == {
        "posecast-v1-fp32-128x224.xml",
        "posecast-v1-fp32-128x224.bin",
    }


def test_a_model_for_keypoints_has_no_3d_head(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["convert", "bundled", "--to", "onnx", "--body", "keypoints"]) == 0
    loaded = load_backend(ModelSpec("posecast-v1-2d-fp32.onnx", "onnxruntime"), (136, 248), silent)
    assert loaded.infer(picture(136)).features is None
    loaded.close()
    assert "largest difference in features" not in capfd.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing.pth", "--to", "onnx"], "cannot read the model 'missing.pth'"),
        (["broken.pth", "--to", "onnx"], "broken.pth is not a PyTorch checkpoint"),
        (["model.onnx", "--to", "openvino"], "is not a checkpoint"),
        (["bundled", "--to", "torch2trt", "--precision", "int8"], "torch2trt is not written in int8"),
        (["bundled", "--to", "onnx", "--height", "256"], "--height and --width go together"),
        (["bundled", "--to", "onnx", "--height", "250", "--width", "456"], "multiples of 8"),
        (["bundled", "--to", "onnx", "-o", "pose.xml"], "let it end in .onnx"),
        (["bundled", "--to", "onnx", "-o", "nowhere/pose.onnx"], "the folder nowhere does not exist"),
        (["bundled", "--to", "onnx", "--calibration", "nothing.mp4"], "nothing.mp4"),
        (["bundled", "--to", "coreml"], "invalid choice: 'coreml'"),
    ],
)
def test_mistakes_are_said_in_one_line(
    arguments: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken.pth").write_bytes(b"broken")
    (tmp_path / "model.onnx").write_bytes(b"")
    assert main(["convert", *arguments]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith("posecast: ")
    assert said in err
    assert err.count("\n") == 1
    assert {found.name for found in tmp_path.iterdir()} == {"broken.pth", "model.onnx"}


@pytest.mark.parametrize("to", ["tensorrt", "torch2trt"])
def test_engines_need_tensorrt(
    to: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    if main(["convert", "bundled", "--to", to]) == 0:
        pytest.skip("TensorRT is here")
    assert "cannot build an engine: " in capfd.readouterr().err
    assert not list(tmp_path.iterdir())


def test_the_checkpoint_is_not_overwritten(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    checkpoint, link = tmp_path / "mine.pth", tmp_path / "mine.onnx"
    checkpoint.write_bytes(b"precious")
    link.hardlink_to(checkpoint)
    assert main(["convert", str(checkpoint), "--to", "onnx", "-o", str(link)]) == 2
    assert "is the same file as the input" in capfd.readouterr().err
    assert checkpoint.read_bytes() == b"precious"
