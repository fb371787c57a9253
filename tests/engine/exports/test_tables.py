"""TRC, MOT, CSV, NPZ and JSONL, read back by readers that are not the writers."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from engine.errors import PosecastError
from engine.exports import FORMATS, Request, described, export
from engine.motion.angles import angles
from engine.motion.edits import Edits
from engine.motion.marker_files import read_markers
from engine.skeleton import JOINT, JOINTS
from tests.engine.motion.stage import PEOPLE, RATE, truth, write_recording


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_recording(tmp_path_factory.mktemp("stage") / "stage.jsonl")


def test_a_file_for_each_person_where_one_does_not_hold_them(recording: Path, tmp_path: Path) -> None:
    told: list[float] = []
    made = export(Request(recording, "trc", raw=True), tmp_path / "walk.trc", told.append)
    assert [path.name for path in made] == [f"walk-person-{person}.trc" for person in range(1, PEOPLE + 1)]
    assert told == sorted(told)
    assert told[-1] == 1.0
    (single,) = export(Request(recording, "trc", people=(3,), raw=True), tmp_path / "one.trc", lambda fraction: None)
    (motion,) = read_markers(single)
    np.testing.assert_allclose(motion.joints, truth()[2], atol=1e-4)
    np.testing.assert_allclose(motion.times, np.arange(len(motion.times)) / RATE, atol=1e-5)


def test_mot_has_the_angles_in_degrees(recording: Path, tmp_path: Path) -> None:
    (path,) = export(Request(recording, "mot", people=(2,), raw=True), tmp_path / "two.mot", lambda fraction: None)
    head, _, table = path.read_text().partition("endheader\n")
    columns = table.split("\n", 1)[0].split("\t")
    values = np.loadtxt(table.splitlines()[1:])
    assert "inDegrees=yes" in head
    assert f"nRows={len(values)}" in head
    assert f"nColumns={len(columns)}" in head
    true = truth()[1]
    expected = angles(true, up="+y")
    np.testing.assert_allclose(values[:, columns.index("knee_angle_r")], expected["right_knee_flexion"], atol=0.1)
    np.testing.assert_allclose(values[:, columns.index("hip_adduction_l")], -expected["left_hip_abduction"], atol=0.1)
    np.testing.assert_allclose(values[:, columns.index("pelvis_ty")], true[:, JOINT["pelvis"], 1], atol=1e-3)


def test_csv_wide_and_long(recording: Path, tmp_path: Path) -> None:
    request = Request(recording, "csv", people=(1, 4), raw=True)
    (wide,) = export(request, tmp_path / "wide.csv", lambda fraction: None)
    rows = list(csv.DictReader(wide.read_text().splitlines()))
    assert len(rows) == 2 * truth().shape[1]
    assert float(rows[10]["time_s"]) == pytest.approx(10 / RATE, abs=1e-5)
    assert [float(rows[10][f"nose_{axis}_m"]) for axis in "xyz"] == pytest.approx(
        truth()[0, 10, JOINT["nose"]], abs=1e-3
    )
    assert float(rows[10]["left_knee_flexion_deg"]) == pytest.approx(
        angles(truth()[0, 10:11], up="+y")["left_knee_flexion"][0], abs=0.1
    )
    (long,) = export(Request(recording, "csv", people=(4,), raw=True, layout="long"), tmp_path / "long.csv", print)
    rows = list(csv.DictReader(long.read_text().splitlines()))
    assert len(rows) == len(JOINTS) * truth().shape[1]
    assert rows[1]["joint_name"] == "nose"
    assert float(rows[1]["y_m"]) == pytest.approx(truth()[3, 0, 1, 1], abs=1e-3)


def test_npz_is_arrays(recording: Path, tmp_path: Path) -> None:
    (path,) = export(Request(recording, "npz", raw=True), tmp_path / "all.npz", lambda fraction: None)
    with np.load(path) as arrays:
        np.testing.assert_allclose(arrays["joints"], truth(), atol=1e-3)
        assert arrays["ids"].tolist() == [1, 2, 3, 4, 5]
        assert arrays["joint_names"].tolist() == list(JOINTS)
        assert json.loads(str(arrays["metadata"]))["unit"] == "m"


def test_jsonl_is_the_recording_with_its_edits(recording: Path, tmp_path: Path) -> None:
    edits = Edits(merged=((1, 2),), deleted=(3,), names={1: "Anna"}, trim_s=(1.0, 2.0))
    (path,) = export(Request(recording, "jsonl", edits=edits), tmp_path / "edited.jsonl", lambda fraction: None)
    scenes = [json.loads(line) for line in path.read_text().splitlines()]
    assert len(scenes) == 31
    assert scenes[0]["time"] == 0.0
    assert scenes[-1]["time"] == pytest.approx(1.0)
    assert {person["id"] for scene in scenes for person in scene["people"]} == {1, 4, 5}
    assert scenes[0]["people"][0]["name"] == "Anna"


def test_cleaned_files_say_what_was_done(recording: Path, tmp_path: Path) -> None:
    (path,) = export(Request(recording, "npz", people=(1,)), tmp_path / "clean.npz", lambda fraction: None)
    with np.load(path) as arrays:
        steps = [step["step"] for step in json.loads(str(arrays["metadata"]))["done"]["1"]]
    assert "low_pass" in steps


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (Request(Path("x"), "fbx"), "unknown format 'fbx'"),
        (Request(Path("x"), "csv", layout="tall"), "no layout 'tall'"),
        (Request(Path("x"), "c3d", layout="wide"), "no layout 'wide' of c3d"),
    ],
)
def test_what_there_is_not(request_: Request, message: str, tmp_path: Path) -> None:
    with pytest.raises(PosecastError, match=message):
        export(request_, tmp_path / "x", lambda fraction: None)


def test_nothing_is_half_written(recording: Path, tmp_path: Path) -> None:
    def full(fraction: float) -> None:
        if fraction > 0.5:
            raise OSError(28, "No space left on device")

    for name in FORMATS:
        with pytest.raises(PosecastError, match="disk is full"):
            export(Request(recording, name, people=(1,), raw=True), tmp_path / f"x.{name}", full)
    with pytest.raises(PosecastError, match="no person with the id 9"):
        export(Request(recording, "c3d", people=(9,)), tmp_path / "x.c3d", lambda fraction: None)
    assert not list(tmp_path.iterdir())


def test_every_format_is_listed() -> None:
    assert {each["format"] for each in described()} == {*FORMATS, "jsonl"}
