"""`posecast doctor` reports everything and never fails."""

from __future__ import annotations

import io
from importlib import metadata
from pathlib import Path

import pytest
from rich.console import Console

from engine import inference
from engine.inference import BackendReport
from engine.loading import choose
from engine.types import ModelSpec
from webapp.commands import doctor


def _report() -> str:
    console = Console(file=io.StringIO(), width=120)
    assert doctor.run(console) == 0
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_tells_what_is_here(posecast_cache: Path) -> None:
    report = _report()
    for word in ("pytorch", "openvino", "onnxruntime", "tensorrt", "bundled", "official", "libavcodec"):
        assert word in report
    assert str(posecast_cache) in report
    for library in ("torch", "openvino", "onnxruntime"):
        assert metadata.version(library) in report
    chosen = choose(ModelSpec())
    assert f"auto takes {chosen.backend} on {chosen.device} in {chosen.precision}" in report


def test_tells_why_something_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    reports = tuple(BackendReport(name, False, f"{name} is broken", (), (), None) for name in inference.NAMES)
    monkeypatch.setattr(inference, "available", lambda refresh=False: reports)
    monkeypatch.setattr(inference, "report", lambda name: reports[inference.NAMES.index(name)])
    monkeypatch.setattr(doctor, "_native", lambda: __import__("engine._no_such_module"))
    report = _report()
    assert "openvino: openvino is broken" in report
    assert "auto takes nothing: no backend here runs" in report
    assert "native  missing: No module named 'engine._no_such_module'" in report
