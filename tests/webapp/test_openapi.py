from __future__ import annotations

import json
import re
from dataclasses import fields
from typing import Any

import jsonschema
import pytest
from flask import Flask
from flask.testing import FlaskClient

from engine.motion.angles import DEFINITIONS
from engine.pipeline import Pipeline
from engine.settings import Settings
from webapp.routes.openapi import document
from webapp.routes.request_types import BODIES

DOCUMENT: dict[str, Any] = json.loads(json.dumps(document()))


def described() -> set[tuple[str, str]]:
    return {(path, method.upper()) for path, item in DOCUMENT["paths"].items() for method in item}


def _body_of(operation: dict[str, Any]) -> str | None:
    """Name of the schema of an operation's JSON body."""
    content = operation.get("requestBody", {}).get("content", {})
    reference = content.get("application/json", {}).get("schema", {}).get("$ref")
    return reference.rpartition("/")[2] if reference else None


def _schemas_in(part: Any) -> set[str]:
    """Names of the schemas that a part of the document refers to, and of those that they refer to."""
    named = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(part)))
    return named.union(*(_schemas_in(DOCUMENT["components"]["schemas"][name]) for name in named))


def test_every_body_is_used() -> None:
    bodies = [one.get("requestBody") for item in DOCUMENT["paths"].values() for one in item.values()]
    assert _schemas_in(bodies) >= {kind.__name__ for kind in BODIES} - {"Body"}


def test_every_route_is_described_and_everything_described_exists(app: Flask) -> None:
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method)
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert routes == described()


def test_references_lead_somewhere() -> None:
    for reference in re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(DOCUMENT)):
        node: Any = DOCUMENT
        for key in reference.split("/"):
            node = node[key]


def test_settings_are_described_with_ranges_and_defaults() -> None:
    properties = DOCUMENT["components"]["schemas"]["Settings"]["properties"]
    assert set(properties) == {field.name for field in fields(Settings)}
    assert all(one["description"] and "default" in one for one in properties.values())
    for name in ("floor_offset_m", "smoothing_cutoff_hz", "smoothing_beta", "fx"):
        assert properties[name]["minimum"] < properties[name]["maximum"]
    assert properties["person_heights_m"]["additionalProperties"]["maximum"] == 2.8


def test_errors_that_every_route_may_answer_with_are_described() -> None:
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            public = operation.get("security") == []
            for_operators = ("/api/uploads", "/api/outputs", "/api/cameras", "/camera")
            withheld = path.startswith(for_operators) or path.endswith("/video")  # from viewers
            refused = method != "get" or withheld
            assert ("401" in operation["responses"]) or public, path
            assert ("403" in operation["responses"]) == (refused and not public), (method, path)


@pytest.mark.parametrize(
    ("method", "path"),
    [(method, path) for path, item in DOCUMENT["paths"].items() for method, one in item.items() if _body_of(one)],
)
def test_bodies_are_read_as_described(method: str, path: str, client: FlaskClient, playing: Pipeline) -> None:
    """A route that reads another body than the described one lists other keys."""
    schema = DOCUMENT["components"]["schemas"][_body_of(DOCUMENT["paths"][path][method])]
    answered = client.open(path, method=method.upper(), json={"surplus": 1})
    assert answered.status_code == 400
    assert "'surplus'" in answered.json["error"]
    assert set(answered.json["hint"].partition(": ")[2].split(", ")) == set(schema["properties"])


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("/api/state", "State"),
        ("/api/settings", "Settings"),
        ("/api/extrinsics", "Camera"),
    ],
)
def test_answers_are_as_described(path: str, schema: str, client: FlaskClient, playing: Pipeline) -> None:
    document = {"$ref": f"#/components/schemas/{schema}", "components": DOCUMENT["components"]}
    jsonschema.Draft202012Validator(document).validate(client.get(path).json)


def test_lists_are_as_described(client: FlaskClient, playing: Pipeline) -> None:
    for path in ("/api/backends", "/api/sources", "/api/recordings", "/api/uploads", "/api/outputs"):
        method = "get"
        schema = DOCUMENT["paths"][path][method]["responses"]["200"]["content"]["application/json"]["schema"]
        jsonschema.Draft202012Validator({**schema, "components": DOCUMENT["components"]}).validate(
            client.get(path).json
        )


def test_the_document_is_served(client: FlaskClient) -> None:
    assert client.get("/api/openapi.json").json == DOCUMENT
    assert client.get("/api/scene.schema.json").json["title"] == "Posecast scene"
    assert client.get("/api/angles").json == DEFINITIONS


def test_scenes_may_have_fields_that_this_version_does_not_know(client: FlaskClient, playing: Pipeline) -> None:
    validator = jsonschema.Draft202012Validator(client.get("/api/scene.schema.json").json)
    scene = client.get("/api/scene").json
    assert scene["people"]
    added = {"angles": {"left_knee_flexion": 87.2}}
    people = [{**person, **added} for person in scene["people"]]
    timings = {**scene["timings_ms"], "fit": 1.5}
    camera = {**scene["camera"], "lens": "wide"}
    validator.validate({**scene, "camera": camera, "people": people, "timings_ms": timings})
    with pytest.raises(jsonschema.ValidationError):
        validator.validate({**scene, "people": [{**people[0], "score": 2}]})
