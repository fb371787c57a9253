"""The cache of converted models: complete entries, made once, by one process at a time."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from engine.errors import PosecastError
from engine.models.cache import build_once, entry
from tests.models import silent


def _checkpoint(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_an_entry_depends_on_the_content_and_on_every_part(tmp_path: Path) -> None:
    one, other = _checkpoint(tmp_path / "a.pth", b"1"), _checkpoint(tmp_path / "b.pth", b"2")
    entries = {entry(one, "onnx", "1"), entry(other, "onnx", "1"), entry(one, "onnx", "2"), entry(one, "onnx-1")}
    assert len(entries) == 3  # the last is the first, spelled otherwise
    assert entry(one, "onnx", "1") == entry(_checkpoint(tmp_path / "copy.pth", b"1"), "onnx", "1")


def test_names_of_devices_make_names_of_folders(tmp_path: Path, posecast_cache: Path) -> None:
    folder = entry(_checkpoint(tmp_path / "a.pth", b"1"), "engine", "NVIDIA RTX/4090 (x) ../..")
    assert folder.parent.parent == posecast_cache / "converted"
    assert "/" not in folder.name


def test_is_built_once(tmp_path: Path) -> None:
    builds = []

    def build(folder: Path) -> None:
        builds.append(folder)
        (folder / "model").write_text("whole")

    for _ in range(2):
        assert (build_once(tmp_path / "cache" / "entry", build, silent) / "model").read_text() == "whole"
    assert len(builds) == 1


def test_a_failed_build_leaves_nothing(tmp_path: Path) -> None:
    def build(folder: Path) -> None:
        (folder / "half").write_text("half")
        raise PosecastError("no")

    with pytest.raises(PosecastError, match="no"):
        build_once(tmp_path / "entry", build, silent)
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]
    build_once(tmp_path / "entry", lambda folder: (folder / "whole").touch(), silent)
    assert [path.name for path in (tmp_path / "entry").iterdir()] == ["whole"]


def test_what_a_killed_process_left_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / "entry.part").mkdir()
    (tmp_path / "entry.part" / "half").touch()
    build_once(tmp_path / "entry", lambda folder: (folder / "whole").touch(), silent)
    assert [path.name for path in (tmp_path / "entry").iterdir()] == ["whole"]


def test_the_second_process_waits_and_reports_it(tmp_path: Path) -> None:
    """Two at once: one builds; the other is told that it waits, and finds the entry made."""
    building, waited = threading.Event(), threading.Event()
    builds = []

    def build(folder: Path) -> None:
        builds.append(threading.current_thread().name)
        building.set()
        assert waited.wait(20)

    def second_progress(step: str, fraction: float | None, message: str) -> None:
        assert "waiting for another process" in message
        waited.set()

    first = threading.Thread(target=build_once, args=(tmp_path / "entry", build, silent), name="first")
    first.start()
    assert building.wait(20)
    assert build_once(tmp_path / "entry", build, second_progress).is_dir()
    first.join()
    assert builds == ["first"]


def test_a_cache_that_cannot_be_written_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "entry.part").touch()
    for folder in (tmp_path / "file" / "entry", tmp_path / "entry"):
        with pytest.raises(PosecastError, match=r"cannot write .*POSECAST_CACHE"):
            build_once(folder, lambda part: None, silent)
