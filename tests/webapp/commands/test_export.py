"""`posecast export` and `posecast compare` as a user types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.motion.edits_file import About, write_about
from tests.engine.motion.stage import write_recording
from webapp import cli


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_recording(tmp_path_factory.mktemp("stage") / "stage.jsonl", seconds=2.0)


def run(*arguments: object) -> int:
    return cli.main([str(argument) for argument in arguments])


def test_a_recording_is_exported_and_compared(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    markers = tmp_path / "two.c3d"
    assert run("export", recording, "-o", markers, "--person", 1, "--person", 2, "--raw", "--name", "1=Ada") == 0
    assert "two.c3d" in capsys.readouterr().err
    assert run("compare", recording, markers, "--json", tmp_path / "a.json", "--chart", tmp_path / "a.html") == 0
    table = capsys.readouterr().out
    assert "person 1 and Ada" in table
    assert "left_knee" in table
    results = json.loads((tmp_path / "a.json").read_text())
    assert [person["b"] for person in results["people"]] == ["Ada", "person_2"]
    assert all(person["mpjpe_mm"] < 0.5 for person in results["people"])
    assert "<svg" in (tmp_path / "a.html").read_text()


def test_what_was_changed_on_the_page_applies(recording: Path, tmp_path: Path) -> None:
    kept = tmp_path / "a.jsonl"
    kept.write_bytes(recording.read_bytes())
    write_about(kept, About(title="Squats", merged=((1, 2),), names={1: "Ada"}, trim_s=(0.5, 1.5)))

    def people(*options: str) -> tuple[set[tuple[int, str | None]], int]:
        assert run("export", kept, "-o", tmp_path / "b.jsonl", *options) == 0
        scenes = [json.loads(line) for line in (tmp_path / "b.jsonl").read_text().splitlines()]
        return {(person["id"], person.get("name")) for scene in scenes for person in scene["people"]}, len(scenes)

    assert people() == ({(1, "Ada"), (3, None), (4, None), (5, None)}, 31)
    assert people("--drop", "1", "--trim", "0:1") == ({(3, None), (4, None), (5, None)}, 31)
    assert people("--as-recorded") == ({(person, None) for person in range(1, 6)}, 60)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("-o", "x.fbx"), "unknown format 'fbx'"),
        (("-o", "x"), "unknown format ''"),
        (("-o", "x.c3d", "--format", "long"), "no layout 'long' of c3d"),
        (("-o", "x.c3d", "--merge", "3"), "--merge takes two ids or more"),
        (("-o", "x.c3d", "--merge", "1,9"), "no person with the id 9"),
        (("-o", "x.c3d", "--name", "Ada"), "--name takes an id and a name"),
        (("-o", "x.c3d", "--trim", "5:2"), "--trim takes two times"),
        (("-o", "nowhere/x.c3d"), "does not exist"),
    ],
)
def test_mistakes_are_one_line(
    recording: Path, options: tuple[str, ...], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert run("export", recording, *options) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert message in line
    assert not list(tmp_path.iterdir())


def test_recordings_that_are_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("export", "recording-20200101-000000", "-o", tmp_path / "x.c3d") == 2
    assert run("compare", tmp_path / "a.jsonl", tmp_path / "b.jsonl") == 2
    assert capsys.readouterr().err.count("there is no") == 2


def test_the_recording_itself_is_never_overwritten(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = recording.read_bytes()
    assert run("export", recording, "-o", recording) == 2
    assert "is an input" in capsys.readouterr().err
    assert recording.read_bytes() == before
