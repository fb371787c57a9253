"""What Fast, Balanced and Careful stand for here."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import presets as module
from engine.inference import installed
from engine.presets import presets
from engine.trials import Trial
from engine.types import ModelSpec
from tests.models import foreign_onnx

HD = (1280, 720)


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[Trial]:
    """The record of the trials, to be filled by a test."""
    record: list[Trial] = []
    monkeypatch.setattr(module, "recorded_trials", lambda spec: record)
    return record


def test_they_name_what_runs_here(tried: list[Trial]) -> None:
    fast, balanced, careful = presets(ModelSpec(), HD)
    assert [each.reason for each in (fast, balanced, careful)] == [None, None, None]
    assert [(each.spec.precision, each.height) for each in (fast, balanced, careful)] == [
        ("int8", 184),
        ("int8", 256),
        ("fp32", 368),
    ]
    assert "auto" not in (fast.spec.backend, fast.spec.device)
    assert fast.ready, "INT8 ships for the bundled checkpoint"


def test_the_fastest_of_the_trials_is_taken(tried: list[Trial]) -> None:
    tried += [Trial("onnxruntime", "CPU", "int8", 20.0), Trial("openvino", "CPU", "int8", 30.0)]
    assert presets(ModelSpec(), HD)[0].spec.backend == "onnxruntime"


def test_int8_that_finds_other_people_is_not_offered(tried: list[Trial]) -> None:
    tried += [Trial("openvino", "CPU", "int8", None, "finds other people"), Trial("openvino", "CPU", "fp32", 90.0)]
    assert presets(ModelSpec(), HD)[0].spec.backend == "onnxruntime", "which was not tried, and may be right"
    tried.append(Trial("onnxruntime", "CPU", "int8", None, "finds other people"))
    fast, balanced, careful = presets(ModelSpec(), HD)
    assert fast.reason == balanced.reason == "int8 finds other people"
    assert (careful.reason, careful.spec.backend) == (None, "openvino")


def test_a_ready_model_has_no_presets(tmp_path: Path) -> None:
    for preset in presets(ModelSpec(str(foreign_onnx(tmp_path / "own.onnx"))), HD):
        assert preset.reason == "own.onnx has one precision, in which it was made"


def test_what_must_be_converted_first_needs_the_packages(
    tried: list[Trial], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("POSECAST_CACHE", str(tmp_path))
    careful = presets(ModelSpec(), HD)[2]
    assert (careful.reason, careful.ready) == (None, False)
    found = installed._version
    monkeypatch.setattr(installed, "_version", lambda name: None if name in ("torch", "onnx") else found(name))
    reason = presets(ModelSpec(), HD)[2].reason
    assert reason == "converting a model needs the package torch, which is not installed"
