"""The API against its own description: requests made from it, right and wrong ones, get only answers that it names."""

from __future__ import annotations

from typing import Any

import hypothesis
import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from engine.pipeline import Pipeline
from tests.webapp.test_openapi import DOCUMENT

load_all_checks()
CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ENDLESS = ("GET", "/stream.mjpg")
NOT_MADE = ("POST", "/whip/{name}")
"""No generator makes SDP: see tests/webapp/publishing."""
OPERATIONS = [
    (method.upper(), path)
    for path, item in DOCUMENT["paths"].items()
    for method in item
    if (method.upper(), path) not in (ENDLESS, NOT_MADE)
]
FEW, MANY = 6, 200
NOT_NOW = 503
"""The 5xx status that is expected: there is no frame yet, or no room."""


def attack(app: Flask, method: str, path: str, mode: GenerationMode, examples: int) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app)
    operation: Any = schema[path][method]

    @hypothesis.settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(operation.as_strategy(generation_mode=mode))
    def one(case: schemathesis.Case) -> None:
        response = case.call(headers={"Accept-Encoding": "identity"})  # bodies are read as they come
        assert response.status_code < 500 or response.status_code == NOT_NOW, response.text
        case.validate_response(response, checks=CHECKS)

    one()


def takes_something(method: str, path: str) -> bool:
    operation = DOCUMENT["paths"][path][method.lower()]
    return "requestBody" in operation or bool(operation.get("parameters"))


def takes_nothing_wrong(method: str, path: str) -> bool:
    """Whether there is no request that would be against the description."""
    return not takes_something(method, path) or path in ("/", "/view")


def test_right_requests_get_answers_as_described(app: Flask, playing: Pipeline) -> None:
    for method, path in OPERATIONS:
        attack(app, method, path, GenerationMode.POSITIVE, FEW if takes_something(method, path) else 1)


def test_wrong_requests_are_refused_as_described(app: Flask, playing: Pipeline) -> None:
    for method, path in OPERATIONS:
        if not takes_nothing_wrong(method, path):
            attack(app, method, path, GenerationMode.NEGATIVE, FEW)


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize(("method", "path"), [one for one in OPERATIONS if not takes_nothing_wrong(*one)])
def test_many_requests(mode: GenerationMode, method: str, path: str, app: Flask, playing: Pipeline) -> None:
    attack(app, method, path, mode, MANY)
