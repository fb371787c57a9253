from __future__ import annotations

import json
import re
from dataclasses import fields
from typing import Any

import jsonschema
import pytest
from flask import Flask
from flask.testing import FlaskClient

from engine.pipeline import Pipeline
from engine.settings import Settings
from webapp.routes.engine import SCHEMAS

DOCUMENT: dict[str, Any] = json.loads((SCHEMAS / "openapi.json").read_text())


def described() -> set[tuple[str, str]]:
    return {(path, method.upper()) for path, item in DOCUMENT["paths"].items() for method in item}


def test_every_route_is_described_and_everything_described_exists(app: Flask) -> None:
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method)
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert routes == described()


def test_references_lead_somewhere() -> None:
    for reference in re.findall(r'"\$ref": "#/([^"]+)"', (SCHEMAS / "openapi.json").read_text()):
        node: Any = DOCUMENT
        for key in reference.split("/"):
            node = node[key]


def test_settings_are_described_one_by_one() -> None:
    assert set(DOCUMENT["components"]["schemas"]["Settings"]["properties"]) == {
        field.name for field in fields(Settings)
    }


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
    for path, method in (("/api/backends", "get"), ("/api/sources", "get"), ("/api/recordings", "get")):
        schema = DOCUMENT["paths"][path][method]["responses"]["200"]["content"]["application/json"]["schema"]
        jsonschema.Draft202012Validator({**schema, "components": DOCUMENT["components"]}).validate(
            client.get(path).json
        )


def test_the_document_is_served(client: FlaskClient) -> None:
    assert client.get("/api/openapi.json").json == DOCUMENT
    assert client.get("/api/scene.schema.json").json["title"] == "Posecast scene"
