"""No refusal of the command line repeats a password, wherever an address was put and however it was mistyped."""

from __future__ import annotations

import pytest

from webapp.cli import main

PICTURE = "missing.jpg"


@pytest.mark.parametrize(
    "arguments",
    [
        ("rtsp://user:s3cret word@127.0.0.1:9/x",),
        ("rtsp://user:word s3cret@127.0.0.1:9/x",),
        ("rtsp://us er:s3cret@127.0.0.1:9/x",),
        ("http//user:s3cret@127.0.0.1:9",),
        ("srt://user:s3cret@127.0.0.1:9",),
        (PICTURE, "--extrinsics", "http://user:s3cret@127.0.0.1/camera.json"),
        (PICTURE, "--model", "http://user:s3cret@127.0.0.1/model.pth"),
        (PICTURE, "--config", "http://user:s3cret@127.0.0.1/settings.json"),
        (PICTURE, "--video", "http://user:s3cret@127.0.0.1/out.mp4"),
        ("demo", "--max-frames", "http://user:s3cret@127.0.0.1/"),
    ],
)
def test_a_refusal_holds_no_password(arguments: tuple[str, ...], capfd: pytest.CaptureFixture[str]) -> None:
    try:
        status: int | str | None = main(["infer", "-o", "-", *arguments])
    except SystemExit as ended:
        status = ended.code
    assert status == 2
    said = capfd.readouterr().err
    assert said.startswith("posecast: ")
    assert "s3cret" not in said


@pytest.mark.parametrize(
    "url",
    [
        "mqtt://user:s3cret@h:notaport/t",
        "mqtt://user:s3cret@h:1883/t?unknown=1",
        "mqtt://user:s3/cret@h:1883/t",
        "mqtt:user:s3cret@h",
        "mqqt://user:s3cret@h:1883",
        "osc://user:s3cret@h:9000",
        "webhook+https://:s3cret@",
    ],
)
def test_a_wrong_output_is_refused_without_its_password(url: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--out", url]) == 2
    said = capfd.readouterr().err
    assert said.startswith("posecast: ")
    assert len(said.strip().splitlines()) == 1
    assert "s3" not in said


def test_ports_and_plain_words_stay(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["infer", "-o", "-", "srt://127.0.0.1:8080/x@y"]) == 2
    assert "srt://127.0.0.1:8080/x@y" in capfd.readouterr().err
