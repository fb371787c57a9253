"""Live outputs over HTTP: set by operators, and by nobody else; secrets come in and never out."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from engine.pipeline import Pipeline
from engine.settings_file import load_settings
from tests.engine.outputs.peers import OscPeer
from tests.webapp.conftest import PROTECTED, TOKEN, VIEW_TOKEN, eventually, show
from tests.webapp.stage import Stage
from webapp.access.options import ServeOptions
from webapp.services import Services

OPERATOR = {"Authorization": f"Bearer {TOKEN}"}
VIEWER = {"Authorization": f"Bearer {VIEW_TOKEN}"}
SECRET = "s3cr3t-of-the-tests"
UDP = "udp://127.0.0.1:5005"


@pytest.fixture
def serving() -> dict[str, Any]:
    return {**PROTECTED, "outputs": (UDP,)}


def ask(client: FlaskClient, method: str, body: Any = None, path: str = "", **headers: str) -> Any:
    return client.open(f"/api/outputs{path}", method=method, json=body, headers={**OPERATOR, **headers})


def listed(client: FlaskClient) -> list[dict[str, Any]]:
    outputs: list[dict[str, Any]] = ask(client, "GET").json["outputs"]
    return outputs


def test_an_output_that_is_set_gets_scenes_and_is_saved(
    client: FlaskClient, stage: Stage, playing: Pipeline, options: ServeOptions
) -> None:
    with OscPeer() as peer:
        url = f"osc://127.0.0.1:{peer.port}"
        assert ask(client, "PUT", {"outputs": [{"url": UDP}, {"url": url}]}).status_code == 200
        eventually(lambda: listed(client)[1]["state"] == "sending")
        show(stage, playing)
        eventually(lambda: any(address.endswith("/left_wrist") for address, _ in peer.messages))
        given, own = listed(client)
        assert (given["given"], own["given"], own["url"], own["on"]) == (True, False, url, True)
        assert own["sent"] >= 2
        assert ask(client, "POST", path=f"/{own['id']}/test").json["ok"]
        assert options.config is not None
        assert load_settings(options.config).outputs == {url: True}
        assert (
            ask(client, "PUT", {"outputs": [{"id": own["id"], "on": False}]}).json["outputs"][0]["state"] == "stopped"
        )
        assert load_settings(options.config).outputs == {url: False}
        assert ask(client, "PUT", {"outputs": []}).json["outputs"] == []
        assert load_settings(options.config).outputs is None
    assert not [one for one in threading.enumerate() if one.name.startswith("posecast-output")]


def test_what_was_told_can_be_sent_back(client: FlaskClient) -> None:
    ask(client, "PUT", {"outputs": [UDP, "osc://127.0.0.1:9?number=slot"]})
    before = listed(client)
    again = ask(client, "PUT", {"outputs": [{"id": one["id"], "url": one["url"], "on": one["on"]} for one in before]})
    assert [one["id"] for one in again.json["outputs"]] == [one["id"] for one in before]
    assert [one["given"] for one in again.json["outputs"]] == [True, False]


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"outputs": ["nonsense"]}, 400, "is no output"),
        ({"outputs": [{"on": True}]}, 400, "neither address nor id"),
        ({"outputs": [{"id": "77"}]}, 404, "there is no output"),
        ({"outputs": ["udp://h:1", "udp://h:1"]}, 400, "there twice"),
        ({"outputs": [f"udp://h:{port}" for port in range(1, 40)]}, 400, "too many"),
        ({"outputs": [{"url": "udp://h:1", "surplus": 1}]}, 400, "outputs"),
        ({"outputs": "udp://h:1"}, 400, "outputs"),
        ({}, 400, "'outputs' is missing"),
        ({"outputs": [f"udp://ada:{SECRET}@h:1"]}, 400, "neither user nor password"),
    ],
)
def test_what_is_wrong_changes_nothing(client: FlaskClient, body: Any, status: int, error: str) -> None:
    answer = ask(client, "PUT", body)
    assert (answer.status_code, error in answer.json["error"]) == (status, True), answer.json
    assert SECRET not in answer.text
    assert [one["url"] for one in listed(client)] == [UDP]


def test_nobody_else_sets_a_target(client: FlaskClient, services: Services) -> None:
    evil = {"outputs": ["udp://evil.example:9"]}
    attempts = [
        client.put("/api/outputs", json=evil, headers=VIEWER),
        client.put("/api/outputs", json=evil),
        client.post("/api/outputs/1/test", headers=VIEWER),
        client.get("/api/outputs", headers=VIEWER),
        ask(client, "PUT", evil, Origin="http://evil.example"),
        ask(client, "PUT", evil, Host="evil.example"),
        client.put("/api/settings", json={"outputs": {"udp://evil.example:9": True}}, headers=OPERATOR),
        client.put("/api/settings", json={"outputs": {"udp://evil.example:9": True}}, headers=VIEWER),
        client.put("/api/settings", json={"smoothing": False, "outputs": None}, headers=OPERATOR),
        client.put("/api/extrinsics", json={"outputs": {"udp://evil.example:9": True}}, headers=OPERATOR),
    ]
    assert [answer.status_code for answer in attempts] == [403, 401, 403, 403, 403, 403, 403, 403, 403, 400]
    assert [entry.wanted.url for entry in services.outputs.entries()] == [UDP]
    assert services.pipeline.state().settings.smoothing is True


def test_states_and_settings_tell_nothing_of_targets(client: FlaskClient, playing: Pipeline) -> None:
    ask(client, "PUT", {"outputs": ["osc://target.example:9"]})
    for path in ("/api/state", "/api/settings", "/metrics"):
        assert "target.example" not in client.get(path, headers=OPERATOR).text
    metrics = client.get("/metrics", headers=OPERATOR).text
    assert 'posecast_output_up{output="2",protocol="osc"}' in metrics
    assert 'posecast_output_messages_total{output="2",protocol="osc"} 0.0' in metrics


def test_an_output_keeps_the_source_open(services: Services) -> None:
    assert services.status.present() == 1


def test_a_broken_address_in_the_settings_file_is_told_and_kept(
    stage: Stage, pipeline: Pipeline, options: ServeOptions
) -> None:
    from webapp.app import create_app, services_of
    from webapp.state.store import Store

    assert options.config is not None
    text = json.dumps({"outputs": {f"osc://ada:{SECRET}@h:1": True, "udp://127.0.0.1:6": False}})
    options.config.write_text(text, encoding="utf-8")
    store = Store(options.config)
    pipeline.change_settings({"outputs": store.load()[0].outputs})
    app: Flask = create_app(pipeline, store, options)
    services_of(app).start()
    try:
        outputs = listed(app.test_client())
        assert [one["state"] for one in outputs] == ["connecting", "wrong", "stopped"] or outputs[0][
            "state"
        ] == "sending"
        assert outputs[1]["error"] == "the output osc://***@h:1 is wrong: it takes neither user nor password"
        assert SECRET not in json.dumps(outputs)
    finally:
        services_of(app).stop()
    assert options.config.read_text(encoding="utf-8") == text
