"""The INT8 models that ship: made of the bundled checkpoint, and they find its people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import onnx
import pytest

from converters.onnx_file import METADATA_CHECKPOINT, metadata
from engine import models, preprocess, trials
from engine.agreement import agreement
from engine.inference import adapter
from engine.inference.signature import METADATA_OUTPUTS
from engine.machine import processor
from engine.models.shipped import DEVICE, FILES, shipped
from engine.types import Floats, Frame, Scene

BUNDLED = models.resolve("bundled")
ROOT = Path(__file__).parents[3]


def described(path: Path) -> dict[str, str]:
    """What a model says of itself, by the last part of the key."""
    if path.suffix == ".onnx":
        return {key.split(".")[-1]: value for key, value in metadata(onnx.load(str(path))).items()}
    section = ElementTree.parse(path).find("rt_info/posecast")
    assert section is not None
    return {element.tag: element.attrib["value"] for element in section}


def scenes(recorded: dict[str, Any], frames: Sequence[Frame]) -> list[Scene]:
    def keypoints(person: list[list[float] | None]) -> Floats:
        return np.array([point or (np.nan, np.nan) for point in person], np.float32)

    people = [[keypoints(person) for person in each] for each in recorded["people"]]
    return [trials.scene_of(each, frame) for each, frame in zip(people, frames, strict=True)]


@pytest.mark.parametrize("backend", FILES)
def test_belongs_to_the_bundled_checkpoint(backend: str) -> None:
    path = shipped(BUNDLED, backend, DEVICE)
    assert path is not None
    said = described(path)
    assert said[METADATA_CHECKPOINT.split(".")[-1]] == models.file_hash(BUNDLED)
    assert said[METADATA_OUTPUTS.split(".")[-1]] == "heatmaps,pafs"
    assert (said["precision"], said["input"]) == ("int8", "raw")
    verdict = json.loads(said["agreement"])
    assert (verdict["people"], verdict["oks"] > 0.98) == (1.0, True)


@pytest.mark.parametrize("backend", FILES)
def test_finds_the_people_that_pytorch_finds(backend: str) -> None:
    """In three frames of the stage, recorded by `make assets`."""
    if not any(feature in processor() for feature in ("vnni", "amx_int8", "asimddp", "i8mm")):
        pytest.skip("without VNNI 8-bit sums may saturate on this processor; `auto` tries models and drops such ones")
    path = shipped(BUNDLED, backend, DEVICE)
    assert path is not None
    frames = trials.stage_frames()
    height, width = frames[0].image.shape[:2]
    size = preprocess.network_size(width, height, trials.HEIGHT)
    opened = adapter(backend).open_model(path, device=DEVICE, precision="int8", size=size, raw_input=None)
    with closing(opened):
        assert opened.info.precision == "int8"
        found = trials.recorded_people(opened)
    recorded = json.loads(trials.RECORDED.read_text(encoding="utf-8"))
    compared = agreement(scenes(recorded, frames), scenes(found, frames))
    assert compared["people"] == 1.0
    assert compared["oks"] is not None
    assert compared["oks"] >= 0.97


def test_serves_no_other_checkpoint_and_no_other_device(tmp_path: Path) -> None:
    copy = tmp_path / BUNDLED.name
    copy.write_bytes(BUNDLED.read_bytes())
    assert shipped(copy, "openvino", "CPU") is None
    assert shipped(BUNDLED, "openvino", "GPU") is None
    assert shipped(BUNDLED, "tensorrt", "cuda:0") is None


def test_the_oldest_openvino_that_is_allowed_is_the_one_that_wrote_the_ir() -> None:
    constraints = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    wrote = ElementTree.parse(BUNDLED.with_name(FILES["openvino"])).find("rt_info/info[@name='OpenVINO Runtime']")
    (installed,) = (line.split("==")[1] for line in constraints if line.startswith("openvino=="))
    assert wrote is not None
    assert wrote.attrib["value"].startswith(installed)
    assert f'"openvino>={installed}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
