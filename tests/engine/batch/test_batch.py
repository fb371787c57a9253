"""The bookkeeping of a batch: what is done stays done, whatever happens, and nothing of the user's is replaced."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from engine.batch.manifest import NAME, Manifest
from engine.errors import PosecastError
from tests.engine.batch.jobs import RECIPE, Killed, TextWorkers, batch, write


def _result(folder: Path, name: str) -> Path:
    return folder / "out" / f"{name}.mp4.jsonl"


def test_videos_of_one_name_in_different_folders_have_results_of_their_own(tmp_path: Path) -> None:
    write(tmp_path, a__walk="first", b__walk="second", walk="third")
    batch(tmp_path, TextWorkers())
    assert _result(tmp_path, "a/walk").read_text() == "scenes of first"
    assert _result(tmp_path, "b/walk").read_text() == "scenes of second"
    assert _result(tmp_path, "walk").read_text() == "scenes of third"


def test_what_is_done_is_not_done_again(tmp_path: Path) -> None:
    write(tmp_path, a="first", b="second")
    batch(tmp_path, TextWorkers())
    write(tmp_path, c="third")
    workers = TextWorkers()
    plan, _, _ = batch(tmp_path, workers)
    assert (workers.begun, plan.done, plan.again) == ({"c.mp4": 1}, 2, {})


def test_a_touched_video_is_the_same_and_a_changed_one_is_done_again(tmp_path: Path) -> None:
    write(tmp_path, a="first", b="second")
    batch(tmp_path, TextWorkers())
    os.utime(tmp_path / "videos" / "a.mp4", (1, 1))
    write(tmp_path, b="changed")
    plan, _, _ = batch(tmp_path, TextWorkers())
    assert plan.again == {"b.mp4": "the video changed"}
    assert _result(tmp_path, "b").read_text() == "scenes of changed"


def test_other_settings_and_versions_are_done_again_and_said(tmp_path: Path) -> None:
    write(tmp_path, a="first")
    batch(tmp_path, TextWorkers())
    other = {"settings": {"height_size": 368}, "files": {}, "versions": {"posecast": "2"}}
    plan, _, _ = batch(tmp_path, TextWorkers(), recipe=other)
    assert plan.again == {"a.mp4": 'height_size was 256 and is 368; posecast was "1" and is "2"'}
    assert batch(tmp_path, TextWorkers(), recipe=other)[0].done == 1


def test_a_bad_video_stops_nobody_and_is_tried_again_at_the_end(tmp_path: Path) -> None:
    write(tmp_path, a="bad for good", b="bad once", c="first", d="second")
    workers = TextWorkers(free=1)
    _, summary, said = batch(tmp_path, workers)
    assert [each.name for each in summary.failed] == ["a.mp4"]
    assert {each.name for each in summary.finished} == {"b.mp4", "c.mp4", "d.mp4"}
    assert set(said[-2:]) == {"a.mp4 failed", "b.mp4 done"}, "at the end"
    assert workers.begun == {"a.mp4": 2, "b.mp4": 2, "c.mp4": 1, "d.mp4": 1}
    workers = TextWorkers()
    batch(tmp_path, workers)
    assert workers.begun == {"a.mp4": 2}, "the next batch tries it again"


def test_a_killed_batch_loses_the_videos_under_way_only(tmp_path: Path) -> None:
    write(tmp_path, a="the longest of the first", b="deadly", c="x")
    with pytest.raises(Killed):
        batch(tmp_path, TextWorkers(free=1))
    assert not _result(tmp_path, "b").exists(), "half a result never looks like a result"
    write(tmp_path, b="cured")
    workers = TextWorkers()
    batch(tmp_path, workers)
    assert workers.begun == {"b.mp4": 1, "c.mp4": 1}
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "a.mp4.jsonl", "b.mp4.jsonl", "c.mp4.jsonl", NAME,
    ]  # fmt: skip


def test_a_result_that_was_written_just_before_the_kill_is_replaced(tmp_path: Path) -> None:
    write(tmp_path, a="deadly")
    with pytest.raises(Killed):
        batch(tmp_path, TextWorkers())
    _result(tmp_path, "a").write_text("whole, but not noted")
    write(tmp_path, a="cured")
    batch(tmp_path, TextWorkers())
    assert _result(tmp_path, "a").read_text() == "scenes of cured"


@pytest.mark.parametrize("cut", [1, 9, 40])
def test_a_line_that_was_being_written_is_left_out(tmp_path: Path, cut: int) -> None:
    write(tmp_path, a="first", b="second")
    batch(tmp_path, TextWorkers(free=1))
    journal = tmp_path / "out" / NAME
    journal.write_bytes(journal.read_bytes()[:-cut])
    workers = TextWorkers()
    batch(tmp_path, workers)
    assert sum(workers.begun.values()) <= 1
    assert all(isinstance(json.loads(line), dict) for line in journal.read_text().splitlines())


def test_files_of_the_user_are_not_replaced_unasked(tmp_path: Path) -> None:
    write(tmp_path, a="first", b="second")
    mine = _result(tmp_path, "b")
    mine.parent.mkdir()
    mine.write_text("mine")
    workers = TextWorkers()
    with pytest.raises(PosecastError, match=r"is not of a batch in this folder.*--overwrite"):
        batch(tmp_path, workers)
    assert mine.read_text() == "mine"
    assert not workers.begun
    batch(tmp_path, workers, overwrite=True)
    assert mine.read_text() == "scenes of second"


def test_a_result_that_the_user_changed_is_not_replaced_unasked_and_one_that_is_gone_is_made(tmp_path: Path) -> None:
    write(tmp_path, a="first", b="second")
    batch(tmp_path, TextWorkers())
    _result(tmp_path, "a").unlink()
    plan, _, _ = batch(tmp_path, TextWorkers())
    assert plan.again == {"a.mp4": "a.mp4.jsonl is gone"}
    _result(tmp_path, "a").write_text("edited")
    with pytest.raises(PosecastError, match="was changed since"):
        batch(tmp_path, TextWorkers())
    plan, _, _ = batch(tmp_path, TextWorkers(), overwrite=True)
    assert plan.again == {"a.mp4": "a.mp4.jsonl was changed"}


def test_a_failure_with_new_settings_leaves_the_earlier_result_ours(tmp_path: Path) -> None:
    write(tmp_path, a="first")
    batch(tmp_path, TextWorkers())
    write(tmp_path, a="bad")
    batch(tmp_path, TextWorkers())
    assert _result(tmp_path, "a").read_text() == "scenes of first"
    write(tmp_path, a="cured")
    batch(tmp_path, TextWorkers())
    assert _result(tmp_path, "a").read_text() == "scenes of cured"


@pytest.mark.parametrize("content", ["", "mine", '{"mine": 1}\n', "[]\n"])
def test_a_manifest_of_somebody_else_is_left_alone(tmp_path: Path, content: str) -> None:
    (tmp_path / NAME).write_text(content)
    with pytest.raises(PosecastError, match="is not the manifest of a batch"):
        Manifest(tmp_path)
    assert (tmp_path / NAME).read_text() == content


def test_the_manifest_is_one_line_a_video_after_each_start(tmp_path: Path) -> None:
    write(tmp_path, a="first", b="second")
    batch(tmp_path, TextWorkers())
    batch(tmp_path, TextWorkers())
    header, recipe, *videos = map(json.loads, (tmp_path / "out" / NAME).read_text().splitlines())
    assert header["manifest"] == "posecast batch"
    assert {name: recipe[name] for name in RECIPE} == RECIPE
    assert [(line["video"], line["state"], line["recipe"]) for line in videos] == [
        ("a.mp4", "done", recipe["recipe"]),
        ("b.mp4", "done", recipe["recipe"]),
    ]
