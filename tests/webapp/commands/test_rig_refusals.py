"""Commands about rigs, given what is wrong: one line that says which camera it is and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from webapp import cli

PEOPLE = ("calibrate", "rig", "rig.toml", "--from", "people", "-o", "out.toml")
BOARD = ("calibrate", "rig", "rig.toml", "--from", "board", "-o", "out.toml")
CLAP, LIGHT = (("calibrate", "sync", "rig.toml", "--by", by) for by in ("clap", "light"))
INFER = ("infer", "rig.toml", "-o", "people.jsonl")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.mp4").touch()
    return tmp_path


@pytest.mark.parametrize("command", [INFER, PEOPLE, BOARD, CLAP, LIGHT], ids=" ".join)
@pytest.mark.parametrize(
    ("first", "told"),
    [
        ('source = "none.mp4"', "camera a: there is no file"),
        ('source = "empty.mp4"', "empty.mp4 is empty"),
        ("source = 0", 'write it in quotes: source = "0"'),
        ('source = "rig.toml"', "give the camera's own source"),
        ('source = "empty.mp4"\nfps = 30', "keys are source, calibration"),
        ('source = "empty.mp4"\ncalibration = "none.toml#a"', "cannot read the camera file"),
    ],
)
def test_one_line_says_what_to_do(
    folder: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...], first: str, told: str
) -> None:
    (folder / "rig.toml").write_text(f'[cameras.a]\n{first}\n[cameras.b]\nsource = "demo:1"\n')
    assert cli.main(command) == 2
    error = capsys.readouterr().err
    if command is CLAP and "is empty" in told:
        told = "cannot read the sound of empty.mp4: Invalid data found when processing input; use --by light"
    assert told in error
    assert len(error.strip().splitlines()) == 1


def test_a_height_in_centimetres_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main((*PEOPLE, "--person-height", "183")) == 2
    assert "in metres it would be 1.83" in capsys.readouterr().err
