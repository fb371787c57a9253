"""Outputs are whole or absent."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import PosecastError
from engine.files import whole_file


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
