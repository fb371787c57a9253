"""Outputs are whole or absent, and nothing special is replaced."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.errors import PosecastError
from engine.files import is_special, text_lines, whole_file


def test_the_name_appears_when_the_block_ends_well(tmp_path: Path) -> None:
    path = tmp_path / "people.jsonl"
    with whole_file(path) as temporary:
        temporary.write_text("one")
        assert not path.exists()
        assert temporary.suffix == path.suffix
    assert path.read_text() == "one"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_block_leaves_the_old_file_and_no_rest(tmp_path: Path) -> None:
    path = tmp_path / "people.jsonl"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), whole_file(path) as temporary:
        temporary.write_text("half")
        raise ZeroDivisionError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["missing/people.jsonl", "."])
def test_impossible_places_are_refused_before_any_work(tmp_path: Path, name: str) -> None:
    with pytest.raises(PosecastError, match="folder"), whole_file(tmp_path / name):
        pytest.fail("the block must not run")


def test_a_link_stays_and_its_target_is_replaced_whole(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    target, link = tmp_path / "elsewhere" / "real.jsonl", tmp_path / "link.jsonl"
    target.write_text("old")
    link.symlink_to(target)
    with whole_file(link) as temporary:
        assert temporary.parent == target.parent, "a rename stays within one file system"
        temporary.write_text("new")
        assert target.read_text() == "old"
    assert link.is_symlink()
    assert target.read_text() == "new"
    assert sorted(path.name for path in target.parent.iterdir()) == ["real.jsonl"]


def test_a_link_to_nothing_yet_makes_its_target(tmp_path: Path) -> None:
    link = tmp_path / "link.jsonl"
    link.symlink_to(tmp_path / "new.jsonl")
    with whole_file(link) as temporary:
        temporary.write_text("new")
    assert link.is_symlink()
    assert (tmp_path / "new.jsonl").read_text() == "new"


def test_a_link_to_itself_is_refused(tmp_path: Path) -> None:
    link = tmp_path / "link.jsonl"
    link.symlink_to(link)
    with pytest.raises(PosecastError, match="leads back to itself"), whole_file(link):
        pytest.fail("the block must not run")


@pytest.fixture
def device(tmp_path: Path) -> Path:
    """A device node that takes everything and keeps nothing."""
    path = tmp_path / "device.jsonl"
    try:
        os.mknod(path, 0o600 | stat.S_IFCHR, os.makedev(1, 3))
        path.write_bytes(b"")
    except (OSError, AttributeError):
        pytest.skip("device nodes cannot be made or used here")
    return path


@pytest.mark.parametrize("linked", [False, True])
def test_devices_are_written_into(tmp_path: Path, device: Path, linked: bool) -> None:
    path = device
    if linked:
        path = tmp_path / "link.jsonl"
        path.symlink_to(device)
    with whole_file(path) as temporary:
        temporary.write_text("whole")
    with text_lines(path) as lines:
        lines.write("a line\n")
    assert device.is_char_device()
    assert path.is_symlink() == linked
    assert {each.name for each in tmp_path.iterdir()} == {path.name, device.name}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_pipes_are_written_into(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.jsonl"
    os.mkfifo(pipe)
    for write, said in ((_write_whole, "whole"), (_write_lines, "é\n")):
        with ThreadPoolExecutor(1) as pool:
            read = pool.submit(pipe.read_text, encoding="utf-8")
            write(pipe)
            assert read.result(10) == said
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="no /proc here")
def test_open_descriptors_are_written_into(tmp_path: Path) -> None:
    """/dev/stdout is one; what a shell has redirected it to must not be replaced."""
    path = tmp_path / "log.txt"
    path.write_text("before\n")
    with path.open("a") as file, text_lines(Path(f"/proc/self/fd/{file.fileno()}")) as lines:
        lines.write("after\n")
    assert is_special(Path("/dev/stdout")) or not Path("/dev/stdout").exists()
    assert path.read_text() == "before\nafter\n"


def _write_whole(path: Path) -> None:
    with whole_file(path) as temporary:
        temporary.write_text("whole")


def _write_lines(path: Path) -> None:
    with text_lines(path) as lines:
        lines.write("é\n")
