"""Comparing two backends over HTTP, and what the page is told of it."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from flask.testing import FlaskClient

from engine.errors import PosecastError
from engine.pipeline import Pipeline
from tests.webapp.conftest import eventually
from tests.webapp.fakes import Stage
from webapp.routes.openapi import document
from webapp.services import Services

PATH = "/api/comparison"
TWO = {"a": {"name": "openvino", "precision": "bf16"}, "b": {"name": "pytorch", "device": None}}
COMPONENTS = json.loads(json.dumps(document()))["components"]


def told(client: FlaskClient) -> Any:
    """The comparison, checked against its description."""
    answer = client.get(PATH).json
    schema = {"$ref": "#/components/schemas/ComparisonAnswer", "components": COMPONENTS}
    jsonschema.Draft202012Validator(schema).validate(answer)
    return answer["comparison"]


def compare(client: FlaskClient, stage: Stage, frames: int = 2) -> Any:
    """A comparison that has seen so many frames."""
    begun = client.put(PATH, json=TWO)
    assert begun.status_code == 202
    assert begun.json["comparison"]["b"]["asked"] == {"name": "pytorch", "device": "auto", "precision": "auto"}

    def enough() -> bool:
        stage.give()
        return bool(told(client)["frames"] >= frames)

    eventually(enough)
    return told(client)


def test_none_at_first(client: FlaskClient, playing: Pipeline) -> None:
    assert told(client) is None
    assert client.get("/api/state").json["comparison"] is None
    assert client.delete(PATH).json == {"comparison": None}


def test_figures_of_both_and_how_they_differ(
    client: FlaskClient, services: Services, stage: Stage, playing: Pipeline
) -> None:
    now = compare(client, stage)
    assert now["status"] == "running"
    assert now["a"]["runs"] == {"name": "openvino", "device": "CPU", "precision": "bf16"}
    assert now["b"]["stage_ms"] == {"preprocess": 0.1, "infer": 1.0, "decode": 0.1, "lift": 0.1}
    assert now["b"]["people"] == 1
    assert now["difference"] == {"people": 1, "oks": 1, "px": 0, "mm": 0}
    assert client.get("/api/state").json["comparison"]["frames"] >= 2
    assert services.status.stats()["comparison"]["frames"] >= 2


def test_it_ends_when_it_is_told_to(client: FlaskClient, stage: Stage, playing: Pipeline) -> None:
    compare(client, stage)
    assert client.delete(PATH).status_code == 200
    assert told(client) is None
    assert client.get("/api/state").json["backend"]["name"] == "openvino"


def test_what_does_not_load_is_told_and_ends_it(
    client: FlaskClient, services: Services, stage: Stage, playing: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    problems: list[str] = []
    monkeypatch.setattr(services.broadcaster, "problem", lambda error, hint: problems.append(error))
    stage.failure = PosecastError("the model is torn", "download it again")
    assert client.put(PATH, json=TWO).status_code == 202

    def ended() -> bool:
        stage.give()
        return told(client) is None

    eventually(ended)
    eventually(lambda: problems == ["the comparison has ended: the model is torn"])


def test_one_thing_is_loaded_at_a_time(client: FlaskClient, stage: Stage, playing: Pipeline) -> None:
    stage.loading.clear()
    assert client.put(PATH, json=TWO).status_code == 202
    assert told(client)["status"] == "loading"
    busy = client.put(PATH, json=TWO)
    assert busy.status_code == 409
    assert "another comparison" in busy.json["error"]
    client.delete(PATH)
    assert client.put("/api/backend", json={"name": "pytorch"}).status_code == 202
    busy = client.put(PATH, json=TWO)
    assert busy.status_code == 409
    assert "pytorch" in busy.json["error"]
    stage.loading.set()


@pytest.mark.parametrize(
    ("b", "status", "said"),
    [
        ({"name": "nonsense"}, 404, "nonsense"),
        ({"name": "tensorrt"}, 409, "tensorrt is not installed"),
        ({"name": "pytorch", "device": "cuda:9"}, 409, "cuda:9"),
        ({"name": "pytorch", "precision": "fp7"}, 409, "fp7"),
        ({"name": "openvino", "precision": "bf16"}, 400, "the same"),
        ({}, 400, "'b.name' is missing"),
        ({"name": 3}, 400, "b.name is 3"),
        ({"name": "pytorch", "speed": 1}, 400, "'b.speed'"),
        ("pytorch", 400, "b is 'pytorch'"),
        (None, 400, "b is None"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    b: Any, status: int, said: str, client: FlaskClient, playing: Pipeline
) -> None:
    response = client.put(PATH, json={**TWO, "b": b})
    assert response.status_code == status
    assert said in response.json["error"]
    assert response.json["hint"]
    assert told(client) is None
