"""`posecast infer` with a model that takes other pixels than it is given: it finds nobody, and says what to try."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.models import foreign_onnx
from webapp.cli import main

FAST = ("--height-size", "128", "--backend", "onnxruntime", "--precision", "fp32", "-o", "-")
HINT = "if there are people, try --model-input raw"


@pytest.fixture(scope="module")
def normalises(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A model that takes pixels 0..255, and does not say so."""
    return str(foreign_onnx(tmp_path_factory.mktemp("models") / "normalises.onnx", raw_input=True))


@pytest.mark.parametrize(("frames", "named"), [(60, "50 frames"), (3, "3 frames"), (1, "1 frame,")])
def test_nobody_is_doubted_once(normalises: str, frames: int, named: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["infer", "demo", "--max-frames", str(frames), "--model", normalises, *FAST]) == 0
    said = capfd.readouterr().err
    assert said.count(HINT) == 1
    assert f"nobody was found in {named}" in said


def test_the_hint_helps(normalises: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["infer", "demo", "--max-frames", "2", "--model", normalises, "--model-input", "raw", *FAST]) == 0
    said = capfd.readouterr().err
    assert "nobody" not in said
    assert "up to 4 people" in said


def test_an_empty_picture_is_no_reason_to_doubt_the_bundled_model(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "grey.ppm"
    picture.write_bytes(b"P6 64 48 255\n" + bytes([128]) * 64 * 48 * 3)
    assert main(["infer", str(picture), *FAST]) == 0
    said = capfd.readouterr().err
    assert "up to 0 people" in said
    assert "--model-input" not in said
