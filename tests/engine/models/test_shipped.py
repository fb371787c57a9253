"""The INT8 models that ship belong to the bundled checkpoint, and find the same people."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import onnx
import pytest

from converters.onnx_file import METADATA_CHECKPOINT, metadata
from engine import inference, models, trials
from engine.machine import processor
from engine.models.prepare import is_quantised, ready
from engine.models.shipped import FILES, shipped
from engine.types import ModelSpec

BUNDLED = models.resolve("bundled")


def checkpoint_of(path: Path) -> str:
    """The SHA-256 in the file's metadata."""
    if path.suffix == ".onnx":
        return metadata(onnx.load(str(path)))[METADATA_CHECKPOINT]
    element = ElementTree.parse(path).find("rt_info/posecast/checkpoint")
    assert element is not None
    return element.attrib["value"]


@pytest.mark.parametrize("backend", FILES)
def test_they_are_made_of_the_bundled_checkpoint(backend: str) -> None:
    path = shipped(BUNDLED, backend, "CPU")
    assert path is not None
    assert checkpoint_of(path) == models.file_hash(BUNDLED)


@pytest.mark.parametrize("backend", FILES)
def test_they_find_the_same_people(backend: str, tmp_path: Path) -> None:
    if "vnni" not in processor():
        pytest.skip("8-bit products may saturate on a processor without VNNI; a trial leaves such a model out")
    spec = ModelSpec(backend=backend, device="CPU", precision="int8")

    def open_model(chosen: ModelSpec) -> inference.Backend:
        artifact = ready(chosen, trials.SIZE)
        assert artifact is not None
        return inference.create(artifact.spec, artifact.path, trials.SIZE, tmp_path)

    (trial,) = trials.ranked([spec], open_model, "test", tmp_path)
    assert trial.refusal is None


def test_nothing_is_converted_for_them(posecast_cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("POSECAST_CACHE", str(tmp_path / "empty"))
    for backend in FILES:
        assert is_quantised(BUNDLED, backend, "CPU", features=False)
        assert not is_quantised(BUNDLED, backend, "CPU", features=True)
    assert not (tmp_path / "empty").exists()


def test_another_checkpoint_has_none(tmp_path: Path) -> None:
    other = tmp_path / "other.pth"
    other.write_bytes(b"PK")
    assert shipped(other, "openvino", "CPU") is None
    assert shipped(BUNDLED, "openvino", "GPU") is None
    assert shipped(BUNDLED, "pytorch", "CPU") is None
