"""Curves over HTTP: the exports' own values, with gaps, limits and edits, and figures of a stretch."""

from __future__ import annotations

import csv
import io
import json
import time
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from flask.testing import FlaskClient

from engine.exports import Request, curves, export, silent
from engine.exports.curves import opened
from engine.exports.mot import COORDINATES
from engine.motion import Recording, Track
from engine.motion.clip import ClipOptions, clip_of
from engine.motion.edits import Edits
from engine.motion.quantities import QUANTITIES
from tests.engine.motion.stage import PEOPLE, truth, write_recording
from webapp.recording.exporting import Export
from webapp.recording.series import Series, SeriesDesk, SeriesRequest
from webapp.routes.openapi import document
from webapp.services import Services

NAME = "recording-20261128-120000"
SECONDS = 3.0
GAP = range(20, 45)
"""Frames in which person 4 is not seen."""


@pytest.fixture
def recording(services: Services) -> Path:
    services.recordings.folder.mkdir(parents=True, exist_ok=True)
    return write_recording(
        services.recordings.folder / f"{NAME}.jsonl",
        seconds=SECONDS,
        noise_m=0.003,
        identity=lambda person, frame: None if person == 3 and frame in GAP else person + 1,
    )


def answer(client: FlaskClient, query: str) -> Any:
    """The curves, however long they take to be measured."""
    for _ in range(200):
        found: Any = client.get(f"/api/recordings/{NAME}/series?{query}", buffered=True)
        if found.status_code != 202:
            return found
        assert 0 <= found.json["fraction"] <= 1
        time.sleep(0.05)
    raise AssertionError("never finished")


@pytest.mark.parametrize("raw", [False, True])
def test_angles_are_those_of_the_mot_at_the_same_frame(
    client: FlaskClient, recording: Path, tmp_path: Path, raw: bool
) -> None:
    (path,) = export(Request(recording, "mot", (2,), raw=raw), tmp_path / "person.mot", silent)
    lines = path.read_text().partition("endheader\n")[2].splitlines()
    table = np.array([[float(cell) for cell in line.split("\t")] for line in lines[1:]])
    columns = dict(zip(lines[0].split("\t"), table.T, strict=True))
    asked = "&".join(f"quantity={angle}" for angle, _ in COORDINATES.values())
    found = answer(client, f"person=2&raw={int(raw)}&{asked}").json
    np.testing.assert_allclose(found["time"], columns["time"], atol=1e-3)
    curves = {one["quantity"]: one["values"] for one in found["series"]}
    for coordinate, (angle, sign) in COORDINATES.items():
        np.testing.assert_allclose(sign * np.array(curves[angle]), columns[coordinate], atol=0.1, err_msg=angle)
    schema = {"$ref": "#/components/schemas/Series", "components": document()["components"]}
    jsonschema.Draft202012Validator(schema).validate(found)
    assert found["raw"] is raw
    assert ("low_pass" in {step["step"] for step in found["done"]}) is not raw


def test_gaps_and_limits(client: FlaskClient, recording: Path) -> None:
    found = answer(client, "person=4&quantity=left_knee_flexion&quantity=nose_height&from=0.5&to=2").json
    assert found["time"][0] == 0.5
    assert found["time"][-1] == 2
    knee, nose = found["series"]
    assert (knee["unit"], nose["unit"]) == ("°", "m")
    values = dict(zip(found["time"], knee["values"], strict=True))
    assert values[1.0] is None
    assert values[0.5] is not None
    assert knee["statistics"]["max"] == max(value for value in values.values() if value is not None)
    assert 1.2 < nose["statistics"]["mean"] < 2


def test_a_table_has_every_value(client: FlaskClient, recording: Path) -> None:
    found = answer(client, "person=4&quantity=left_knee_flexion&quantity=left_knee_speed&format=csv&points=5")
    assert found.headers["Content-Disposition"].endswith(f'filename="{NAME}-person-4.csv"')
    rows = list(csv.DictReader(io.StringIO(found.text)))
    assert len(rows) == SECONDS * 30
    assert rows[30] == {
        "time_s": "1.000000", "person": "4", "left_knee_flexion_deg": "", "left_knee_speed_m_per_s": "",
    }  # fmt: skip
    assert 0 <= float(rows[0]["left_knee_flexion_deg"]) <= 180


def test_refusals_say_what_to_do(client: FlaskClient, recording: Path) -> None:
    for query, status, error in (
        ("", 400, "give 1 to 16 quantities"),
        ("quantity=left_knee", 400, "unknown quantity 'left_knee'"),
        ("quantity=trunk_lean&person=two", 400, "person must be a number"),
        ("quantity=trunk_lean&from=nan", 400, "from must be a number"),
        ("quantity=trunk_lean&from=2&to=1", 400, "nothing from 2 to 1 s"),
        ("quantity=trunk_lean&points=0", 400, "points must be"),
        ("quantity=trunk_lean&format=xml", 400, "unknown format"),
        ("quantity=trunk_lean&person=9", 400, "no person with the id 9"),
    ):
        found = answer(client, query)
        assert found.status_code == status, query
        assert error in found.json["error"]
    assert client.get("/api/recordings/recording-20200101-000000/series?quantity=trunk_lean").status_code == 404


def test_seconds_of_a_trimmed_recording_are_the_recordings_own(tmp_path: Path) -> None:
    path = write_recording(tmp_path / f"{NAME}.jsonl", seconds=SECONDS)
    asked = SeriesRequest(path, 2, ("left_knee_flexion",), 1.5, 2.0, raw=True)
    desk = SeriesDesk()
    try:
        whole = _series(desk, asked)
        trimmed = SeriesRequest(path, 2, ("left_knee_flexion",), 1.5, 2.0, raw=True, edits=Edits(trim_s=(1.0, 2.5)))
        cut = _series(desk, trimmed)
    finally:
        desk.close()
    assert 14 <= len(cut.times) <= 16
    np.testing.assert_allclose(cut.times, whole.times, atol=1e-5)
    np.testing.assert_allclose(cut.values, whole.values, atol=1e-3)


def _series(desk: SeriesDesk, request: SeriesRequest) -> Series:
    found = desk.ask(request, patience_s=30)
    assert not isinstance(found, Export)
    return found


def test_a_long_recording_stays_on_the_disk_and_is_decimated(tmp_path: Path) -> None:
    rows = 36_000
    joints = np.resize(truth(6.0)[1], (rows, 19, 3)).astype(np.float32)
    tracks = (Track(1, None, np.arange(rows), joints, np.ones_like(joints)),)
    recording = Recording("long.jsonl", np.arange(rows) / 60, np.arange(rows), tracks, "+y", (1280, 720), 0.0)
    curves.write(clip_of(recording, ClipOptions(raw=True)), tmp_path / "long.curves", silent)
    (person,) = opened(tmp_path / "long.curves")
    assert isinstance(person.values, np.memmap)
    scenes = tmp_path / "long.jsonl"
    scenes.write_text('{"wall_time": 0.0}\n')
    found = Series(
        SeriesRequest(scenes, 1, tuple(QUANTITIES)[:16], points=2000), person, person.times,
        person.of(tuple(QUANTITIES)[:16], 0, rows),
    )  # fmt: skip
    answered = found.to_wire()
    assert answered["decimated"]
    assert len(answered["time"]) <= 2100
    assert answered["series"][0]["statistics"]["max"] == max(answered["series"][0]["values"])


def test_the_people_of_the_stage_are_all_measured(tmp_path: Path) -> None:
    path = write_recording(tmp_path / "stage.jsonl", seconds=1.2)
    (made,) = export(Request(path, "curves"), tmp_path / "stage.curves", silent)
    people = opened(made)
    assert [one.id for one in people] == list(range(1, PEOPLE + 1))
    assert all(one.values.shape == (len(QUANTITIES), 36) for one in people)


def test_edits_that_are_kept_beside_the_recording_apply(client: FlaskClient, recording: Path) -> None:
    changes = {"merged": [[2, 4]], "deleted": [1], "names": {"2": "Ada"}, "trim_s": [0.5, 2.5]}
    assert client.patch(f"/api/recordings/{NAME}", json=changes).status_code == 200
    found = answer(client, "quantity=trunk_lean").json
    assert found["person"] == {"id": 2, "label": "Ada"}
    assert (found["time"][0], found["time"][-1]) == (0.5, 2.5)
    assert answer(client, "quantity=trunk_lean&person=1").status_code == 400


def test_seconds_are_those_of_the_wall_clock_as_on_the_bar_of_time(tmp_path: Path) -> None:
    path = tmp_path / f"{NAME}.jsonl"
    scenes = [json.loads(line) for line in write_recording(path, seconds=SECONDS).read_text().splitlines()]
    for scene in scenes:  # the source plays at half its speed
        scene["wall_time"] = 1000.0 + 2 * scene["time"]
    path.write_text("".join(f"{json.dumps(scene)}\n" for scene in scenes))
    desk = SeriesDesk()
    try:
        found = _series(desk, SeriesRequest(path, 2, ("trunk_lean",), 1.0, 4.0, raw=True))
    finally:
        desk.close()
    np.testing.assert_allclose(found.times[[0, -1]], [1.0, 4.0], atol=1e-3)
    assert len(found.times) == 46
