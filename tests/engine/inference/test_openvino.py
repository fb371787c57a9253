"""The OpenVINO adapter: foreign models, their normalisation, sizes, and no word sent home."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.errors import PosecastError
from engine.inference import openvino
from engine.inference.openvino import open_model
from tests.models import expected, foreign_onnx, largest_difference, picture, tiny_onnx

SIZE = (136, 248)


def _open(path: Path, **changes: object) -> openvino.OpenVinoBackend:
    options = {"device": "CPU", "precision": "fp32", "size": SIZE, "raw_input": None} | changes
    return open_model(path, **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def official_ir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An IR as the Open Model Zoo makes it: raw pixels, one fixed size, without posecast's metadata."""
    folder = tmp_path_factory.mktemp("official")
    runtime = openvino.runtime()
    model = runtime.Core().read_model(foreign_onnx(folder / "model.onnx", raw_input=True, size=(256, 448)))
    runtime.save_model(model, folder / "model.xml", compress_to_fp16=False)
    return folder / "model.xml"


@pytest.fixture(scope="module")
def reference_onnx(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An ONNX as the reference makes it: normalised pixels, one fixed size, without posecast's metadata."""
    return foreign_onnx(tmp_path_factory.mktemp("reference") / "model.onnx", raw_input=False, size=(256, 448))


def test_official_ir_takes_raw_pixels_of_any_size(official_ir: Path) -> None:
    backend = _open(official_ir)
    assert max(largest_difference(backend.infer(picture(136)), expected(picture(136))).values()) < 1e-4
    assert backend.fixed_size is None


def test_reference_onnx_takes_normalised_pixels(reference_onnx: Path) -> None:
    maps = _open(reference_onnx).infer(picture(136))
    assert max(largest_difference(maps, expected(picture(136))).values()) < 1e-4


def test_the_user_may_say_otherwise(official_ir: Path, reference_onnx: Path) -> None:
    for path, wrong in ((official_ir, False), (reference_onnx, True)):
        maps = _open(path, raw_input=wrong).infer(picture(136))
        assert largest_difference(maps, expected(picture(136)))["heatmaps"] > 0.1


def test_keeps_a_few_sizes(official_ir: Path) -> None:
    backend = _open(official_ir)
    image = picture(136)
    first = backend.infer(image)
    for width in (64, 72, 80, 88):
        assert backend.infer(np.zeros((64, width, 3), np.uint8)).pafs.shape == (38, 8, width // 8)
    assert max(largest_difference(backend.infer(image), first).values()) == 0


def test_precision_reported_is_the_compiled_one(official_ir: Path) -> None:
    for precision in ("fp32", "bf16"):
        if precision in openvino.precisions("CPU"):
            assert _open(official_ir, precision=precision).info.precision == precision


@pytest.mark.parametrize(
    ("channels", "inputs", "reason"),
    [
        ({"features": 57, "heatmaps": 19}, 1, "'pafs' with 38 channels"),
        ({"features": 57, "heatmaps": 18, "pafs": 38}, 1, "'heatmaps' with 19 channels"),
        ({"features": 57, "heatmaps": 19, "pafs": 38}, 2, "one input"),
    ],
)
def test_refuses_another_network(tmp_path: Path, channels: dict[str, int], inputs: int, reason: str) -> None:
    path = tiny_onnx(tmp_path / "tiny.onnx", channels=channels, inputs=inputs)
    with pytest.raises(PosecastError, match=f"not a model of this kind.*{reason}"):
        _open(path)


@pytest.mark.parametrize("name", ["model.xml", "model.onnx"])
def test_refuses_what_is_no_model(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"not a model")
    with pytest.raises(PosecastError, match="OpenVINO cannot read"):
        _open(tmp_path / name)


def test_refuses_an_ir_without_its_weights(tmp_path: Path, official_ir: Path) -> None:
    (tmp_path / "model.xml").write_bytes(official_ir.read_bytes())
    with pytest.raises(PosecastError, match="OpenVINO cannot read"):
        _open(tmp_path / "model.xml")


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_closing_lets_go_of_the_file_at_once(tmp_path: Path, official_ir: Path) -> None:
    """Not when the garbage collector comes by: a server that switches now and then would collect open files."""
    for suffix in (".xml", ".bin"):  # a copy: other tests' backends may not have been collected yet
        shutil.copy(official_ir.with_suffix(suffix), tmp_path)
    weights = str(tmp_path / "model.bin")
    backend = _open(tmp_path / "model.xml")
    assert weights in Path("/proc/self/maps").read_text()
    backend.close()
    assert weights not in Path("/proc/self/maps").read_text()


def test_importing_openvino_sends_nothing_home() -> None:
    """In a process of its own: OpenVINO's telemetry is neither imported nor anything it would send with."""
    code = (
        "import sys; from engine.inference import openvino; openvino.devices();"
        "senders = [name for name, module in sys.modules.items() if module and name.startswith('openvino_telemetry')];"
        "assert not senders, senders; assert 'openvino.tools.ovc' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
