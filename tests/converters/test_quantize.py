"""Quantised models still find the same people, on frames that they were not calibrated on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from converters import frames
from converters.verify import MIN_OKS, MIN_PEOPLE, verify
from engine import models
from engine.errors import PosecastError
from engine.inference import openvino
from engine.loading import choose, load_backend
from engine.models import prepare
from engine.models.job import Job, run
from engine.models.prepare import Checkpoint, int8, is_quantised
from engine.types import ModelSpec, Progress
from tests.models import Changed, silent

pytest.importorskip("nncf", reason="int8 needs NNCF (pip install posecast[int8])")
pytestmark = pytest.mark.timeout(600)  # half a minute, but conversions yield to whatever else runs

BUNDLED = models.resolve("bundled")
SIZE = (256, 456)


@pytest.fixture(scope="module")
def quantised(posecast_cache: Path) -> Path:
    """The bundled checkpoint in INT8, in a cache of its own so that `auto` means the same in all other tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POSECAST_CACHE", str(posecast_cache / "int8"))
        return int8(Checkpoint(BUNDLED), "openvino", "CPU", silent)


@pytest.mark.long
def test_finds_the_same_people(quantised: Path) -> None:
    """Against PyTorch, on frames of the stage that neither calibrated nor passed it."""
    backend = openvino.open_model(quantised, device="CPU", precision="int8", size=SIZE, raw_input=None)
    assert backend.info.precision == "int8"
    unseen = frames.gather(("demo",), 11).calibration
    verdict = verify(Changed(), backend, unseen, 256, silent)
    assert verdict.people is not None
    assert verdict.oks is not None
    assert verdict.people >= MIN_PEOPLE
    assert verdict.oks >= MIN_OKS


WITH_MAPS = ModelSpec(backend="openvino", device="CPU", body="maps")


@pytest.mark.long
def test_auto_takes_it_from_then_on(quantised: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the 3D head: without it, the bundled checkpoint has an INT8 model from the start."""
    assert not is_quantised(BUNDLED, "openvino", "CPU")  # other tests' cache
    assert choose(WITH_MAPS).precision != "int8"
    monkeypatch.setenv("POSECAST_CACHE", str(quantised.parents[3]))
    assert is_quantised(BUNDLED, "openvino", "CPU")
    assert not is_quantised(BUNDLED, "onnxruntime", "CPU")
    assert choose(WITH_MAPS).precision == "int8"
    backend = load_backend(WITH_MAPS, (64, 64), silent)
    assert backend.info.precision == "int8"
    backend.close()


@pytest.mark.long
def test_a_copy_of_one_size_is_still_int8(quantised: Path, tmp_path: Path) -> None:
    """A model of fixed size, as `posecast convert --height --width` makes it."""
    run(Job("openvino", quantised, tmp_path / "copy.xml", "int8", (64, 72)), silent)
    assert (tmp_path / "copy.bin").stat().st_size == quantised.with_suffix(".bin").stat().st_size < 8_000_000
    copy = openvino.open_model(tmp_path / "copy.xml", device="CPU", precision="int8", size=(64, 72), raw_input=None)
    assert copy.info.precision == "int8"
    copy.close()


@pytest.mark.long
def test_its_metadata_says_how_it_compares(quantised: Path) -> None:
    model = openvino.runtime().Core().read_model(quantised)
    assert model.has_rt_info(["posecast", "agreement"])
    assert openvino.input_metadata(model) == "raw"


def test_without_nncf_the_user_is_told(tmp_path: Path) -> None:
    """In a process of its own, where NNCF cannot be imported."""
    code = (
        "import sys; sys.modules['nncf'] = None\n"
        "from converters import quantize\n"
        "from engine.errors import PosecastError\n"
        "try:\n    quantize._nncf()\n"
        "except PosecastError as error:\n    print(error)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], check=True, timeout=60, capture_output=True, text=True)
    assert "int8 needs NNCF" in ran.stdout
    assert "pip install posecast[int8]" in ran.stdout


def test_a_model_that_does_not_pass_is_not_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(job: Job, progress: Progress) -> None:
        if job.kind == "int8-openvino":
            raise PosecastError("int8 changes the people found")
        job.target.touch()

    monkeypatch.setenv("POSECAST_CACHE", str(tmp_path))
    monkeypatch.setattr(prepare, "run", refuse)
    with pytest.raises(PosecastError, match="changes the people"):
        int8(Checkpoint(BUNDLED), "openvino", "CPU", silent)
    assert not is_quantised(BUNDLED, "openvino", "CPU")
