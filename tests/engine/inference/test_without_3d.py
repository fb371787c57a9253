"""Models without the 3D head: made of the bundled checkpoint, or a 2D-only checkpoint of the same family."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import onnx
import pytest
import torch

from converters.convert import Request, convert
from converters.onnx_file import metadata
from converters.to_onnx import export
from engine import models
from engine.errors import PosecastError
from engine.geometry import DEFAULT_CAMERA
from engine.inference import adapter
from engine.inference.network import load_checkpoint
from engine.inference.signature import output_names
from engine.loading import load_backend
from engine.models.prepare import prepare
from engine.processor import Processor
from engine.settings import Settings
from engine.types import Backend, Frame, ModelSpec
from tests.models import expected, largest_difference, network, picture, silent

SIZE = (136, 248)
BUNDLED = models.resolve("bundled")
READY = ("onnxruntime", "openvino")


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled one without its 3D head."""
    path = tmp_path_factory.mktemp("2d") / "flat.pth"
    state = torch.load(BUNDLED, weights_only=True)["state_dict"]
    torch.save({"state_dict": {key: value for key, value in state.items() if not key.startswith("Pose3D.")}}, path)
    return path


def open_with(name: str, path: Path, features: bool | None) -> Backend:
    return adapter(name).open_model(path, device="CPU", precision="fp32", size=SIZE, raw_input=None, features=features)


def test_a_2d_only_checkpoint_loads_as_it_is(checkpoint: Path) -> None:
    loaded = load_checkpoint(checkpoint)
    assert loaded.Pose3D is None
    with torch.no_grad():
        outputs = loaded(torch.zeros(1, 3, 64, 64))
    assert [output.shape[1] for output in outputs] == [19, 38]


def test_the_head_is_left_out_where_it_is_not_needed() -> None:
    assert load_checkpoint(BUNDLED, features=False).Pose3D is None
    assert load_checkpoint(BUNDLED).Pose3D is not None


@pytest.mark.parametrize("backend", ["pytorch", "openvino", "onnxruntime"])
def test_maps_of_a_2d_only_checkpoint_are_a_clear_error(checkpoint: Path, backend: str) -> None:
    spec = ModelSpec(str(checkpoint), backend, precision="fp32", body="maps")
    with pytest.raises(PosecastError, match=r"has no output of 3D coordinates.*use --body keypoints"):
        load_backend(spec, SIZE, silent)


@pytest.mark.parametrize("backend", ["pytorch", "openvino", "onnxruntime"])
def test_a_2d_only_checkpoint_gives_bodies_by_the_lifter(checkpoint: Path, backend: str) -> None:
    settings = Settings(model=str(checkpoint), backend=backend, precision="fp32")
    loaded = load_backend(settings.model_spec, (256, 456), silent)
    snapshot = Processor(loaded, settings, DEFAULT_CAMERA).process(Frame(0, 0.0, 0.0, picture(256)))
    loaded.close()
    assert snapshot.body == "keypoints"
    assert sum(person.pose3d is not None for person in snapshot.scene.people) >= 3
    assert snapshot.stage_ms["lift"] > 0


@pytest.mark.parametrize("name", READY)
def test_a_whole_model_does_without_its_head_where_it_is_not_needed(tmp_path: Path, name: str) -> None:
    path = tmp_path / "model.onnx"
    onnx.save(export(network()), str(path))
    backend = open_with(name, path, False)
    maps = backend.infer(picture(136))
    assert maps.features is None
    assert max(largest_difference(maps, expected(picture(136))).values()) < 1e-4
    backend.close()


@pytest.mark.parametrize("name", READY)
def test_a_model_of_two_outputs_opens_and_has_no_maps_to_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / "flat.onnx"
    onnx.save(export(load_checkpoint(BUNDLED, features=False)), str(path))
    assert open_with(name, path, None).infer(picture(136)).features is None
    with pytest.raises(PosecastError, match="has no output of 3D coordinates"):
        open_with(name, path, True)


def test_the_exported_model_says_what_it_gives() -> None:
    for features in (True, False):
        model = export(load_checkpoint(BUNDLED, features=features))
        names = [port.name for port in model.graph.output]
        assert tuple(names) == output_names(features)
        assert metadata(model)["posecast.outputs"] == ",".join(names)


def test_the_cache_tells_both_kinds_apart() -> None:
    paths = [
        prepare(ModelSpec("bundled", "openvino", "CPU", "fp32", body=body), SIZE, silent).path
        for body in ("keypoints", "maps")
    ]
    assert [len(onnx.load(str(path)).graph.output) for path in paths] == [2, 3]


def test_an_ir_without_the_head_is_written_and_judged_by_the_lifter(tmp_path: Path) -> None:
    target = tmp_path / "flat.xml"
    converted = convert(Request(BUNDLED, "openvino", "fp32", None, target, features=False), silent)
    assert set(converted.verdict["difference"]) == {"heatmaps", "pafs"}
    assert converted.verdict["mm"] < 1.0
    stated = ElementTree.parse(target).find("rt_info/posecast/outputs")
    assert stated is not None
    assert stated.attrib["value"] == "heatmaps,pafs"
    backend = open_with("openvino", target, None)
    assert np.abs(backend.infer(picture(136)).heatmaps - expected(picture(136)).heatmaps).max() < 1e-4
    backend.close()
