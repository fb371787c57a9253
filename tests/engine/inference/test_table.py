"""The table of backends: what it offers, what `auto` takes, and what it refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from engine import inference, models
from engine.errors import PosecastError
from engine.inference import BackendReport, choose, file_format, openvino
from engine.loading import load_backend
from engine.models import job
from engine.models.prepare import Checkpoint, onnx
from engine.types import ModelSpec
from tests.models import foreign_onnx, silent

CHECKPOINT = models.resolve("bundled")


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> dict[str, BackendReport]:
    """A machine of the test's making: what the reports of its backends are to be. No GPU unless it says so."""
    reports = {name: BackendReport(name, False, f"{name} is not installed", (), (), None) for name in inference.NAMES}
    precisions = {"CPU": ("fp32", "bf16", "int8"), "cpu": ("fp32", "bf16"), "cuda:0": ("fp32", "fp16", "bf16")}

    class Adapter:
        def precisions(self, device: str) -> tuple[str, ...]:
            return precisions.get(device, ("fp32", "fp16"))

    monkeypatch.setattr(inference, "report", lambda name: reports[name])
    monkeypatch.setattr(inference, "adapter", lambda name: Adapter())
    monkeypatch.setattr(inference, "gpu_count", lambda: 0)
    return reports


def _here(name: str, *devices: str) -> BackendReport:
    return BackendReport(name, True, None, devices, (), "1")


def test_reports_every_backend() -> None:
    reports = inference.available(refresh=True)
    assert tuple(report.name for report in reports) == inference.NAMES
    for report in reports:
        assert report.available == (report.reason is None)
        assert report.available == bool(report.devices)
        assert bool(report.precisions) == bool(report.devices)
    assert {report.name for report in reports if report.available} >= {"pytorch", "openvino", "onnxruntime"}


def test_a_library_that_does_not_load_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> tuple[str, ...]:
        raise OSError("libopenvino.so: cannot open shared object file\nmore")

    monkeypatch.setattr(openvino, "devices", broken)
    inference.report.cache_clear()
    try:
        report = inference.report("openvino")
        assert not report.available
        assert report.reason == "openvino does not load: libopenvino.so: cannot open shared object file"
    finally:
        inference.report.cache_clear()


def test_auto_takes_openvino_on_a_cpu(machine: dict[str, BackendReport]) -> None:
    machine |= {name: _here(name, device) for name, device in (("pytorch", "cpu"), ("openvino", "CPU"))}
    assert choose(ModelSpec(), CHECKPOINT) == ModelSpec("bundled", "openvino", "CPU", "bf16")


def test_auto_takes_int8_only_where_it_is_verified_and_at_hand(machine: dict[str, BackendReport]) -> None:
    machine["openvino"] = _here("openvino", "CPU")
    assert (
        choose(ModelSpec(), CHECKPOINT, lambda backend, device: (backend, device) == ("openvino", "CPU")).precision
        == "int8"
    )
    assert choose(ModelSpec(precision="fp32"), CHECKPOINT, lambda backend, device: True).precision == "fp32"


def test_auto_takes_the_gpu(machine: dict[str, BackendReport], monkeypatch: pytest.MonkeyPatch) -> None:
    machine |= {"pytorch": _here("pytorch", "cpu", "cuda:0"), "openvino": _here("openvino", "CPU")}
    monkeypatch.setattr(inference, "gpu_count", lambda: 1)
    machine["onnxruntime"] = _here("onnxruntime", "CUDA", "CPU")
    assert choose(ModelSpec(), CHECKPOINT) == ModelSpec("bundled", "pytorch", "cuda:0", "bf16")
    assert choose(ModelSpec(precision="fp16"), CHECKPOINT).backend == "pytorch"
    machine["tensorrt"] = _here("tensorrt", "cuda:0")
    assert choose(ModelSpec(), CHECKPOINT).backend == "tensorrt"


def test_auto_does_not_take_a_gpus_library_on_the_cpu(
    machine: dict[str, BackendReport], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A GPU in the machine is of no use to an ONNX Runtime without CUDA: OpenVINO is the faster one on the CPU."""
    machine |= {"onnxruntime": _here("onnxruntime", "CPU"), "openvino": _here("openvino", "CPU")}
    monkeypatch.setattr(inference, "gpu_count", lambda: 1)
    assert choose(ModelSpec(), CHECKPOINT).backend == "openvino"


def test_alternatives_are_gpus_first_then_the_fastest_first(
    machine: dict[str, BackendReport], monkeypatch: pytest.MonkeyPatch
) -> None:
    machine |= {
        "pytorch": _here("pytorch", "cpu", "cuda:0"),
        "openvino": _here("openvino", "CPU", "AUTO"),
        "onnxruntime": _here("onnxruntime", "cpu", "cuda:0"),
    }
    monkeypatch.setattr(inference, "gpu_count", lambda: 1)
    found = inference.alternatives(ModelSpec(precision="fp16"), CHECKPOINT)
    assert [(spec.backend, spec.device, spec.precision) for spec in found] == [
        ("pytorch", "cuda:0", "fp16"),
        ("onnxruntime", "cuda:0", "fp16"),
        ("openvino", "CPU", "auto"),
        ("onnxruntime", "cpu", "auto"),
        ("pytorch", "cpu", "auto"),
    ]
    assert {spec.precision for spec in inference.alternatives(ModelSpec(precision="int8"), CHECKPOINT)} == {"auto"}
    assert [spec.backend for spec in inference.alternatives(ModelSpec(), Path("model.xml"))] == ["openvino"]


def test_devices_are_named_in_any_case_and_short(machine: dict[str, BackendReport]) -> None:
    machine |= {"pytorch": _here("pytorch", "cpu", "cuda:0", "cuda:1"), "openvino": _here("openvino", "CPU", "GPU.0")}
    assert choose(ModelSpec(backend="pytorch", device="CUDA"), CHECKPOINT).device == "cuda:0"
    assert choose(ModelSpec(backend="pytorch", device="cuda:1"), CHECKPOINT).device == "cuda:1"
    assert choose(ModelSpec(backend="openvino", device="gpu"), CHECKPOINT).device == "GPU.0"
    assert choose(ModelSpec(device="gpu"), CHECKPOINT).backend == "openvino"


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        (ModelSpec(backend="tensorflow"), "unknown backend 'tensorflow'; backends are: pytorch, openvino"),
        (ModelSpec(backend="openvino", device="TPU"), "openvino has no device 'TPU' here; its devices: CPU"),
        (ModelSpec(device="TPU"), "no backend here runs .* openvino has no device 'TPU'.*pytorch has no device"),
        (
            ModelSpec(backend="onnxruntime", precision="bf16"),
            "onnxruntime does not run bf16 on CPU; it runs fp32",
        ),
        (ModelSpec(backend="tensorrt"), "the package tensorrt is not installed; .*; see posecast doctor"),
    ],
)
def test_refuses_with_the_reason_and_what_there_is(spec: ModelSpec, reason: str) -> None:
    with pytest.raises(PosecastError, match=reason):
        choose(spec, CHECKPOINT)


@pytest.mark.parametrize(
    ("name", "backend", "others"),
    [
        ("m.onnx", "pytorch", "onnxruntime, openvino"),
        ("m.xml", "onnxruntime", "openvino"),
        ("m.engine", "openvino", "tensorrt"),
        ("m-trt.pth", "pytorch", "tensorrt"),
    ],
)
def test_a_ready_file_runs_where_its_format_does(name: str, backend: str, others: str) -> None:
    with pytest.raises(PosecastError, match=f"{backend} does not run {name}; it runs on {others}"):
        choose(ModelSpec(backend=backend), Path(name))


def test_torch2trt_files_are_known_by_what_they_hold(tmp_path: Path) -> None:
    content = {"engine": bytearray(b"x"), "input_names": ["input_0"], "output_names": ["output_0"]}
    for zipped in (True, False):
        torch.save(content, tmp_path / "model.pth", _use_new_zipfile_serialization=zipped)
        assert file_format(tmp_path / "model.pth") == "trt-pth"
    assert file_format(CHECKPOINT) == "pth"


def test_unknown_files_are_refused() -> None:
    with pytest.raises(PosecastError, match="is not a model file"):
        file_format(Path("model.caffemodel"))


def test_a_ready_model_runs_in_the_precision_that_it_is_in(tmp_path: Path) -> None:
    path = foreign_onnx(tmp_path / "model.onnx")
    with pytest.raises(PosecastError, match=r"runs in \w+ with openvino .* not in int8; use --precision auto"):
        load_backend(ModelSpec(str(path), "openvino", precision="int8"), (64, 64), silent)


def test_raw_input_of_a_checkpoint_reaches_the_converted_model() -> None:
    """A network that wants raw pixels is given them, whoever runs it: no normalisation in the graph, none outside."""
    image = torch.randint(0, 256, (64, 64, 3), dtype=torch.uint8).numpy()
    spec = ModelSpec(precision="fp32", raw_input=True)
    maps = {}
    for name in ("pytorch", "openvino"):
        backend = load_backend(ModelSpec(spec.model, name, "auto", "fp32", raw_input=True), (64, 64), silent)
        maps[name] = backend.infer(image).heatmaps
        backend.close()
    scale = abs(maps["pytorch"]).max()
    assert abs(maps["pytorch"] - maps["openvino"]).max() < 1e-4 * max(scale, 1)


def test_torch_stays_out_of_a_process_that_runs_something_else() -> None:
    """Cold, with the conversion in its child, and warm."""
    code = (
        "import json, sys; from engine.loading import load_backend; from engine.types import ModelSpec\n"
        "steps = []\n"
        "load_backend(ModelSpec(), (64, 64), lambda *progress: steps.append(progress[0])).close()\n"
        "print(json.dumps([('torch' in sys.modules), ('onnx' in sys.modules), steps]))"
    )
    onnx(Checkpoint(CHECKPOINT, features=ModelSpec().features), "fp32", silent)
    ran = subprocess.run([sys.executable, "-c", code], check=True, timeout=60, capture_output=True, text=True)
    torch_there, onnx_there, steps = json.loads(ran.stdout)
    assert not torch_there
    assert not onnx_there
    assert "convert" not in steps


def test_a_load_that_is_called_off_leaves_no_child_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSECAST_CACHE", str(tmp_path))
    children = []
    popen = subprocess.Popen

    def noted(*arguments: object, **options: object) -> object:
        children.append(popen(*arguments, **options))  # type: ignore[call-overload]
        return children[-1]

    monkeypatch.setattr(job.subprocess, "Popen", noted)

    def call_off(step: str, fraction: float | None, message: str) -> None:
        if step == "convert":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_backend(ModelSpec(backend="openvino", body="maps"), (64, 64), call_off)
    (child,) = children
    assert child.poll() is not None
    assert not [path for path in tmp_path.rglob("*") if path.name.endswith(".part") or path.suffix == ".onnx"]
