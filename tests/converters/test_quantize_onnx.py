"""INT8 in ONNX: it finds the people on ONNX Runtime, it is what TensorRT takes, and ruined ranges are found out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from converters import frames, mixed_precision, quantize_onnx
from converters.equalise import equalised
from converters.onnx_file import metadata, resized
from converters.quantize_onnx import FOR_ONNXRUNTIME, FOR_TENSORRT, quantise
from converters.verify import MIN_OKS, MIN_PEOPLE, verify
from engine import models
from engine.errors import PosecastError
from engine.inference import onnxruntime, openvino
from engine.models.job import Job
from engine.models.prepare import Checkpoint, is_quantised, prepare
from engine.models.prepare import onnx as exported
from engine.types import ModelSpec
from tests.models import Changed, silent

BUNDLED = models.resolve("bundled")
SIZE = (256, 456)


@pytest.fixture(scope="module")
def stage() -> frames.Frames:
    return frames.gather(("demo",), 4)


@pytest.fixture(scope="module")
def source() -> Path:
    return exported(Checkpoint(BUNDLED), "fp32", silent)


@pytest.fixture(scope="module")
def quick(stage: frames.Frames, source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For ONNX Runtime, calibrated on a sixth of the frames that a conversion takes."""
    path = tmp_path_factory.mktemp("int8") / "model.onnx"
    even = path.with_name("equalised.onnx")
    onnx.save(equalised(onnx.load(str(source)), stage.calibration), str(even))
    quantise(even, path, FOR_ONNXRUNTIME, stage.calibration, silent)
    return path


def _weights(model: onnx.ModelProto) -> dict[str, np.ndarray]:
    return {each.name: numpy_helper.to_array(each) for each in model.graph.initializer}


def test_finds_the_same_people(quick: Path, stage: frames.Frames) -> None:
    """Against PyTorch, on frames of the stage that it was not calibrated on."""
    backend = onnxruntime.open_model(quick, device="CPU", precision="int8", size=SIZE, raw_input=None)
    assert backend.info.precision == "int8"
    verdict = verify(Changed(), backend, stage.verification, 256, silent)
    assert verdict.people is not None
    assert verdict.oks is not None
    assert verdict.people >= MIN_PEOPLE
    assert verdict.oks >= MIN_OKS


def test_says_what_it_is_and_takes_any_size(quick: Path) -> None:
    model = onnx.load(str(quick))
    assert metadata(model) | {"posecast.input": "raw", "posecast.precision": "int8"} == metadata(model)
    dimensions = model.graph.input[0].type.tensor_type.shape.dim
    assert [each.dim_param or each.dim_value for each in dimensions] == [1, 3, "height", "width"]
    backend = onnxruntime.open_model(quick, device="CPU", precision="int8", size=SIZE, raw_input=None)
    assert backend.infer(np.zeros((64, 96, 3), np.uint8)).heatmaps.shape == (19, 8, 12)
    onnx.save(resized(model, (64, 72)), str(quick.with_name("sized.onnx")))
    sized = quick.with_name("sized.onnx")
    backend = onnxruntime.open_model(sized, device="CPU", precision="int8", size=SIZE, raw_input=None)
    assert backend.fixed_size == (64, 72)
    assert backend.infer(np.zeros((64, 72, 3), np.uint8)).pafs.shape == (38, 8, 9)
    assert backend.info.precision == "int8"


def test_sensitive_layers_stay_in_float(quick: Path) -> None:
    weights = _weights(onnx.load(str(quick)))
    for name in ("model.1.3.weight", "cpm.trunk.0.0.weight", "Pose3D.prediction.feature_maps.1.0.weight"):
        assert weights[name].dtype == np.float32, name
    assert weights["model.7.3.weight_quantized"].dtype == np.int8
    assert weights["model.7.3.weight_scale"].shape == (512,)  # of every channel its own
    assert quick.stat().st_size < 8_000_000


def test_layers_are_left_in_float_if_told_so(source: Path, stage: frames.Frames, tmp_path: Path) -> None:
    layers = ("cpm_trunk_2_2", "model_11_3")
    quantise(source, tmp_path / "m.onnx", FOR_ONNXRUNTIME, stage.calibration[:2], silent, layers)
    weights = _weights(onnx.load(str(tmp_path / "m.onnx")))
    assert {"cpm.trunk.2.2.weight", "model.11.3.weight", "model.10.3.weight_quantized"} <= weights.keys()


def test_tensorrt_gets_pairs_without_zero_points(source: Path, stage: frames.Frames, tmp_path: Path) -> None:
    """Signed, symmetric, biases in float, weights in float before a pair of their own: what 8.5 to 11 all read."""
    quantise(source, tmp_path / "m.onnx", FOR_TENSORRT, stage.calibration[:2], silent)
    model = onnx.load(str(tmp_path / "m.onnx"))
    weights = _weights(model)
    pairs = [node for node in model.graph.node if node.op_type.endswith("Linear")]
    assert len(pairs) > 200
    for node in pairs:
        assert weights[node.input[2]].dtype == np.int8, node.name
        assert not weights[node.input[2]].any(), node.name
    made_by = {node.output[0]: node for node in model.graph.node}
    for conv in (node for node in model.graph.node if node.op_type == "Conv"):
        _, weight, bias = conv.input
        assert weights[bias].dtype == np.float32
        if weight not in weights:
            assert [made_by[weight].op_type, made_by[made_by[weight].input[0]].op_type] == [
                "DequantizeLinear",
                "QuantizeLinear",
            ]
    assert {entry.version for entry in model.opset_import if not entry.domain} == {13}


def test_openvino_runs_it_too(quick: Path, stage: frames.Frames) -> None:
    backend = openvino.open_model(quick, device="CPU", precision="int8", size=SIZE, raw_input=None)
    assert backend.info.precision == "int8"
    assert verify(Changed(), backend, stage.verification[:1], 256, silent).passes
    backend.close()


def test_ruined_ranges_are_found_out(
    source: Path, stage: frames.Frames, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The trap: calibrated on the dark, a model finds nobody in the light. It names the noisiest layers."""
    dark = tuple(replace(frame, image=np.zeros_like(frame.image)) for frame in stage.calibration[:2])
    gathered = frames.Frames(dark, stage.verification[:1])
    monkeypatch.setattr(frames, "gather", lambda sources, each: gathered)
    monkeypatch.setattr(mixed_precision, "ROUNDS", 0)
    job = Job("int8-onnxruntime", source, tmp_path / "m.onnx", "int8", checkpoint=BUNDLED)
    said = (
        r"^int8 for onnxruntime changes the people found: people [01]\..*"
        r"the noisiest layers: \w+ \(-?\d+ dB\), \w+ \(-?\d+ dB\)"
    )
    with pytest.raises(PosecastError, match=said):
        quantize_onnx.run(job, silent)


@pytest.fixture
def without_conversions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Job]:
    seen: list[Job] = []
    monkeypatch.setenv("POSECAST_CACHE", str(tmp_path))
    monkeypatch.setattr("engine.models.prepare.run", lambda job, progress: (seen.append(job), job.target.touch()))
    return seen


def test_prepared_once_and_found_again(without_conversions: list[Job]) -> None:
    spec = ModelSpec(backend="onnxruntime", device="CPU", precision="int8", body="maps")
    assert not is_quantised(BUNDLED, "onnxruntime", "CPU")
    artifact = prepare(spec, SIZE, silent)
    assert prepare(spec, SIZE, silent).path == artifact.path
    assert (artifact.kind, artifact.path.is_file()) == ("onnx", True)
    assert [job.kind for job in without_conversions] == ["onnx", "int8-onnxruntime"]
    assert is_quantised(BUNDLED, "onnxruntime", "CPU")
    assert not is_quantised(BUNDLED, "openvino", "CPU")
