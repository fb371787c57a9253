"""Model files cut at any byte, or with flipped bits: refused with a reason, or opened; no crash and no other error."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from engine.inference import openvino
from tests.models import tiny_onnx
from tests.robustness.damage import KINDS

ROOT = Path(__file__).parents[2]
FEW, MANY = 200, pytest.param(2_000, marks=[pytest.mark.long, pytest.mark.timeout(600)])


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small network with our outputs, as ONNX and as IR."""
    folder = tmp_path_factory.mktemp("models")
    onnx = tiny_onnx(folder / "model.onnx", channels={"features": 57, "heatmaps": 19, "pafs": 38})
    runtime = openvino.runtime()
    runtime.save_model(runtime.Core().read_model(onnx), folder / "model.xml", compress_to_fp16=False)
    return folder


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [FEW, MANY])
def test_damaged_models_are_refused(kind: str, count: int, models: Path, tmp_path: Path) -> None:
    for path in models.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    command = [sys.executable, "-m", "tests.robustness.damage", kind, str(tmp_path), str(count)]
    ended = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, errors="replace", timeout=580, check=False
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    outcome = json.loads(ended.stdout.splitlines()[-1])
    assert outcome["refused"] + outcome["opened"] == count
    assert outcome["refused"] >= count // 2, "every file that is cut has to be refused"
