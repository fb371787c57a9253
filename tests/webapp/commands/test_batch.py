"""`posecast batch` from the user's end: real videos, real processes."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import av
import pytest

from engine.capture.stage.clip import CLIP
from tests.engine.capture.clips import steady, write_clip
from webapp.cli import main
from webapp.commands.batch import SOME_FAILED

FAST = ("--height-size", "128", "--backend", "openvino", "--precision", "fp32")
TIMING = ("wall_time", "fps", "timings_ms")
"""Fields of a scene that differ from run to run."""


def scenes(path: Path) -> list[dict[str, Any]]:
    """The scenes of a file without what the clock says."""
    found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for scene in found:
        for name in TIMING:
            del scene[name]
        for event in scene["events"]:
            del event["wall_time"]
    return found


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two videos of one name, one with people, and a broken one."""
    folder = tmp_path_factory.mktemp("videos")
    for name in ("a", "b"):
        (folder / name).mkdir()
    (folder / "a" / "walk.mp4").write_bytes(CLIP.read_bytes())
    write_clip(folder / "b" / "walk.mp4", steady(5))
    (folder / "b" / "broken.mp4").write_text("nothing to see")
    return folder


def test_each_video_is_what_infer_makes_of_it_and_a_broken_one_is_told(
    tmp_path: Path, videos: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out, alone = tmp_path / "out", tmp_path / "alone.jsonl"
    arguments = ["batch", str(videos / "**" / "*.mp4"), "-o", str(out), "--max-frames", "12", "--video", *FAST]
    assert main(arguments) == SOME_FAILED
    said = capfd.readouterr().err
    assert "3 videos to do on openvino CPU fp32" in said
    assert "a/walk.mp4: 12 frames" in said
    assert "1 video failed" in said
    assert "b/broken.mp4" in said
    assert main(["infer", str(videos / "a" / "walk.mp4"), "-o", str(alone), "--max-frames", "12", *FAST]) == 0
    assert scenes(out / "a" / "walk.mp4.jsonl") == scenes(alone)
    assert len(scenes(out / "b" / "walk.mp4.jsonl")) == 5
    with av.open(str(out / "a" / "walk.mp4.overlay.mp4")) as container:
        assert sum(1 for _ in container.decode(video=0)) == 12
    assert {path.name for path in out.iterdir()} == {"a", "b", "manifest.jsonl"}
    (videos / "b" / "broken.mp4").unlink()
    capfd.readouterr()
    assert main(arguments) == 0
    assert "0 videos to do on openvino CPU fp32; 2 were done before" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("no/**/*.mp4", "-o", "out"), "no file matches"),
        (("a.mp4",), "required: -o"),
        (("a.mp4", "-o", "a.mp4"), "cannot write to"),
        (("a.mp4", "-o", "out", "--workers", "0"), "less than 1"),
        (("a.mp4", "-o", "out", "--ray", "auto", "--workers", "2"), "--workers is for this machine's cores"),
        (("a.mp4", "-o", "out", "--ray", "auto"), "Ray is not installed; pip install 'posecast[ray]'"),
        (("a.mp4", "-o", "out", "--source", "b.mp4"), "--source"),
        (("a.mp4", "-o", "out", "--events", "none.json"), "none.json"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "ray", None)  # as if it were not installed
    Path("a.mp4").write_text("a video")
    assert main(["batch", *arguments]) == 2
    error = capfd.readouterr().err
    assert said in error
    assert error.count("\n") == 1
