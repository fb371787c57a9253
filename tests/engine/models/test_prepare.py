"""What each backend is given for a model, and that nothing is converted twice."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from engine import models
from engine.inference import tensorrt
from engine.models import prepare as module
from engine.models.job import Job
from engine.models.prepare import Checkpoint, int8, is_quantised, onnx, prepare, ready
from engine.models.shipped import FILES
from engine.types import ModelSpec, Progress
from tests.models import silent

BUNDLED = models.resolve("bundled")
SIZE = (256, 456)


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Job]:
    """Conversions that are asked for, with an empty cache; they make empty files."""
    seen: list[Job] = []

    def run(job: Job, progress: Progress) -> None:
        seen.append(job)
        job.target.touch()

    monkeypatch.setenv("POSECAST_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(module, "run", run)
    return seen


def test_pytorch_takes_the_checkpoint_itself(jobs: list[Job]) -> None:
    artifact = prepare(ModelSpec(backend="pytorch", device="cpu", precision="fp32"), SIZE, silent)
    assert (artifact.path, artifact.kind, jobs) == (BUNDLED, "pth", [])


@pytest.mark.parametrize("name", ["m.onnx", "m.xml", "m.engine", "m-trt.pth"])
def test_ready_files_are_passed_through(jobs: list[Job], tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    spec = ModelSpec(str(tmp_path / name), "openvino", "CPU", "fp32", raw_input=False)
    artifact = prepare(spec, SIZE, silent)
    assert (artifact.path, artifact.spec, jobs) == (tmp_path / name, spec, [])


def test_openvino_and_onnxruntime_share_one_model(jobs: list[Job]) -> None:
    for backend, precision in (("openvino", "fp32"), ("openvino", "bf16"), ("onnxruntime", "fp32")):
        artifact = prepare(ModelSpec(backend=backend, device="CPU", precision=precision), SIZE, silent)
        assert artifact.kind == "onnx"
        assert artifact.path.is_file()
    assert [(job.kind, job.precision, job.size) for job in jobs] == [("onnx", "fp32", None)]


def test_onnxruntime_in_fp16_has_its_own(jobs: list[Job]) -> None:
    for precision in ("fp32", "fp16"):
        prepare(ModelSpec(backend="onnxruntime", device="CUDA", precision=precision), SIZE, silent)
    assert [(job.precision, job.judged) for job in jobs] == [("fp32", False), ("fp16", True)]


def test_openvino_in_int8_is_made_of_the_same_onnx(jobs: list[Job]) -> None:
    spec = ModelSpec(backend="openvino", device="CPU", precision="int8", body="maps")
    artifact = prepare(spec, SIZE, silent)
    assert artifact.kind == "xml"
    assert ready(spec, SIZE) == artifact
    first, second = jobs
    assert (first.kind, second.kind) == ("onnx", "int8-openvino")
    assert (second.source.name, second.checkpoint, second.device) == (first.target.name, BUNDLED, "CPU")
    assert second.source.is_file()


@pytest.mark.parametrize("backend", FILES)
def test_the_int8_that_ships_is_taken_as_it_is(jobs: list[Job], backend: str) -> None:
    spec = ModelSpec(backend=backend, device="CPU", precision="int8")
    assert prepare(spec, SIZE, silent).path == BUNDLED.with_name(FILES[backend])
    assert ready(spec, SIZE) == prepare(spec, SIZE, silent)
    assert is_quantised(BUNDLED, backend, "CPU", features=False)
    assert not is_quantised(BUNDLED, backend, "GPU", features=False)
    assert not is_quantised(BUNDLED, backend, "CPU", features=True)
    assert jobs == []


@pytest.mark.parametrize("backend", FILES)
@pytest.mark.parametrize("features", [None, False])
def test_one_that_the_user_made_comes_before_it(jobs: list[Job], backend: str, features: bool | None) -> None:
    """It may be calibrated on the user's own frames."""
    made = int8(Checkpoint(BUNDLED, features=features), backend, "CPU", silent)
    assert prepare(ModelSpec(backend=backend, device="CPU", precision="int8"), SIZE, silent).path == made


@pytest.mark.parametrize("changes", [{"body": "maps"}, {"raw_input": True}, {"device": "GPU"}, {"model": "copy"}])
def test_what_it_does_not_suit_is_converted(jobs: list[Job], tmp_path: Path, changes: dict[str, Any]) -> None:
    if "model" in changes:
        shutil.copyfile(BUNDLED, tmp_path / "copy.pth")
        changes = {"model": str(tmp_path / "copy.pth"), "body": "keypoints"}
    spec = replace(ModelSpec(backend="openvino", device="CPU", precision="int8"), **changes)
    assert ready(spec, SIZE) is None
    prepare(spec, SIZE, silent)
    assert [job.kind for job in jobs] == ["onnx", "int8-openvino"]


def test_nothing_is_ready_before_it_is_made(jobs: list[Job]) -> None:
    for backend, precision in (("openvino", "bf16"), ("onnxruntime", "fp32")):
        assert ready(ModelSpec(backend=backend, device="CPU", precision=precision), SIZE) is None
    made = prepare(ModelSpec(backend="openvino", device="CPU", precision="fp32"), SIZE, silent)
    assert ready(ModelSpec(backend="openvino", device="CPU", precision="bf16"), SIZE) == replace(
        made, spec=replace(made.spec, precision="bf16")
    )
    assert len(jobs) == 1


def test_a_network_that_takes_raw_pixels_is_exported_as_it_is(jobs: list[Job]) -> None:
    for raw_input in (True, False, None):
        artifact = prepare(ModelSpec("bundled", "openvino", "CPU", "fp32", raw_input), SIZE, silent)
        assert artifact.spec.raw_input is None  # what we export says itself what it takes
    assert [(job.raw_input, job.as_is) for job in jobs] == [(True, True), (True, False)]


def test_engines_are_kept_by_size_gpu_and_library(jobs: list[Job], monkeypatch: pytest.MonkeyPatch) -> None:
    here = SimpleNamespace(gpu="NVIDIA Test", version="10.3.0")
    monkeypatch.setattr(tensorrt, "gpu", lambda device: (here.gpu, (8, 7)))
    monkeypatch.setattr(tensorrt, "version", lambda: here.version)
    spec = ModelSpec(backend="tensorrt", device="cuda:0", precision="fp16")

    def engine(size: tuple[int, int] = SIZE) -> Path:
        already = ready(spec, size)
        assert already is None or already == prepare(spec, size, silent)
        return prepare(spec, size, silent).path

    first = engine()
    assert engine() == first
    assert engine((256, 344)) != first
    here.gpu = "NVIDIA Other"
    assert engine() != first
    here.gpu, here.version = "NVIDIA Test", "11.4.0"
    assert engine() != first
    assert [(job.kind, job.precision, job.size, job.device) for job in jobs] == [
        ("tensorrt", "fp16", SIZE, "cuda:0"),
        ("tensorrt", "fp16", (256, 344), "cuda:0"),
        ("tensorrt", "fp16", SIZE, "cuda:0"),
        ("tensorrt", "fp16", SIZE, "cuda:0"),
    ]


def test_int8_engines_are_built_of_one_quantised_model(jobs: list[Job], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tensorrt, "gpu", lambda device: ("NVIDIA Test", (8, 7)))
    monkeypatch.setattr(tensorrt, "version", lambda: "11.4.0")
    spec = ModelSpec(backend="tensorrt", device="cuda:0", precision="int8")
    assert ready(spec, SIZE) is None
    for size in (SIZE, (256, 344)):
        assert prepare(spec, size, silent).kind == "engine"
        assert ready(spec, size) == prepare(spec, size, silent)
    assert [job.kind for job in jobs] == ["onnx", "int8-tensorrt", "tensorrt", "tensorrt"]
    _, quantised, *engines = jobs
    assert (quantised.source.suffix, quantised.checkpoint, quantised.device) == (".onnx", BUNDLED, "CPU")
    for job in engines:
        assert job.source.is_file()
        assert (job.source.name, job.checkpoint, job.precision, job.judged) == ("model.onnx", BUNDLED, "int8", True)
    engines[0].source.write_bytes(b"quantised anew, on other frames")
    prepare(spec, SIZE, silent)
    assert [job.kind for job in jobs[4:]] == ["tensorrt"]


def test_the_real_thing_is_made_once(posecast_cache: Path) -> None:
    made = onnx(Checkpoint(BUNDLED), "fp32", silent)
    written = made.stat().st_mtime_ns
    assert onnx(Checkpoint(BUNDLED), "fp32", silent).stat().st_mtime_ns == written
    assert made.is_relative_to(posecast_cache)
