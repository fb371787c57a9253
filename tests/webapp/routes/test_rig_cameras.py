"""The calibration of one camera of a rig, by its name."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient

from engine.capture.stage import CAMERA_SPECS
from engine.extrinsics import Calibration, calibration_json
from engine.geometry import CameraSpec, Provenance, rotation_from_vector
from engine.pipeline import Pipeline
from engine.settings import Settings
from tests.webapp.conftest import eventually, show, start
from tests.webapp.stage import Stage, StageSource
from webapp.access.options import ServeOptions
from webapp.state.camera_memory import CameraMemory

NAMES = ("front", "right", "left")
SPECS = {name: replace(spec, provenance=Provenance("file")) for name, spec in zip(NAMES, CAMERA_SPECS, strict=False)}


@pytest.fixture
def settings() -> Settings:
    return Settings(source="rig.toml")


@pytest.fixture
def stage() -> Stage:
    stage = Stage(size=(1280, 720))
    stage.cameras = SPECS
    return stage


def file_of(spec: CameraSpec, **more: object) -> dict[str, Any]:
    return {**calibration_json(Calibration(spec, "reference", "m")), **more}


def turned(spec: CameraSpec) -> CameraSpec:
    """A camera that was pushed: turned by 6 degrees, and 10 cm aside."""
    R = rotation_from_vector(np.array([0.0, 0.1, 0.0])) @ spec.R
    return replace(spec, R=R, t=spec.t + np.array([0.1, 0.0, 0.0]))


def put(client: FlaskClient, content: object, **query: str) -> Any:
    data = {"file": (io.BytesIO(json.dumps(content).encode()), "moved.json")}
    return client.put("/api/extrinsics", data=data, query_string=query)


def in_scene(client: FlaskClient, name: str) -> Any:
    return np.array(client.get("/api/scene").json["cameras"][name]["t"])


@pytest.mark.parametrize("name", ["right", "front"])
def test_one_camera_is_replaced_at_once_kept_and_taken_back(
    name: str, client: FlaskClient, stage: Stage, playing: Pipeline, options: ServeOptions
) -> None:
    moved = turned(SPECS[name])
    told = put(client, file_of(moved), **{"for": name, "preview": "1"}).json
    np.testing.assert_allclose(told["t"], moved.t)
    show(stage, playing)
    np.testing.assert_allclose(in_scene(client, name), SPECS[name].t, atol=1e-5)
    assert put(client, file_of(moved), **{"for": name}).json["can_undo"]
    show(stage, playing)
    np.testing.assert_allclose(in_scene(client, name), moved.t, atol=1e-5)
    assert [np.allclose(in_scene(client, other), SPECS[other].t, atol=1e-5) for other in NAMES].count(False) == 1
    np.testing.assert_allclose(client.get(f"/api/extrinsics?for={name}").json["R"], moved.R)
    whole = client.get("/api/state").json["camera"]  # of the first camera
    np.testing.assert_allclose(whole["t"], moved.t if name == "front" else SPECS["front"].t)
    assert options.config is not None
    again = CameraMemory(options.config.with_name("cameras.json"), str).recall("rig.toml").cameras
    assert list(again) == [name]
    assert again[name].replaces(SPECS[name])
    assert client.post("/api/extrinsics/undo").status_code == 200
    show(stage, playing)
    np.testing.assert_allclose(in_scene(client, name), SPECS[name].t, atol=1e-5)


def test_a_file_that_leaves_the_lens_open_keeps_it_and_a_lens_alone_keeps_the_pose(
    client: FlaskClient, playing: Pipeline
) -> None:
    moved = turned(SPECS["left"])
    pose = {"R": moved.R.tolist(), "t": moved.t.tolist(), "unit": "m", "up": "+y"}
    told = put(client, pose, **{"for": "left"}).json
    assert told["fx"] == client.get("/api/extrinsics?for=right").json["fx"]
    lens = {"camera_matrix": [[900.0, 0, 640], [0, 900, 360], [0, 0, 1]], "image_size": [1280, 720]}
    told = put(client, lens, **{"for": "left"}).json
    assert told["fx"] == 900
    np.testing.assert_allclose(told["t"], moved.t)
    assert any("only the lens" in text for text in told["warnings"])


def test_of_a_file_of_all_cameras_the_one_of_that_name_is_taken(client: FlaskClient, playing: Pipeline) -> None:
    file = {"cameras": [{"name": name, **file_of(turned(SPECS[name]))} for name in NAMES]}
    told = put(client, file, **{"for": "left"}).json
    np.testing.assert_allclose(told["t"], turned(SPECS["left"]).t)
    told = put(client, {"cameras": file["cameras"][:2]}, **{"for": "left"}).json
    assert told["cameras"] == ["front", "right"]


def test_back_to_what_the_file_of_the_rig_says(client: FlaskClient, playing: Pipeline) -> None:
    for name in NAMES:
        put(client, file_of(turned(SPECS[name])), **{"for": name})
    told = client.delete("/api/extrinsics?for=right").json
    assert (told["format"], told["default"], told["for"]) == ("rig", True, "right")
    np.testing.assert_allclose(told["t"], SPECS["right"].t)
    assert not np.allclose(client.get("/api/extrinsics?for=left").json["t"], SPECS["left"].t)
    client.delete("/api/extrinsics")
    np.testing.assert_allclose(client.get("/api/extrinsics?for=left").json["t"], SPECS["left"].t)
    client.post("/api/extrinsics/undo")
    assert not np.allclose(client.get("/api/extrinsics?for=left").json["t"], SPECS["left"].t)


@pytest.mark.parametrize(
    ("query", "content", "said"),
    [
        ({"for": "attic"}, file_of(SPECS["left"]), "no camera 'attic'"),
        ({"for": "right"}, file_of(SPECS["left"]), "left and right stand at the same place"),
        ({"for": "right"}, file_of(SPECS["right"], R=(-SPECS["right"].R).tolist()), "mirror"),
        ({}, file_of(SPECS["left"]), "several cameras"),
        ({}, {"name": "reference"}, "several cameras"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    query: dict[str, str], content: object, said: str, client: FlaskClient, playing: Pipeline
) -> None:
    answered = put(client, content, **query) if "R" in str(content) else client.put("/api/extrinsics", json=content)
    assert answered.status_code == 400
    assert said in answered.json["error"]
    assert answered.json["hint"]
    assert "/" not in answered.json["error"]
    assert not client.get("/api/extrinsics").json["can_undo"]


def test_a_rig_that_was_calibrated_again_counts(client: FlaskClient, stage: Stage, playing: Pipeline) -> None:
    put(client, file_of(turned(SPECS["right"])), **{"for": "right"})
    better = replace(SPECS["right"], t=SPECS["right"].t + np.array([0.0, 0.0, 0.05]))
    stage.cameras = {**SPECS, "right": better}
    show(stage, playing)
    np.testing.assert_allclose(in_scene(client, "right"), better.t, atol=1e-5)


class TestOneCamera:
    @pytest.fixture
    def settings(self) -> Settings:
        return Settings()

    @pytest.fixture
    def stage(self) -> Stage:
        return Stage()

    def test_a_name_is_refused(self, client: FlaskClient, playing: Pipeline) -> None:
        answered = put(client, file_of(SPECS["left"]), **{"for": "left"})
        assert answered.status_code == 400
        assert "no camera 'left'" in answered.json["error"]


def test_before_the_first_picture_it_is_not_known(client: FlaskClient, stage: Stage, pipeline: Pipeline) -> None:
    assert put(client, file_of(SPECS["left"]), **{"for": "left"}).status_code == 503
    start(stage, pipeline)
    assert put(client, file_of(turned(SPECS["left"])), **{"for": "left"}).status_code == 200


def test_the_file_that_is_downloaded_is_accepted(client: FlaskClient, playing: Pipeline, tmp_path: Path) -> None:
    put(client, file_of(turned(SPECS["left"])), **{"for": "left"})
    text = client.get("/api/extrinsics?for=left&download=1").get_data(as_text=True)
    client.delete("/api/extrinsics?for=left")
    told = put(client, json.loads(text), **{"for": "left"}).json
    np.testing.assert_allclose(told["t"], turned(SPECS["left"]).t)


def test_a_file_of_a_rig_is_told_from_a_camera_file(client: FlaskClient, playing: Pipeline) -> None:
    rig = b'[cameras.a]\nsource = "demo:0"\n[cameras.b]\nsource = "demo:1"\n'
    answered = client.put("/api/extrinsics?for=left", data={"file": (io.BytesIO(rig), "rig.toml")})
    assert answered.status_code == 400
    assert "cameras of a rig" in answered.json["error"]
    assert "--source rig.toml" in answered.json["hint"]


def health(client: FlaskClient) -> dict[str, Any]:
    return {camera["name"]: camera for camera in client.get("/api/state").json["stats"]["cameras"]}


def test_a_missing_camera_says_why_and_since_when_and_comes_back(
    client: FlaskClient, stage: Stage, playing: Pipeline
) -> None:
    assert {camera["missing_s"] for camera in health(client).values()} == {None}
    stage.missing["right"] = "cannot connect"
    show(stage, playing)
    told = health(client)
    assert (told["left"]["problem"], told["right"]["problem"]) == (None, "cannot connect")
    assert told["right"]["missing_s"] >= 0
    eventually(lambda: health(client)["right"]["missing_s"] > told["right"]["missing_s"])
    assert client.get("/api/extrinsics?for=right").status_code == 200, "its calibration can be replaced all the same"
    stage.missing.clear()
    show(stage, playing)
    assert health(client)["right"]["missing_s"] is None


def test_where_the_rig_delivers_nothing_all_cameras_are_missing(
    client: FlaskClient, playing: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(StageSource, "problem", "front: gone; right: gone; left: gone", raising=False)
    told = health(client)
    assert all(camera["problem"] and camera["missing_s"] >= 0 for camera in told.values())
