"""Loading what `auto` means: what a library offers and cannot run is skipped, what the user names is not."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import inference
from engine.errors import PosecastError
from engine.inference import onnxruntime, openvino
from engine.loading import load_backend
from engine.types import BackendInfo, Image, Maps, ModelSpec
from tests.models import silent

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
