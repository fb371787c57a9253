from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient

from engine.extrinsics import load_calibration
from engine.geometry import DEFAULT_CAMERA, REFERENCE_CAMERA
from engine.pipeline import Pipeline
from engine.skeleton import JOINT
from engine.types import Person, Pose3D
from tests.webapp.conftest import eventually, show
from tests.webapp.people import person, snapshot
from tests.webapp.stage import Stage
from webapp.access.options import ServeOptions
from webapp.services import Services

STRAIGHT: dict[str, Any] = {"R": [[1, 0, 0], [0, 1, 0], [0, 0, 1]], "t": [0, 120, 0]}


def upload(client: FlaskClient, content: object, name: str = "camera.json", **query: str) -> Any:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return client.put("/api/extrinsics", data={"file": (io.BytesIO(data), name)}, query_string=query)


def test_the_default_camera_is_told(client: FlaskClient, playing: Pipeline) -> None:
    told = client.get("/api/extrinsics").json
    assert told["default"] is True
    assert told["format"] == "default"
    np.testing.assert_allclose(told["t"], DEFAULT_CAMERA.t)
    assert (told["height_m"], told["tilt_deg"], told["roll_deg"], told["up"]) == (1.5, 0, 0, "+y")
    assert (told["source"], told["intrinsics"]) == ("default", "default")


def test_the_references_room_is_chosen_by_its_name(
    client: FlaskClient, playing: Pipeline, options: ServeOptions
) -> None:
    assert client.put("/api/extrinsics?preview=1", json={"name": "reference"}).json["up"] == "-y"
    assert client.get("/api/extrinsics").json["default"] is True
    told = client.put("/api/extrinsics", json={"name": "reference"}).json
    np.testing.assert_array_equal(told["t"], REFERENCE_CAMERA.t)
    assert (told["up"], told["source"], told["name"]) == ("-y", "file", "reference")
    assert options.config is not None
    assert json.loads(options.config.read_text())["extrinsics"] == "reference"
    assert client.put("/api/settings", json={"up": "+y"}).status_code == 400
    assert client.delete("/api/extrinsics").json["up"] == "+y"
    unknown = client.put("/api/extrinsics", json={"name": "hall"})
    assert unknown.status_code == 400
    assert "names are: reference" in unknown.json["hint"]


def test_which_axis_is_up_belongs_to_a_file(client: FlaskClient, playing: Pipeline) -> None:
    refused = client.put("/api/settings", json={"up": "-z"})
    assert refused.status_code == 400
    assert "no camera file" in refused.json["error"]
    upload(client, STRAIGHT)
    assert client.put("/api/settings", json={"up": "+y"}).status_code == 200
    assert client.get("/api/extrinsics").json["up"] == "+y"
    assert upload(client, STRAIGHT).json["up"] == "-y"
    assert client.get("/api/settings").json["up"] is None


@pytest.mark.parametrize("form", ["multipart", "body"])
def test_a_file_is_understood_used_and_kept(
    form: str, client: FlaskClient, stage: Stage, playing: Pipeline, options: ServeOptions
) -> None:
    response = upload(client, STRAIGHT) if form == "multipart" else client.put("/api/extrinsics", json=STRAIGHT)
    assert response.status_code == 200
    assert response.json["format"] == "reference"
    assert response.json["unit"] == "cm"
    assert response.json["t"] == [0, 1.2, 0]
    assert response.json["R"] == STRAIGHT["R"]
    show(stage, playing)
    scene = client.get("/api/scene").json["people"][0]
    np.testing.assert_allclose(np.add(scene["joints_3d"], (0, 1.2, 0)), scene["joints_camera"], atol=2e-4)
    assert client.get("/api/extrinsics").json["default"] is False
    assert options.config is not None
    kept = load_calibration(json.loads(options.config.read_text())["extrinsics"])
    np.testing.assert_allclose(kept.spec.t, (0, 1.2, 0))


def test_a_preview_changes_nothing(client: FlaskClient, playing: Pipeline, options: ServeOptions) -> None:
    told = upload(client, STRAIGHT, preview="1").json
    assert told["t"] == [0, 1.2, 0]
    assert client.get("/api/extrinsics").json["default"] is True
    assert options.config is not None
    assert not options.config.exists()


def test_back_to_the_default(client: FlaskClient, playing: Pipeline, options: ServeOptions) -> None:
    upload(client, STRAIGHT)
    told = client.delete("/api/extrinsics")
    assert told.status_code == 200
    assert told.json["default"] is True
    assert options.config is not None
    assert json.loads(options.config.read_text())["extrinsics"] is None


def test_a_downloaded_camera_can_be_uploaded_again(client: FlaskClient, playing: Pipeline) -> None:
    client.put("/api/settings", json={"fx": 300})
    before = client.get("/api/extrinsics").json
    file = client.get("/api/extrinsics?download=1")
    assert "attachment" in file.headers["Content-Disposition"]
    after = upload(client, file.data).json
    for key in ("R", "t", "up", "fx", "cx", "position"):
        np.testing.assert_array_equal(after[key], before[key]) if key != "up" else None
    assert after["up"] == before["up"]


def test_one_of_several_cameras(client: FlaskClient, playing: Pipeline) -> None:
    dome = {"cameras": [{"name": "00_01", **STRAIGHT}, {"name": "00_02", **STRAIGHT, "t": [0, 0, 300]}]}
    several = upload(client, dome)
    assert several.status_code == 400
    assert "00_01" in several.json["error"]
    assert several.json["cameras"] == ["00_01", "00_02"]
    chosen = upload(client, dome, camera="00_02")
    assert chosen.status_code == 200
    assert chosen.json["name"] == "00_02"
    assert chosen.json["t"] == [0, 0, 3]


def test_a_dome_of_cameras_is_offered_to_choose_from(client: FlaskClient, playing: Pipeline) -> None:
    names = [f"{number // 24:02}_{number % 24:02}" for number in range(521)]
    dome = {"cameras": [{"name": name, **STRAIGHT, "K": [[900, 0, 640], [0, 900, 360], [0, 0, 1]]} for name in names]}
    data = json.dumps(dome, indent=1).encode()
    assert len(data) > 64 * 1024
    several = upload(client, data)
    assert several.status_code == 400
    assert several.json["cameras"] == names
    assert upload(client, data, camera="07_03").json["name"] == "07_03"


def test_what_is_assumed_and_what_does_not_fit_is_told(
    client: FlaskClient, stage: Stage, playing: Pipeline, caplog: pytest.LogCaptureFixture
) -> None:
    show(stage, playing)
    lens = {"fx": 500, "fy": 500, "cx": 250, "cy": 250, "width": 500, "height": 500}
    refused = upload(client, {**STRAIGHT, "unit": "cm", **lens})
    assert refused.status_code == 400
    assert "images of 500 x 500" in refused.json["error"]
    told = upload(client, {"rvec": [0, 0, 0], "tvec": [0, 1200, 3000]})
    assert "taken for millimetres" in told.json["warnings"][0]
    assert "taken for millimetres" in caplog.text
    client.put("/api/settings", json={"fx": 5})
    assert any("36 mm wide sensor" in warning for warning in client.get("/api/extrinsics").json["warnings"])


@pytest.mark.parametrize(
    ("content", "status"),
    [
        ({"R": [[1, 0, 0], [0, 1, 0], [0, 0, -1]], "t": [0, 0, 0]}, 400),
        ({"R": [[1, 0], [0, 1]], "t": [0, 0, 0]}, 400),
        ({"R": STRAIGHT["R"]}, 400),
        (b"", 400),
        (b"\x89PNG\r\n", 400),
        (b"{" * 3000, 400),
        (b" " * (64 * 1024 + 1), 413),
        (b" " * 100_000, 413),
    ],
)
def test_bad_files_are_refused_with_a_reason(
    content: object, status: int, client: FlaskClient, playing: Pipeline
) -> None:
    before = client.get("/api/extrinsics").json
    response = upload(client, content)
    assert response.status_code == status
    assert response.json["error"]
    assert response.json["hint"]
    assert client.get("/api/extrinsics").json == before


def test_a_form_without_the_file_is_told(client: FlaskClient, playing: Pipeline) -> None:
    response = client.put("/api/extrinsics", data={"other": (io.BytesIO(b"{}"), "x.json")})
    assert response.status_code == 400
    assert "'file'" in response.json["error"]


def test_a_file_that_cannot_be_kept_is_used_all_the_same(
    client: FlaskClient, playing: Pipeline, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("webapp.state.store.Store.keep_camera", full)
    response = upload(client, STRAIGHT)
    assert response.status_code == 200
    assert "could not be saved" in response.json["warnings"][-1]
    assert client.get("/api/extrinsics").json["default"] is False


def test_back_to_the_default_works_where_it_cannot_be_kept(
    client: FlaskClient, playing: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    upload(client, STRAIGHT)
    monkeypatch.setattr("webapp.state.store.Store.update", read_only)
    told = client.delete("/api/extrinsics")
    assert told.status_code == 200
    assert "could not be saved" in told.json["warnings"][-1]
    assert client.get("/api/extrinsics").json["default"] is True


def standing(tilt_deg: float, x: float) -> Person:
    """Somebody upright, 1.5 m below a camera that looks down by `tilt_deg`."""
    body = np.zeros((19, 3), np.float32)
    body[:] = (x, 0.6, 4)
    for side, offset in (("left", 0.1), ("right", -0.1)):
        for name, y in (("hip", 0.6), ("knee", 1.0), ("ankle", 1.42), ("shoulder", 0.1)):
            body[JOINT[f"{side}_{name}"]] = (x + offset, y, 4)
    body[JOINT["neck"]] = (x, 0.05, 4)
    a = np.radians(tilt_deg)
    down = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    somebody = person()
    return Person(1, somebody.pose2d, Pose3D((body @ down.T).astype(np.float32)))


def stage_frame(pipeline: Pipeline) -> int | None:
    """Index of the newest snapshot's frame."""
    newest = pipeline.snapshots.wait_newer(0, 0)
    return newest[1].frame.index if newest else None


def test_level_from_people(client: FlaskClient, playing: Pipeline, services: Services) -> None:
    # A frame of the stage that is still on its way would count as another source's.
    eventually(lambda: services.camera._last_frame == stage_frame(playing))
    services.camera._seen.clear()
    assert client.post("/api/extrinsics/level").status_code == 409
    for index in range(40):
        services.camera.remember(0, snapshot(1000 + index, (standing(20, index / 20),), captured_at=100 + index / 4))
    client.put("/api/settings", json={"floor_offset_m": 0.3})
    before = client.get("/api/extrinsics").json
    preview = client.post("/api/extrinsics/level", json={"preview": True})
    assert preview.status_code == 200
    assert client.get("/api/extrinsics").json == before
    assert client.get("/api/settings").json["floor_offset_m"] == 0.3
    told = client.post("/api/extrinsics/level").json
    assert abs(abs(told["tilt_deg"]) - 20) < 1
    assert abs(told["height_m"] - 1.5) < 0.1
    assert client.get("/api/extrinsics").json["default"] is False
    assert client.get("/api/settings").json["floor_offset_m"] == 0, "the floor of the levelled world is at 0"


def test_people_of_another_source_do_not_count(client: FlaskClient, playing: Pipeline, services: Services) -> None:
    for index in range(40):
        services.camera.remember(0, snapshot(1000 + index, (standing(20, 0),), captured_at=100 + index / 4))
    services.camera.remember(0, snapshot(0, (), captured_at=111))
    assert client.post("/api/extrinsics/level").status_code == 409
