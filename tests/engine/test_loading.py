"""Loading what `auto` means: what a library offers and cannot run is skipped, what the user names is not."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch

from engine import inference, models, trials
from engine.errors import ModelError, PosecastError
from engine.inference import onnxruntime, openvino
from engine.loading import choose, load_backend
from engine.trials import Trial
from engine.types import BackendInfo, Image, Maps, ModelSpec
from tests.models import foreign_onnx, silent, tiny_onnx

SIZE = (64, 64)
AUTO = ModelSpec(precision="fp32")


class Dead:
    """A backend that opens and does not run, as on a GPU that is too old for its library."""

    info = BackendInfo("openvino", "CPU", "fp32")
    fixed_size = None
    closed = False

    def infer(self, image: Image) -> Maps:
        raise RuntimeError("no kernel image is available for execution on the device\nmore")

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def dead(monkeypatch: pytest.MonkeyPatch) -> Iterator[Dead]:
    """What OpenVINO opens."""
    backend = Dead()
    monkeypatch.setattr(openvino, "open_model", lambda path, **options: backend)
    yield backend
    assert backend.closed


def test_auto_skips_what_does_not_run(dead: Dead, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        backend = load_backend(AUTO, SIZE, silent)
    assert backend.info.name == "onnxruntime"
    assert backend.infer(np.zeros((*SIZE, 3), np.uint8)).heatmaps.shape == (19, 8, 8)
    backend.close()
    (said,) = (record.getMessage() for record in caplog.records)
    assert said.startswith("openvino on CPU is skipped: openvino does not run on CPU: no kernel image is available")
    assert "more" not in said


def test_what_the_user_names_is_not_skipped(dead: Dead) -> None:
    with pytest.raises(PosecastError, match="openvino does not run on CPU: no kernel image"):
        load_backend(ModelSpec(backend="openvino", precision="fp32"), SIZE, silent)


def test_where_nothing_runs_the_first_reason_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, *, device: str, **options: Any) -> None:
        raise PosecastError(f"no memory on {device}")

    for name in inference.NAMES:
        monkeypatch.setattr(inference.adapter(name), "open_model", refuse)
    with pytest.raises(PosecastError, match="no memory on CPU"):
        load_backend(AUTO, SIZE, silent)


def test_calling_it_off_is_no_reason_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    class CalledOffError(Exception):
        pass

    def progress(step: str, fraction: float | None, message: str) -> None:
        if step == "open":
            raise CalledOffError

    monkeypatch.setattr(onnxruntime, "open_model", lambda path, **options: pytest.fail("it went on"))
    with pytest.raises(CalledOffError):
        load_backend(AUTO, SIZE, progress)


@pytest.fixture
def refused(caplog: pytest.LogCaptureFixture) -> Callable[[Path], str]:
    """Why a model is refused by all backends together, in one message."""

    def refusal(path: Path) -> str:
        with caplog.at_level(logging.WARNING), pytest.raises(ModelError) as refused:
            load_backend(ModelSpec(str(path), precision="fp32"), SIZE, silent)
        assert not caplog.records, "no other backend is tried"
        return refused.value.error

    return refusal


def test_a_wrong_checkpoint_is_refused_once(tmp_path: Path, refused: Callable[[Path], str]) -> None:
    path = tmp_path / "another.pth"
    torch.save({"weight": torch.zeros(3)}, path)
    assert "does not fit the network" in refused(path)


def test_a_damaged_checkpoint_is_refused_once(tmp_path: Path, refused: Callable[[Path], str]) -> None:
    path = tmp_path / "cut.pth"
    path.write_bytes(models.resolve("bundled").read_bytes()[:100_000])
    assert "is damaged" in refused(path)


def test_an_onnx_model_of_another_network_is_refused_once(tmp_path: Path, refused: Callable[[Path], str]) -> None:
    assert "is not a model of this kind" in refused(tiny_onnx(tmp_path / "other.onnx", channels={"boxes": 4}))


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "cannot read"),
        (b"\x08\x08\x12\x07pytorch:\xff\xff\xff", "cannot read"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a21\n", "is a text, not an ONNX model"),
    ],
)
def test_a_damaged_onnx_model_is_refused_once(
    content: bytes, error: str, tmp_path: Path, refused: Callable[[Path], str], capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "damaged.onnx"
    path.write_bytes(content)
    assert error in refused(path)
    assert capfd.readouterr().err == ""


def test_an_onnx_model_without_its_data_file_is_refused_once(tmp_path: Path, refused: Callable[[Path], str]) -> None:
    path = tmp_path / "model.onnx"
    onnx.save(onnx.load(str(foreign_onnx(path))), str(path), save_as_external_data=True, location="weights.data")
    (tmp_path / "weights.data").unlink()
    assert str(path) in refused(path)


@pytest.mark.parametrize("backend", ["openvino", "onnxruntime"])
@pytest.mark.parametrize(("asked", "assumed"), [(None, "normalised"), (False, None), (True, None)])
def test_a_model_that_does_not_say_what_it_takes_is_told_apart(
    backend: str, asked: bool | None, assumed: str | None, tmp_path: Path
) -> None:
    spec = ModelSpec(str(foreign_onnx(tmp_path / "foreign.onnx")), backend, precision="fp32", raw_input=asked)
    with contextlib.closing(load_backend(spec, SIZE, silent)) as opened:
        assert opened.info.assumed_input == assumed


def test_the_bundled_model_says_what_it_takes() -> None:
    with contextlib.closing(load_backend(ModelSpec(backend="openvino", precision="fp32"), SIZE, silent)) as opened:
        assert opened.info == BackendInfo("openvino", "CPU", "fp32")


def test_auto_tries_what_is_ready_and_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("POSECAST_CACHE", str(tmp_path))
    said: list[str] = []

    def progress(step: str, fraction: float | None, message: str) -> None:
        if step == "chosen":
            said.append(message)

    backend = load_backend(ModelSpec(), SIZE, progress)
    backend.close()
    assert len(said) == 1
    assert said[0].endswith(f": {backend.info.name} {backend.info.precision}")
    assert "openvino int8 " in said[0]
    assert "onnxruntime int8 " in said[0]
    assert len(list((tmp_path / "trials").iterdir())) == 1
    assert not (tmp_path / "converted").exists()


def test_auto_does_not_take_int8_that_finds_other_people(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """On a processor without VNNI, 8-bit sums may saturate."""
    monkeypatch.setenv("POSECAST_CACHE", str(tmp_path))
    other = [Trial(name, "CPU", "int8", None, "finds other people") for name in ("openvino", "onnxruntime")]
    monkeypatch.setattr(trials, "ranked", lambda *arguments: other)
    assert choose(ModelSpec()).precision != "int8"
    monkeypatch.setattr(trials, "ranked", lambda *arguments: [Trial("onnxruntime", "CPU", "int8", 9.0), other[0]])
    chosen = choose(ModelSpec())
    assert (chosen.backend, chosen.precision) == ("onnxruntime", "int8")
