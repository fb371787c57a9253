"""Judging a conversion: the numbers of the contract, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest

from converters import acceptance, frames
from converters.acceptance import judge
from converters.to_onnx import export
from converters.verify import Verdict, check, verify
from engine import models
from engine.errors import PosecastError
from engine.models.job import Job, run
from engine.types import Backend, Frame
from tests.models import Changed, network, silent

GOOD = Verdict(10, 1.0, 0.98, 9.0, {"features": 0.1, "heatmaps": 0.2, "pafs": 0.15})


@pytest.fixture(scope="module")
def stage() -> tuple[Frame, ...]:
    return frames.gather(("demo",), 2).verification


def _verdict(candidate: Backend, stage: tuple[Frame, ...]) -> Verdict:
    return verify(Changed(), candidate, stage, 136, silent)


def test_a_network_agrees_with_itself(stage: tuple[Frame, ...]) -> None:
    verdict = _verdict(Changed(), stage)
    assert (verdict.frames, verdict.people, verdict.oks, verdict.mm) == (2, 1.0, 1.0, 0.0)
    assert set(verdict.difference.values()) == {0.0}
    assert verdict.passes


def test_a_network_that_finds_nobody_is_refused(stage: tuple[Frame, ...]) -> None:
    verdict = _verdict(Changed(heatmaps=0.0), stage)
    assert verdict.people == 0.0
    assert verdict.oks is None
    assert not verdict.passes
    with pytest.raises(PosecastError, match=r"int8 changes the people found: people 0\.000, oks none.*heatmaps change"):
        check(verdict, "int8")


def test_bodies_that_changed_are_measured_in_millimetres(stage: tuple[Frame, ...]) -> None:
    """All joints of a body move by 0.1 x 1.80 m but the pelvis's own do, too: aligned at the root nothing is left."""
    moved = _verdict(Changed(features=0.1), stage)
    assert moved.mm == pytest.approx(0, abs=1e-3)
    assert moved.worst == "features"


@pytest.mark.parametrize(("people", "oks", "passes"), [(0.99, 0.97, True), (0.989, 0.97, False), (1.0, 0.969, False)])
def test_thresholds(people: float, oks: float, passes: bool) -> None:
    assert replace(GOOD, people=people, oks=oks).passes is passes


def test_bodies_without_3d_are_no_agreement() -> None:
    """People are matched in the image: features that overflowed would not be noticed there."""
    lost = replace(GOOD, difference=GOOD.difference | {"features": float("nan")})
    assert not lost.passes
    assert lost.worst == "features"
    with pytest.raises(PosecastError, match="features change most"):
        check(lost, "fp16")


def test_models_of_an_upright_size_are_judged_on_upright_pictures(stage: tuple[Frame, ...]) -> None:
    upright = Changed()
    upright.fixed_size = (256, 144)  # type: ignore[assignment]
    verdict = _verdict(upright, stage)
    assert verdict.people == 1.0


def test_where_nobody_is_found_nothing_is_said_of_the_conversion() -> None:
    with pytest.raises(PosecastError, match="cannot be judged: PyTorch itself finds no people"):
        check(replace(GOOD, people=None, oks=None), "fp16")


def test_frames_for_the_two_uses_are_others_and_spread() -> None:
    gathered = frames.gather(("demo",), 3)
    indices = ([frame.index for frame in gathered.calibration], [frame.index for frame in gathered.verification])
    assert [len(each) for each in indices] == [3, 3]
    assert not set(indices[0]) & set(indices[1])
    assert np.diff(indices[0]).min() == 30


def test_a_source_of_one_picture_is_too_little(tmp_path: Path) -> None:
    import cv2

    cv2.imwrite(str(tmp_path / "one.png"), np.zeros((64, 64, 3), np.uint8))
    with pytest.raises(PosecastError, match="too few frames"):
        frames.gather(("demo", str(tmp_path / "one.png")), 2)


def test_the_verdict_goes_into_the_model(tmp_path: Path, stage: tuple[Frame, ...]) -> None:
    path = tmp_path / "model.onnx"
    onnx.save(export(network(), size=(136, 248)), str(path))
    job = Job("onnx", models.resolve("bundled"), path, size=(136, 248))
    verdict = judge(job, stage, silent)
    assert verdict["oks"] > 0.999
    (said,) = (entry.value for entry in onnx.load(str(path)).metadata_props if entry.key == "posecast.agreement")
    assert json.loads(said) == verdict


def test_a_conversion_that_changes_people_fails(tmp_path: Path, stage: tuple[Frame, ...]) -> None:
    """What nobody notices elsewhere: a model that is not told to normalise, and is not given normalised pixels."""
    path = tmp_path / "model.onnx"
    model = export(network(), as_is=True)
    onnx.save(model, str(path))
    with pytest.raises(PosecastError, match="fp32 for onnxruntime changes the people found"):
        judge(Job("onnx", models.resolve("bundled"), path), stage, silent)


def test_judged_jobs_report_their_verdict(tmp_path: Path) -> None:
    assert acceptance.FRAMES_EACH >= 8
    job = Job("onnx", models.resolve("bundled"), tmp_path / "m.onnx", "fp16", (136, 248), judged=True)
    verdict = run(job, silent)
    assert verdict["frames"] == acceptance.FRAMES_EACH
    assert verdict["oks"] > 0.99
