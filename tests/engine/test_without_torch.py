"""Ready models run where neither torch nor onnx can be imported, and what needs them says what to install."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from engine import bench, inference, models
from engine.errors import PosecastError
from engine.inference import installed, onnxruntime
from engine.models.job import Job, run
from engine.models.prepare import Checkpoint, onnx
from engine.settings import Settings
from tests.models import silent, tiny_onnx

ROOT = Path(__file__).parents[2]
INSTALL = "pip install 'posecast[pytorch]'"
_BLOCKED = """
import sys
sys.modules |= dict.fromkeys(("torch", "onnx"))
from webapp.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulate that the extra `pytorch` is not installed."""
    found = installed._version
    monkeypatch.setattr(installed, "_version", lambda name: None if name in ("torch", "onnx") else found(name))
    inference.report.cache_clear()
    monkeypatch.setattr(inference, "report", inference.report.__wrapped__)


@pytest.mark.parametrize("backend", ["auto", "onnxruntime", "openvino"])
def test_a_ready_model_finds_people(tmp_path: Path, backend: str) -> None:
    model = onnx(Checkpoint(models.resolve("bundled")), "fp32", silent)
    output = tmp_path / "people.jsonl"
    command = ["infer", "demo", "--max-frames", "2", "--model", str(model), "--backend", backend, "-o", str(output)]
    done = subprocess.run(
        [sys.executable, "-c", _BLOCKED, *command], cwd=ROOT, capture_output=True, text=True, timeout=100
    )
    assert done.returncode == 0, done.stderr
    scenes = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    assert len(scenes) == 2
    assert all(scene["people"] for scene in scenes)


@pytest.mark.usefixtures("without_torch")
def test_the_backend_says_what_to_install() -> None:
    found = inference.report("pytorch")
    assert not found.available
    assert found.reason == f"the package torch is not installed; {INSTALL}"


@pytest.mark.usefixtures("without_torch")
def test_conversions_say_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(PosecastError) as caught:
        run(Job("onnx", models.resolve("bundled"), tmp_path / "model.onnx"), silent)
    assert str(caught.value) == f"converting a model needs the package torch, which is not installed; {INSTALL}"


@pytest.mark.usefixtures("without_torch")
def test_the_comparison_of_the_bench_says_what_to_install() -> None:
    with pytest.raises(PosecastError, match="the comparison with plain PyTorch needs the package torch"):
        bench.measure_baseline_in_child(Settings(), 1.0)


def test_a_foreign_model_whose_precision_nobody_can_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tiny_onnx(tmp_path / "model.onnx", channels={"c": 38, "a": 57, "b": 19})
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(PosecastError) as caught:
        onnxruntime.open_model(path, device="CPU", precision="fp32", size=(64, 64), raw_input=None)
    assert caught.value.hint == INSTALL
