"""Trials rank what runs, leave out what finds other people, and are kept."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine import trials
from engine.errors import PosecastError
from engine.machine import processor
from engine.trials import Trial, ranked
from engine.types import BackendInfo, Image, Maps, ModelSpec
from tests.models import expected

FAST = ModelSpec(backend="openvino", device="CPU", precision="int8")
SLOW = ModelSpec(backend="onnxruntime", device="CPU", precision="int8")


class Sleeping:
    """PyTorch's maps after a while, with heatmaps scaled."""

    info = BackendInfo("fake", "CPU", "int8")
    fixed_size = None

    def __init__(self, seconds: float, heatmaps: float = 1.0) -> None:
        self._seconds, self._heatmaps = seconds, heatmaps
        self.closed = False

    def infer(self, image: Image) -> Maps:
        time.sleep(self._seconds)
        maps = _expected(image)
        return replace(maps, heatmaps=maps.heatmaps * np.float32(self._heatmaps))

    def close(self) -> None:
        self.closed = True


_known: dict[bytes, Maps] = {}


def _expected(image: Image) -> Maps:
    key = image.tobytes()
    if key not in _known:
        _known[key] = expected(image)
    return _known[key]


def test_the_fastest_comes_first(tmp_path: Path) -> None:
    backends = {"openvino": Sleeping(0.0), "onnxruntime": Sleeping(0.05)}
    found = ranked([SLOW, FAST], lambda spec: backends[spec.backend], "1", tmp_path)
    assert [trial.backend for trial in found] == ["openvino", "onnxruntime"]
    assert found[1].ms is not None
    assert found[1].ms >= 50
    assert all(backend.closed for backend in backends.values())


def test_what_finds_other_people_is_left_out(tmp_path: Path) -> None:
    backends = {"openvino": Sleeping(0.0, heatmaps=0.05), "onnxruntime": Sleeping(0.02)}
    found = ranked([FAST, SLOW], lambda spec: backends[spec.backend], "1", tmp_path)
    assert [trial.backend for trial in found] == ["onnxruntime", "openvino"]
    assert found[1].ms is None
    assert found[1].refusal is not None
    assert "other people" in found[1].refusal


def test_what_does_not_run_is_left_out_with_its_reason(tmp_path: Path) -> None:
    def open_model(spec: ModelSpec) -> Sleeping:
        if spec is FAST:
            raise PosecastError("no such instruction")
        return Sleeping(0.0)

    found = ranked([FAST, SLOW], open_model, "1", tmp_path)
    assert found[1] == Trial("openvino", "CPU", "int8", None, "no such instruction")


def test_an_outcome_is_kept_until_something_changes(tmp_path: Path) -> None:
    opened: list[str] = []

    def open_model(spec: ModelSpec) -> Sleeping:
        opened.append(spec.backend)
        return Sleeping(0.0)

    first = ranked([FAST, SLOW], open_model, "1", tmp_path)
    assert ranked([FAST, SLOW], open_model, "1", tmp_path) == first
    assert len(opened) == 2
    ranked([FAST, SLOW], open_model, "2", tmp_path)
    assert len(opened) == 4


@pytest.mark.parametrize("content", ["", "[", '[{"backend": 1}]', "{}"])
def test_a_damaged_outcome_is_tried_again(content: str, tmp_path: Path) -> None:
    first = ranked([FAST], lambda spec: Sleeping(0.0), "1", tmp_path)
    (kept,) = tmp_path.iterdir()
    kept.write_text(content, encoding="utf-8")
    assert len(ranked([FAST], lambda spec: Sleeping(0.0), "1", tmp_path)) == len(first)
    assert json.loads(kept.read_text(encoding="utf-8"))


def test_no_further_candidate_is_begun_after_the_budget(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "BUDGET_S", 0.0)
    candidates = [replace(FAST, precision=precision) for precision in ("int8", "bf16", "fp32")]
    assert len(ranked(candidates, lambda spec: Sleeping(0.0), "1", tmp_path)) == 2


def test_the_processor_is_named_with_its_cores() -> None:
    assert processor().endswith("cores")
