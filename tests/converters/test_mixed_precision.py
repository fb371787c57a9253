"""Mixed precision: how often it is tried, what is left in float, and what is said in the end."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import onnx
import pytest

from converters import acceptance, mixed_precision
from converters.layer_noise import LayerNoise
from converters.onnx_file import METADATA_AGREEMENT, metadata
from converters.verify import Verdict
from engine.errors import PosecastError
from engine.models.job import Job
from engine.types import Frame, Progress
from tests.models import silent, tiny_onnx

GOOD = Verdict(10, 1.0, 0.98, 9.0, {"features": 0.1, "heatmaps": 0.2, "pafs": 0.15})
BAD = replace(GOOD, oks=0.9)
LAYERS = tuple(LayerNoise(f"layer_{index}", float(index)) for index in range(20))
Verdicts = Callable[[Sequence[Verdict]], list[tuple[str, ...]]]


@pytest.fixture
def job(tmp_path: Path) -> Job:
    path = tiny_onnx(tmp_path / "model.onnx", channels={"features": 57})
    return Job("int8-onnxruntime", path, path, "int8")


@pytest.fixture
def run(job: Job, monkeypatch: pytest.MonkeyPatch) -> Verdicts:
    """Quantise with these verdicts, one an attempt; the layers that each attempt leaves in float."""

    def start(verdicts: Sequence[Verdict]) -> list[tuple[str, ...]]:
        remaining = iter(verdicts)

        def compare(job: Job, frames: Sequence[Frame], progress: Progress) -> Verdict:
            return next(remaining)

        monkeypatch.setattr(mixed_precision, "compare", compare)
        monkeypatch.setattr(mixed_precision, "noisiest_layers", lambda job, frames: LAYERS)
        monkeypatch.setattr(acceptance, "noisiest_layers", lambda job, frames: LAYERS)
        attempts: list[tuple[str, ...]] = []
        try:
            mixed_precision.quantise(job, attempts.append, (), silent)
        finally:
            assert next(remaining, None) is None
        return attempts

    return start


def test_what_passes_is_left_alone(run: Verdicts) -> None:
    assert run([GOOD]) == [()]


def test_the_noisiest_layers_go_first(run: Verdicts, job: Job) -> None:
    first, second = run([BAD, GOOD])
    assert first == ()
    assert second == ("layer_0", "layer_1", "layer_2", "layer_3")
    said = json.loads(metadata(onnx.load(str(job.target)))[METADATA_AGREEMENT])
    assert said["in_float"] == list(second)
    assert said["oks"] == 0.98


def test_a_second_round_leaves_others_in_float_as_well(run: Verdicts) -> None:
    *_, last = run([BAD, BAD, GOOD])
    assert last == tuple(layer.layer for layer in LAYERS[:8])


def test_it_gives_up_after_two_rounds_and_names_the_layers(run: Verdicts, job: Job) -> None:
    with pytest.raises(PosecastError) as refusal:
        run([BAD, BAD, BAD])
    assert "the noisiest layers: layer_0 (0 dB), layer_1 (1 dB), layer_2 (2 dB)" in str(refusal.value)
    assert "8 more layers in float do not help" in str(refusal.value)
    assert METADATA_AGREEMENT not in metadata(onnx.load(str(job.target)))
