from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient

from engine.extrinsics import load_calibration
from engine.geometry import DEFAULT_CAMERA, REFERENCE_CAMERA, rotation_from_vector
from engine.pipeline import Pipeline
from engine.skeleton import JOINT
from engine.types import Person, Pose3D
from tests.webapp.conftest import eventually, show
from tests.webapp.people import person
from tests.webapp.stage import Stage
from webapp.access.options import ServeOptions
from webapp.services import Services

STRAIGHT: dict[str, Any] = {"R": [[1, 0, 0], [0, 1, 0], [0, 0, 1]], "t": [0, 120, 0]}


def upload(client: FlaskClient, content: object, name: str = "camera.json", **query: str) -> Any:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return client.put("/api/extrinsics", data={"file": (io.BytesIO(data), name)}, query_string=query)


def remembered(options: ServeOptions, source: str = "demo") -> dict[str, Any]:
    """What is saved of the camera of a source."""
    assert options.config is not None
    path = options.config.with_name("cameras.json")
    return json.loads(path.read_text())["sources"].get(source, {}) if path.exists() else {}


def watch(pipeline: Pipeline, stage: Stage, source: str) -> None:
    """Switch to another source, and see a frame of it."""
    pipeline.switch_source(source)
    eventually(
        lambda: (stage.give(), pipeline.state().switching is None and pipeline.state().settings.source == source)[1]
    )


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
    assert remembered(options)["camera"] == {"extrinsics": "reference"}
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
    kept = load_calibration(remembered(options)["camera"]["extrinsics"])
    np.testing.assert_allclose(kept.spec.t, (0, 1.2, 0))


def test_a_preview_changes_nothing(client: FlaskClient, playing: Pipeline, options: ServeOptions) -> None:
    told = upload(client, STRAIGHT, preview="1").json
    assert told["t"] == [0, 1.2, 0]
    assert client.get("/api/extrinsics").json["default"] is True
    assert remembered(options) == {}


def test_back_to_the_default(client: FlaskClient, playing: Pipeline, options: ServeOptions) -> None:
    upload(client, STRAIGHT)
    told = client.delete("/api/extrinsics")
    assert told.status_code == 200
    assert told.json["default"] is True
    assert "camera" not in remembered(options)


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

    monkeypatch.setattr("webapp.state.camera_records.CameraRecords.keep_file", full)
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
    monkeypatch.setattr("webapp.state.camera_records.CameraRecords.change", read_only)
    told = client.delete("/api/extrinsics")
    assert told.status_code == 200
    assert "could not be saved" in told.json["warnings"][-1]
    assert client.get("/api/extrinsics").json["default"] is True


def adjust(client: FlaskClient, *, preview: bool = False, **values: float) -> Any:
    return client.put(f"/api/extrinsics?preview={int(preview)}", json={"adjust": values})


def test_a_camera_is_adjusted_by_hand(
    client: FlaskClient, stage: Stage, playing: Pipeline, options: ServeOptions
) -> None:
    before = client.get("/api/extrinsics").json
    preview = adjust(client, tilt_deg=12, roll_deg=-3, height_m=2.2, fov_deg=50, preview=True).json
    assert client.get("/api/extrinsics").json == before
    told = adjust(client, tilt_deg=12, roll_deg=-3, height_m=2.2, fov_deg=50).json
    assert {**told, "can_undo": None} == {**preview, "can_undo": None}
    assert [told[name] for name in ("tilt_deg", "roll_deg", "height_m", "fov_deg")] == pytest.approx([12, -3, 2.2, 50])
    assert (told["source"], told["intrinsics"], told["format"], told["up"]) == ("file", "option", "adjusted", "+y")
    show(stage, playing)
    camera = client.get("/api/scene").json["camera"]
    assert (camera["tilt_deg"], camera["roll_deg"], camera["height_m"]) == pytest.approx((12, -3, 2.2), abs=1e-3)
    assert adjust(client, roll_deg=0).json["tilt_deg"] == pytest.approx(12)
    assert remembered(options)["camera"]["format"] == "adjusted"


def test_a_camera_adjusted_without_its_height_is_no_measure(client: FlaskClient, playing: Pipeline) -> None:
    told = adjust(client, tilt_deg=9).json
    assert (told["source"], told["format"], told["height_m"]) == ("estimated", "adjusted", 1.5)
    told = client.put("/api/settings", json={"camera_height_m": 2.5})
    assert told.status_code == 200
    told = client.get("/api/extrinsics").json
    assert (told["tilt_deg"], told["height_m"]) == pytest.approx((9, 2.5))


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"adjust": {}}, "nothing is adjusted"),
        ({"adjust": {"tilt": 3}}, "unknown key"),
        ({"adjust": {"tilt_deg": 91}}, "tilt_deg"),
        ({"adjust": {"height_m": "high"}}, "height_m"),
        ({"adjust": 3}, "adjust"),
    ],
)
def test_what_cannot_be_adjusted_is_said(body: Any, error: str, client: FlaskClient, playing: Pipeline) -> None:
    response = client.put("/api/extrinsics", json=body)
    assert response.status_code == 400
    assert error in response.json["error"]
    assert response.json["hint"]
    assert client.get("/api/extrinsics").json["default"] is True


def test_a_focal_length_by_hand_overrides_an_option(client: FlaskClient, playing: Pipeline) -> None:
    client.put("/api/settings", json={"fx": 300})
    assert adjust(client, tilt_deg=5).json["fx"] == 300
    assert adjust(client, fov_deg=90).json["fx"] == pytest.approx(160)
    assert client.get("/api/settings").json["fx"] is None
    assert client.post("/api/extrinsics/undo").json["fx"] == 300


def test_the_last_change_is_undone(client: FlaskClient, playing: Pipeline, options: ServeOptions) -> None:
    assert client.post("/api/extrinsics/undo").status_code == 409
    upload(client, STRAIGHT)
    client.put("/api/settings", json={"up": "+y", "floor_offset_m": 0.2})
    saved = remembered(options)
    adjust(client, tilt_deg=30)
    assert client.get("/api/state").json["camera"]["can_undo"] is True
    undone = client.post("/api/extrinsics/undo").json
    assert (undone["format"], undone["up"], undone["can_undo"]) == ("reference", "+y", False)
    assert client.get("/api/settings").json["floor_offset_m"] == 0.2
    assert remembered(options) == saved
    client.delete("/api/extrinsics")
    assert client.get("/api/extrinsics").json["default"] is True
    assert client.post("/api/extrinsics/undo").json["up"] == "+y"


def test_a_floor_that_was_found_is_undone(client: FlaskClient, stage: Stage, playing: Pipeline) -> None:
    tilted = replace(DEFAULT_CAMERA, R=rotation_from_vector(np.array([0.2, 0, 0])) @ DEFAULT_CAMERA.R)
    source, now = playing.source_camera
    playing.use_camera(source, replace(now, estimated=tilted))
    found = client.get("/api/extrinsics").json
    assert (found["source"], found["format"], found["can_undo"]) == ("estimated", "estimated", True)
    undone = client.post("/api/extrinsics/undo").json
    assert (undone["source"], undone["tilt_deg"], undone["can_undo"]) == ("default", 0, False)


def test_each_source_has_its_own_camera(
    client: FlaskClient, stage: Stage, playing: Pipeline, options: ServeOptions
) -> None:
    upload(client, STRAIGHT)
    client.put("/api/settings", json={"fx": 300, "assumed_height_m": 1.5})
    watch(playing, stage, "webcam")
    told, settings = client.get("/api/extrinsics").json, client.get("/api/settings").json
    assert (told["default"], told["source"], told["fx"], told["can_undo"]) == (True, "default", 256, False)
    assert (settings["fx"], settings["assumed_height_m"]) == (None, 1.8)
    adjust(client, tilt_deg=20)
    watch(playing, stage, "demo")
    told, settings = client.get("/api/extrinsics").json, client.get("/api/settings").json
    assert (told["t"], told["fx"], told["can_undo"]) == ([0, 1.2, 0], 300, True)
    assert settings["assumed_height_m"] == 1.5
    watch(playing, stage, "webcam")
    assert client.get("/api/extrinsics").json["tilt_deg"] == pytest.approx(20)
    assert remembered(options, "demo") == {
        "camera": remembered(options)["camera"], "fx": 300, "fx_size": [320, 180], "assumed_height_m": 1.5
    }  # fmt: skip


def test_a_change_for_another_source_is_refused(client: FlaskClient, playing: Pipeline) -> None:
    _, camera = playing.source_camera
    assert playing.use_camera("another", replace(camera, estimated=DEFAULT_CAMERA)) is False
    assert playing.source_camera[1].estimated is None


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
