"""No output is an input, by whatever name, and no two outputs are one file."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import PosecastError
from engine.outputs_guard import check_outputs, files_of_model, files_of_source, inputs_of
from engine.settings import Settings


def _itself(path: Path) -> Path:
    return path


def _symbolic(path: Path) -> Path:
    (link := path.with_name("link")).symlink_to(path.name)
    return link


def _hard(path: Path) -> Path:
    (link := path.with_name("hard")).hardlink_to(path)
    return link


def _roundabout(path: Path) -> Path:
    return path.parent / ".." / path.parent.name / path.name


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files of every kind that a command reads."""
    for name in ("video.mp4", "img_0001.png", "img_0002.png", "model.xml", "model.bin", "cam#1.json", "settings.json"):
        (tmp_path / name).write_text(name)
    return tmp_path


def _inputs(folder: Path, source: str) -> list[Path]:
    settings = Settings(
        source=source.format(folder), model=str(folder / "model.xml"), extrinsics=f"{folder}/cam#1.json#00_05"
    )
    return list(inputs_of(settings, folder / "settings.json"))


@pytest.mark.parametrize("name", [_itself, _symbolic, _hard, _roundabout])
@pytest.mark.parametrize(
    ("source", "read"),
    [
        ("{}/video.mp4", "video.mp4"),
        ("{}", "img_0002.png"),
        ("{}/img_*.png", "img_0002.png"),
        ("{}/**/img_*.png", "img_0002.png"),
        ("{}/img_%04d.png", "img_0002.png"),
        ("demo", "model.xml"),
        ("demo", "model.bin"),
        ("demo", "cam#1.json"),
        ("0", "settings.json"),
    ],
)
def test_an_output_that_is_an_input_is_refused(
    folder: Path, source: str, read: str, name: Callable[[Path], Path]
) -> None:
    output = name(folder / read)
    with pytest.raises(PosecastError, match="input") as caught:
        check_outputs((folder / "new.jsonl", output), _inputs(folder, source))
    assert str(output) in caught.value.error
    assert (folder / read).read_text() == read


def test_others_are_let_through(folder: Path) -> None:
    (folder / "old.jsonl").write_text("of the last run")
    (folder / "pointing").symlink_to("old.jsonl")
    for source in ("{}/video.mp4", "{}/img_*.png", "demo", "rtsp://user:pass@host/%2f?*[", "nothing\0here"):
        check_outputs((folder / "old.jsonl", None, folder / "overlay.mp4"), _inputs(folder, source))
    check_outputs((folder / "pointing",), _inputs(folder, "{}/video.mp4"))


def test_two_outputs_that_are_one_file_are_refused(folder: Path) -> None:
    (folder / "link.html").symlink_to("new.html")
    (folder / "old").write_text("")
    (folder / "hard").hardlink_to(folder / "old")
    for first, second in (("new.html", "new.html"), ("link.html", "new.html"), ("old", "hard")):
        with pytest.raises(PosecastError, match="are one file"):
            check_outputs((folder / first, folder / second), ())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_may_take_several_outputs_but_not_its_own_input(tmp_path: Path) -> None:
    os.mkfifo(pipe := tmp_path / "pipe")
    check_outputs((pipe, pipe), ())
    with pytest.raises(PosecastError, match="input"):
        check_outputs((pipe,), files_of_source(str(pipe)))


def test_models_that_are_known_by_name_are_inputs_too() -> None:
    assert next(iter(files_of_model("bundled"))).is_file()
