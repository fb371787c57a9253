"""How long the network would take with each preset: measured, scaled, or unknown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.geometry import DEFAULT_CAMERA
from engine.pipeline import Pipeline, Stats
from engine.presets import Preset
from engine.trials import Trial
from engine.types import BackendInfo, ModelSpec
from webapp.state import presets as module
from webapp.state.presets import describe_presets

INT8, FP32 = ("openvino", "CPU", "int8"), ("openvino", "CPU", "fp32")
FAST = Preset("fast", ModelSpec(backend="openvino", device="CPU", precision="int8"), 128)
ABSENT = Preset("careful", ModelSpec(precision="fp32"), 256, "nothing runs here", ready=False)


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[Trial]:
    record: list[Trial] = []
    monkeypatch.setattr(module, "recorded_trials", lambda spec: record)
    monkeypatch.setattr(module, "presets", lambda model, image_size: (FAST, ABSENT))
    return record


def test_a_measured_time_is_told_as_such(playing: Pipeline, tried: list[Trial]) -> None:
    fast, absent = describe_presets(playing.state(), {(*INT8, 128): 21.04, (*INT8, 256): 50.0, (*FP32, 256): 9.0})
    assert (fast["expected_ms"], fast["measured"]) == (21.0, True)
    assert fast["settings"] == {"backend": "openvino", "device": "CPU", "precision": "int8", "height_size": 128}
    assert (absent["available"], absent["reason"], absent["expected_ms"]) == (False, "nothing runs here", None)


def test_another_height_is_scaled_by_its_pixels(playing: Pipeline, tried: list[Trial]) -> None:
    (fast, _) = describe_presets(playing.state(), {(*INT8, 256): 40.0})
    assert fast["expected_ms"] == pytest.approx(10, rel=0.1)
    assert not fast["measured"]


def test_what_has_just_begun_counts_too(playing: Pipeline, tried: list[Trial]) -> None:
    tried += [Trial(*INT8, 40.0), Trial(*FP32, 100.0)]
    state = replace(playing.state(), backend=BackendInfo(*FP32), stats=Stats(stage_ms={"infer": 300.0}), source="demo")
    told = describe_presets(state, {})[0]["expected_ms"]
    assert told == pytest.approx(30, rel=0.15)
    assert describe_presets(replace(state, source="recording:one"), {})[0]["expected_ms"] == pytest.approx(
        told / 3, 0.01
    )


def test_a_trial_is_corrected_by_what_runs_now(playing: Pipeline, tried: list[Trial]) -> None:
    state = replace(playing.state(), camera=DEFAULT_CAMERA.for_image(1280, 720))
    assert describe_presets(state, {})[0]["expected_ms"] is None
    tried += [Trial(*INT8, 40.0), Trial(*FP32, 100.0)]
    assert describe_presets(state, {})[0]["expected_ms"] == pytest.approx(10, rel=0.1)
    assert describe_presets(state, {(*FP32, 256): 200.0})[0]["expected_ms"] == pytest.approx(20, rel=0.1)
