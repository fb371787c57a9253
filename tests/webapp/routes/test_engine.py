from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from engine.errors import PosecastError
from engine.pipeline import Pipeline
from engine.settings import Settings
from tests.engine.test_wire import VALIDATOR
from tests.webapp.conftest import eventually, show
from tests.webapp.stage import Stage
from webapp.access.options import ServeOptions
from webapp.services import Services


@pytest.fixture
def serving() -> dict[str, Any]:
    return {"allow_sources": ("clip.mp4", "rtsp://user:secret@cam.local/1")}


def test_state_tells_everything(client: FlaskClient, playing: Pipeline) -> None:
    state = client.get("/api/state").json
    assert state["source"] == "demo"
    assert state["model"] == "bundled"
    assert state["backend"] == {"name": "openvino", "device": "CPU", "precision": "bf16"}
    assert state["switching"] is None
    assert state["settings"]["height_size"] == 256
    assert state["stats"]["processed"] >= 1
    assert state["stats"]["problem"] is None
    assert state["camera"]["image_size"] == [320, 180]
    assert state["camera"]["fx"] == 256
    assert state["camera"]["up"] == "+y"
    assert state["camera"]["unit"] == "m"
    assert len(state["camera"]["extrinsics"]["R"]) == 3
    assert state["role"] == "operator"
    assert state["view_only"] is False
    assert "clip.mp4" in state["sources"]


def test_a_scene_validates_and_there_is_none_before_the_first(
    client: FlaskClient, stage: Stage, pipeline: Pipeline
) -> None:
    missing = client.get("/api/scene")
    assert missing.status_code == 503
    assert missing.json["hint"]
    show(stage, pipeline)
    scene = client.get("/api/scene").json
    VALIDATOR.validate(scene)
    assert len(scene["people"]) == 1


def test_a_backend_is_switched_and_the_page_told(client: FlaskClient, stage: Stage, playing: Pipeline) -> None:
    response = client.put("/api/backend", json={"name": "pytorch", "device": None, "precision": "fp32"})
    assert response.status_code == 202
    eventually(lambda: client.get("/api/state").json["switching"] is None)
    show(stage, playing)
    assert client.get("/api/state").json["backend"] == {"name": "pytorch", "device": "CPU", "precision": "fp32"}
    assert client.get("/api/scene").json["backend"] == "pytorch"


def test_a_second_switch_waits_for_the_first(client: FlaskClient, stage: Stage, playing: Pipeline) -> None:
    stage.loading.clear()
    assert client.put("/api/backend", json={"name": "pytorch"}).status_code == 202
    switching = client.get("/api/state").json["switching"]
    assert switching["to"] == "pytorch"
    busy = client.put("/api/backend", json={"name": "onnxruntime"})
    assert busy.status_code == 409
    assert "pytorch" in busy.json["error"]
    stage.loading.set()


def test_a_switch_is_cancelled(client: FlaskClient, stage: Stage, playing: Pipeline) -> None:
    stage.loading.clear()
    assert client.put("/api/backend", json={"name": "pytorch", "precision": "fp32"}).status_code == 202
    switching = client.get("/api/state").json["switching"]
    assert switching["cancellable"]
    assert switching["settings"] == {"backend": "pytorch", "device": "auto", "precision": "fp32"}
    assert client.delete("/api/backend").json == {"cancelled": "pytorch"}
    assert client.get("/api/state").json["switching"] is None
    stage.loading.set()
    nothing = client.delete("/api/backend")
    assert (nothing.status_code, nothing.json["error"]) == (409, "no switch is under way")
    show(stage, playing)
    assert client.get("/api/state").json["backend"]["name"] == "openvino"


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        ({"name": "nonsense"}, 404, "nonsense"),
        ({"name": "tensorrt"}, 409, "no NVIDIA GPU was found"),
        ({"name": "pytorch", "device": "cuda:9"}, 409, "cuda:9"),
        ({"name": "pytorch", "precision": "fp7"}, 409, "fp7"),
        ({}, 400, "'name' is missing"),
        ({"name": 3}, 400, "name is 3"),
        ({"name": True}, 400, "name is True"),
        ({"name": "pytorch", "speed": 1}, 400, "unknown key 'speed'"),
        ([], 400, "not a JSON object"),
    ],
)
def test_wrong_switches_are_refused(body: Any, status: int, told: str, client: FlaskClient, playing: Pipeline) -> None:
    response = client.put("/api/backend", json=body)
    assert response.status_code == status
    assert told in response.json["error"]
    assert response.json["hint"]
    assert client.get("/api/state").json["backend"]["name"] == "openvino"


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"smoothing_beta": NaN}', b"[" * 5000])
def test_what_is_no_json_is_refused(body: bytes, client: FlaskClient) -> None:
    response = client.put("/api/settings", data=body)
    assert response.status_code == 400
    assert response.json["error"] == "the body is not JSON"


def test_settings_change_at_once_and_are_saved(
    client: FlaskClient, stage: Stage, playing: Pipeline, options: ServeOptions
) -> None:
    response = client.put("/api/settings", json={"camera_height_m": 1.2, "smoothing": False, "fx": 500})
    assert response.status_code == 200
    assert response.json["camera_height_m"] == 1.2
    show(stage, playing)
    assert client.get("/api/scene").json["camera"]["height_m"] == 1.2
    assert client.get("/api/state").json["camera"]["fx"] == 500
    assert options.config is not None
    saved = json.loads(options.config.read_text())
    assert (saved["camera_height_m"], saved["smoothing"], saved["fx"]) == (None, False, None)
    of_source = json.loads(options.config.with_name("cameras.json").read_text())["sources"]["demo"]
    assert of_source == {"camera_height_m": 1.2, "fx": 500, "fx_size": [320, 180]}


def test_heights_of_single_ids_are_not_saved(client: FlaskClient, playing: Pipeline, options: ServeOptions) -> None:
    """The next run gives the same ids to other people."""
    response = client.put("/api/settings", json={"person_heights_m": {"3": 1.62}, "smoothing": False})
    assert response.json["person_heights_m"] == {"3": 1.62}
    assert options.config is not None
    saved = json.loads(options.config.read_text())
    assert (saved["person_heights_m"], saved["smoothing"]) == (None, False)


def test_why_frames_do_not_flow_is_part_of_the_stats(
    client: FlaskClient, stage: Stage, pipeline: Pipeline, services: Services
) -> None:
    stage.failure = PosecastError("the model does not compile", "use another precision")
    stage.give()
    eventually(lambda: client.get("/healthz").json.get("error") == "the model does not compile")
    assert client.get("/api/state").json["stats"]["problem"] == "the model does not compile"
    assert services.status.stats()["problem"] == "the model does not compile"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"speed": 9}, "unknown setting 'speed'"),
        ({"smoothing": False, "height_size": 130}, "height_size is 130"),
        ({"smoothing": False, "fx": -1}, "fx is -1"),
        ({"assumed_height_m": "tall"}, "assumed_height_m is 'tall'"),
        ({"up": "up"}, "up is 'up'"),
        ({}, "the body names no setting"),
    ],
)
def test_one_wrong_setting_changes_none(
    changes: dict[str, Any], told: str, client: FlaskClient, playing: Pipeline, options: ServeOptions
) -> None:
    before = client.get("/api/settings").json
    response = client.put("/api/settings", json=changes)
    assert response.status_code == 400
    assert told in response.json["error"]
    assert client.get("/api/settings").json == before
    assert options.config is not None
    assert not options.config.exists()


@pytest.mark.parametrize(
    "changes", [{"model": "/etc/passwd"}, {"extrinsics": "/etc/passwd"}, {"source": "/etc/passwd"}]
)
def test_settings_open_no_file_of_a_visitors_choice(
    changes: dict[str, Any], client: FlaskClient, playing: Pipeline
) -> None:
    assert client.put("/api/settings", json=changes).status_code == 403


def test_the_source_is_one_of_those_allowed(client: FlaskClient, stage: Stage, playing: Pipeline) -> None:
    for wrong in ("/etc/passwd", "file:///etc/passwd", "ftp://host/x", "clip.mp4 ", "", "100", "-1"):
        refused = client.put("/api/source", json={"source": wrong})
        assert refused.status_code == 403, wrong
        assert refused.json["hint"]
    for gone in (
        "recording:../x",
        "recording:recording-20260101-000000",
        "upload:../x",
        "upload:upload-20260101-000000",
    ):
        assert client.put("/api/source", json={"source": gone}).status_code == 404, gone
    assert client.put("/api/source", json={"source": "clip.mp4"}).status_code == 202
    eventually(lambda: (stage.give(), client.get("/api/state").json["source"] == "clip.mp4")[1])
    assert stage.opened == ["demo", "clip.mp4"]


def test_passwords_of_sources_stay_on_the_server(client: FlaskClient, stage: Stage, playing: Pipeline) -> None:
    shown = next(name for name in client.get("/api/state").json["sources"] if "cam.local" in name)
    assert "secret" not in client.get("/api/sources").get_data(as_text=True)
    response = client.put("/api/source", json={"source": shown})
    assert response.status_code == 202
    eventually(lambda: (stage.give(), stage.opened[-1].startswith("rtsp"))[1])
    assert stage.opened[-1] == "rtsp://user:secret@cam.local/1"
    eventually(lambda: (stage.give(), "cam.local" in client.get("/api/state").json["source"])[1])
    assert "secret" not in client.get("/api/state").get_data(as_text=True)


def plays(client: FlaskClient, source: str) -> bool:
    """Whether the switch to it is done."""
    state = client.get("/api/state").json
    return state["source"] == source and state["switching"] is None


@pytest.mark.parametrize("address", ["rtsp://me:secret@192.168.1.9/live", " HTTPS://cam.example/video.mjpg"])
def test_an_operator_may_enter_an_address(
    address: str, client: FlaskClient, stage: Stage, playing: Pipeline, options: ServeOptions, services: Services
) -> None:
    response = client.put("/api/source", json={"source": address})
    assert response.status_code == 202
    shown = response.json["switching"]
    assert "secret" not in shown
    eventually(lambda: (stage.give(), plays(client, shown))[1])
    assert stage.opened[-1] == address.strip()
    assert client.put("/api/source", json={"source": "demo"}).status_code == 202
    eventually(lambda: (stage.give(), plays(client, "demo"))[1])
    assert client.put("/api/source", json={"source": shown}).status_code == 202, "its password is known in this run"
    eventually(lambda: (stage.give(), plays(client, shown))[1])
    assert stage.opened[-1] == address.strip()


@pytest.mark.parametrize("address", ["rtsp://***@cam/1", "http:///x", "rtsp://u:a/b@cam/1"])
def test_an_address_that_cannot_be_opened_is_refused_at_once(
    address: str, client: FlaskClient, stage: Stage, playing: Pipeline
) -> None:
    refused = client.put("/api/source", json={"source": address})
    assert refused.status_code == 400
    assert refused.json["hint"]
    assert stage.opened == ["demo"]


class TestWithoutAddresses:
    @pytest.fixture
    def serving(self) -> dict[str, Any]:
        return {"allow_sources": ("rtsp://cam.local/1",), "addresses": False}

    def test_only_those_named_at_start_may_be_chosen(
        self, client: FlaskClient, stage: Stage, playing: Pipeline
    ) -> None:
        refused = client.put("/api/source", json={"source": "rtsp://cam.local/2"})
        assert refused.status_code == 403
        assert "--no-addresses" in refused.json["hint"]
        assert client.put("/api/source", json={"source": "rtsp://cam.local/1"}).status_code == 202
        assert client.get("/api/sources").json["addresses"] is False


class TestStartingWithASourceNextTime:
    """Only what is asked for is remembered."""

    def choose(self, client: FlaskClient, stage: Stage, **body: object) -> None:
        assert client.put("/api/source", json=body).status_code == 202
        if "source" in body:
            eventually(lambda: (stage.give(), plays(client, str(body["source"])))[1])

    def test_it_is_saved_on_request(
        self, client: FlaskClient, stage: Stage, playing: Pipeline, options: ServeOptions, services: Services
    ) -> None:
        assert options.config is not None
        self.choose(client, stage, source="clip.mp4")
        services.events.settle()
        services.source_desk.settle()
        assert not options.config.exists()
        assert client.get("/api/state").json["start_source"] == "demo"
        self.choose(client, stage, remember=True)
        assert json.loads(options.config.read_text())["source"] == "clip.mp4"
        assert client.get("/api/state").json["start_source"] == "clip.mp4"
        self.choose(client, stage, source="demo", remember=True)
        services.source_desk.settle()
        assert json.loads(options.config.read_text())["source"] == "demo"
        self.choose(client, stage, source="clip.mp4")
        self.choose(client, stage, remember=True)
        self.choose(client, stage, remember=False)
        assert json.loads(options.config.read_text())["source"] == "demo"

    def test_what_cannot_be_opened_is_not_remembered(
        self, client: FlaskClient, stage: Stage, playing: Pipeline, options: ServeOptions, services: Services
    ) -> None:
        assert options.config is not None
        assert client.put("/api/source", json={"source": "http://silent/", "remember": True}).status_code == 202
        eventually(lambda: playing.state().switching is None)
        services.source_desk.settle()
        assert not options.config.exists()
        assert client.put("/api/source", json={}).status_code == 400


def test_backends_say_what_they_are(client: FlaskClient, playing: Pipeline, services: Services) -> None:
    backends = {backend["name"]: backend for backend in client.get("/api/backends").json["backends"]}
    assert {"pytorch", "openvino", "onnxruntime", "tensorrt"} <= set(backends)
    for backend in backends.values():
        assert (backend["reason"] is None) == backend["available"]


def test_errors_under_every_path_are_json(client: FlaskClient) -> None:
    for method, path, status in (
        ("GET", "/api/nothing", 404),
        ("POST", "/api/state", 405),
        ("GET", "/nothing", 404),
        ("DELETE", "/", 405),
        ("GET", "/static/../app.py", 404),
        ("GET", "/static/%2e%2e/app.py", 404),
    ):
        response = client.open(path, method=method)
        assert response.status_code == status, path
        assert response.json["error"], path
    assert set(client.post("/api/state").headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_a_fault_of_ours_is_told_without_details(
    client: FlaskClient, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(pipeline, "health", broken)
    response = client.get("/healthz?token=sesame")
    assert response.status_code == 500
    assert "secret" not in response.get_data(as_text=True)
    assert "secret detail" in caplog.text
    assert "sesame" not in caplog.text


def test_health(client: FlaskClient, stage: Stage, pipeline: Pipeline) -> None:
    waiting = client.get("/healthz")
    assert waiting.status_code == 503
    assert waiting.json["error"]
    show(stage, pipeline)
    assert client.get("/healthz").status_code == 200


def test_metrics_are_prometheus_text(client: FlaskClient, playing: Pipeline, services: Services) -> None:
    services.metrics.published(0.06)
    services.metrics.published(9)
    text = client.get("/metrics").get_data(as_text=True)
    values = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert float(values["posecast_frames_processed_total"]) >= 1
    assert float(values['posecast_viewers{kind="stream"}']) == 0
    count = float(values["posecast_publish_latency_seconds_count"])
    assert float(values['posecast_publish_latency_seconds_bucket{le="+Inf"}']) == count >= 2
    assert float(values['posecast_publish_latency_seconds_bucket{le="2.5"}']) == count - 1
    assert float(values['posecast_publish_latency_seconds_bucket{le="0.05"}']) <= count - 2
    for line in text.splitlines():
        assert line.startswith("# ") or len(line.rsplit(" ", 1)) == 2


def test_pages_know_where_they_are_mounted(client: FlaskClient) -> None:
    page = client.get("/", environ_overrides={"SCRIPT_NAME": "/cam"})
    assert page.status_code == 200
    assert b"<script>" not in page.data
    assert client.get("/view").status_code == 200
    login = client.get("/login", environ_overrides={"SCRIPT_NAME": "/cam"})
    assert b'action="/cam/login"' in login.data


def test_share_of_a_loopback_server_has_no_links_but_a_command(client: FlaskClient) -> None:
    share = client.get("/api/share", headers={"Host": "localhost:8000"}).json
    assert share["address"] == "http://localhost:8000/"
    assert (share["loopback"], share["view_only"], share["links"]) == (True, False, [])
    assert "0.0.0.0" in share["command"]


def test_settings_survive_only_if_chosen_in_the_dashboard(
    client: FlaskClient, playing: Pipeline, options: ServeOptions
) -> None:
    assert options.config is not None
    options.config.write_text('{"assumed_height_m": 1.7}')
    client.put("/api/settings", json={"min_score": 0.2})
    saved = json.loads(options.config.read_text())
    assert (saved["assumed_height_m"], saved["min_score"]) == (1.7, 0.2)


@pytest.mark.parametrize("content", ["not json", '{"speed": 1}', '{"fx": -5}'])
def test_a_broken_settings_file_is_kept_aside(
    content: str, client: FlaskClient, playing: Pipeline, options: ServeOptions
) -> None:
    assert options.config is not None
    options.config.write_text(content)
    client.put("/api/settings", json={"min_score": 0.2})
    assert json.loads(options.config.read_text())["min_score"] == 0.2
    aside = list(options.config.parent.glob("settings.json.broken-*"))
    assert [path.read_text() for path in aside] == [content]


class TestStartedWithOtherSettings:
    @pytest.fixture
    def settings(self) -> Settings:
        return Settings(source="clip.mp4", height_size=320)

    def test_options_of_one_start_are_not_saved(
        self, client: FlaskClient, playing: Pipeline, options: ServeOptions
    ) -> None:
        client.put("/api/settings", json={"min_score": 0.2})
        assert options.config is not None
        saved = json.loads(options.config.read_text())
        assert (saved["source"], saved["height_size"], saved["min_score"]) == ("demo", 256, 0.2)
