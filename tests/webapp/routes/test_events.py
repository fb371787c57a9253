"""Rules, zones and events over HTTP, in the metrics, and in the file."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from flask.testing import FlaskClient

from engine.errors import PosecastError
from engine.events import load_rules
from engine.pipeline import Pipeline
from engine.settings import Settings
from engine.types import EVENT_KINDS, Event
from tests.webapp.conftest import FAST, PROTECTED, VIEW_TOKEN, eventually
from tests.webapp.people import snapshot
from tests.webapp.stage import Stage
from webapp.access.options import ServeOptions
from webapp.app import create_app, services_of
from webapp.monitoring.logs import EVENTS
from webapp.monitoring.metrics import Metrics
from webapp.routes.openapi import document
from webapp.services import Services
from webapp.state.event_desk import LATEST, EventDesk
from webapp.state.store import Store

PATH = "/api/events"
ZONE = {"name": "Sofa", "corners": [[-1.5, -3.0], [0.5, -3.0], [0.0, -2.0]], "colour": 2}
FALL = Event("fall", 3.2, 1795358400.0, "Person 3 may have fallen", person=3)


def told(client: FlaskClient) -> Any:
    """The answer, checked against its description."""
    answer = client.get(PATH).json
    components = json.loads(json.dumps(document()))["components"]
    schema = {"$ref": "#/components/schemas/Events", "components": components}
    jsonschema.Draft202012Validator(schema).validate(answer)
    return answer


def test_rules_and_zones_are_changed_and_kept(client: FlaskClient, options: ServeOptions, services: Services) -> None:
    before = told(client)
    assert [rule["name"] for rule in before["about"]] == list(before["rules"])
    assert before["zones"] == before["events"] == []
    changed = client.put(PATH, json={"rules": {"dwell": {"seconds": 60}}, "zones": [ZONE]})
    assert changed.status_code == 200
    after = told(client)
    assert (after["rules"]["dwell"], after["zones"]) == ({"on": True, "seconds": 60}, [ZONE])
    assert after["revision"] == before["revision"] + 1 == client.get("/api/state").json["events_revision"]
    assert services.pipeline.events.rules.zones[0].name == "Sofa"
    assert options.config is not None
    saved = json.loads((options.config.parent / "events.json").read_text())
    assert (saved["rules"], saved["zones"]) == (after["rules"], after["zones"])


def test_the_next_start_has_them(client: FlaskClient, options: ServeOptions, stage: Stage) -> None:
    client.put(PATH, json={"rules": {"fall": {"on": False}}, "zones": [ZONE]})
    pipeline = Pipeline(Settings(), parts=stage.parts(), timing=FAST)
    assert options.config is not None
    again = create_app(pipeline, Store(options.config), options)
    assert again.test_client().get(PATH).json["zones"] == [ZONE]
    assert not services_of(again).pipeline.events.rules.options["fall"].on


@pytest.mark.parametrize(
    "body", [{"rules": {"fall": {"seconds": 1e9}}}, {"zones": [{"name": "Sofa"}]}, {"surplus": 1}, {"rules": {"x": {}}}]
)
def test_what_is_not_valid_changes_nothing(body: Any, client: FlaskClient) -> None:
    before = told(client)
    refused = client.put(PATH, json=body)
    assert refused.status_code == 400
    assert refused.json["error"]
    assert refused.json["hint"]
    assert told(client) == before


def test_rules_that_cannot_be_saved_are_not_used(client: FlaskClient, options: ServeOptions) -> None:
    assert options.config is not None
    (options.config.parent / "events.json").mkdir()
    refused = client.put(PATH, json={"zones": [ZONE]})
    assert refused.status_code == 503
    assert "cannot be saved" in refused.json["error"]
    assert told(client)["zones"] == []


def test_broken_rules_are_set_aside_and_said(tmp_path: Path, pipeline: Pipeline) -> None:
    path = tmp_path / "events.json"
    path.write_text('{"rules": 3}')
    said = EventDesk(pipeline, path, Metrics()).begin()
    assert said is not None
    assert "rules is 3" in said
    assert [kept.read_text() for kept in tmp_path.glob("events.json.broken-*")] == ['{"rules": 3}']
    assert EventDesk(pipeline, path, Metrics()).begin() is None


def test_events_are_listed_counted_and_logged(
    client: FlaskClient, services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        services.event_desk.see(replace(snapshot(1), events=(FALL,)))
        services.event_desk.see(replace(snapshot(2), events=(FALL,), replayed=True))
    assert [event["label"] for event in told(client)["events"]] == [FALL.label]
    counts = [line for line in client.get("/metrics").text.splitlines() if line.startswith("posecast_events_total")]
    assert 'posecast_events_total{kind="fall"} 1.0' in counts
    assert len(counts) == len(EVENT_KINDS)
    assert [record.getMessage() for record in caplog.records if "fallen" in record.getMessage()] == [FALL.label]
    assert "happened" in EVENTS
    for _ in range(LATEST + 5):
        services.event_desk.see(replace(snapshot(3), events=(FALL,)))
    assert len(told(client)["events"]) == LATEST
    assert client.delete(PATH).json["events"] == told(client)["events"] == []


def test_events_come_with_scenes(client: FlaskClient, stage: Stage, playing: Pipeline, services: Services) -> None:
    happened = replace(snapshot(7), events=(FALL,))
    playing.snapshots.put(happened)
    eventually(lambda: told(client)["events"])
    assert client.get("/api/scene").json["events"][0]["kind"] == "fall"


class TestForViewers:
    @pytest.fixture
    def serving(self) -> dict[str, Any]:
        return PROTECTED

    def test_they_read_and_change_nothing(self, client: FlaskClient) -> None:
        headers = {"Authorization": f"Bearer {VIEW_TOKEN}"}
        assert client.get(PATH, headers=headers).status_code == 200
        for method in ("PUT", "DELETE"):
            assert client.open(PATH, method=method, headers=headers, json={}).status_code == 403


def test_a_saved_file_is_one_that_infer_reads(client: FlaskClient, options: ServeOptions) -> None:
    client.put(PATH, json={"zones": [ZONE]})
    assert options.config is not None
    assert load_rules(options.config.parent / "events.json").zones[0].name == "Sofa"
    with pytest.raises(PosecastError):
        load_rules(options.config)
