"""JSON that is deep, huge, doubled or no JSON at all, to every route that takes some: refused, and never a fault."""

from __future__ import annotations

import json
import time

import pytest
from flask import Flask
from flask.testing import FlaskClient

from engine.errors import PosecastError
from engine.pipeline import Pipeline
from engine.settings import Settings
from tests.webapp.test_openapi import DOCUMENT
from webapp.access.errors import MAX_TOLD
from webapp.access.guard import MAX_BODY

CPU_SECONDS = 2.0
_NAME = f"{'n' * 900_000}"
ODD = {
    "nothing": b"",
    "a byte": b"\xff",
    "deep lists": b"[" * 500_000,
    "deep objects": b'{"a":' * 150_000,
    "deep in a setting": b'{"fx":' + b"[" * 400_000 + b"]" * 400_000 + b"}",
    "infinity": b'{"fx": 1e400}',
    "minus infinity": b'{"floor_offset_m": -1e400}',
    "NaN": b'{"smoothing_beta": NaN}',
    "many digits": b'{"fx": ' + b"9" * 100_000 + b"}",
    "many decimals": b'{"fx": 1.' + b"9" * 100_000 + b"}",
    "a huge whole number": b'{"height_size": ' + b"8" * 4000 + b"}",
    "twice": b'{"fx": 500, "fx": 900}',
    "half a surrogate pair": b'{"source": "\\ud800"}',
    "half a pair for a key": b'{"\\udc00": 1}',
    "half a pair for a name": b'{"name": "\\ud800"}',
    "control characters": b'{"source": "\\u0000\\u001b[2J\\u202e"}',
    "a long text": json.dumps({"source": _NAME}).encode(),
    "a long key": json.dumps({_NAME: 1}).encode(),
    "many keys": json.dumps({str(number): number for number in range(20_000)}).encode(),
    "UTF-16": '{"fx": 500}'.encode("utf-16"),
    "UTF-32": '{"name": "é"}'.encode("utf-32"),
    "another encoding": '{"name": "é"}'.encode("latin-1"),
    "two objects": b'{"fx": 500} {"fx": 600}',
    "a list": b"[1, 2]",
    "a comment": b'{"fx": 500 // pixels\n}',
    "a prototype": b'{"__proto__": {"role": "operator"}, "constructor": 1}',
    "a class": b'{"py/object": "os.system", "__class__": "os.system"}',
    "too much": b" " * (MAX_BODY + 1),
}
ACCEPTED = {
    ("UTF-16", "/api/settings"),  # JSON may be in it, and this is a good setting
    ("many decimals", "/api/settings"),
}
ROUTES = [
    (method.upper(), path)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if "requestBody" in operation and path != "/login"
]


@pytest.mark.parametrize("odd", ODD)
def test_odd_json_is_refused(odd: str, client: FlaskClient, playing: Pipeline) -> None:
    before = playing.state().settings
    for method, path in ROUTES:
        started = time.thread_time()
        response = client.open(path, method=method, data=ODD[odd], headers={"Content-Type": "application/json"})
        assert time.thread_time() - started < CPU_SECONDS
        if (odd, path) in ACCEPTED:
            assert response.status_code == 200
            continue
        assert response.status_code in (400, 403, 404, 409, 413), (method, path, response.status_code)
        told = response.get_json()
        assert len(told["error"]) <= MAX_TOLD
    assert (odd, "/api/settings") in ACCEPTED or playing.state().settings == before


def test_there_are_routes_to_try(app: Flask) -> None:
    assert ("PUT", "/api/settings") in ROUTES
    assert len(ROUTES) >= 6


@pytest.mark.parametrize("length", ["-1", "1e3", "0x10", "", " ", "9" * 5000, "+5", "１２"])
def test_a_length_that_is_none_is_no_fault(length: str, client: FlaskClient) -> None:
    environ = {"CONTENT_LENGTH": length}
    response = client.put("/api/settings", environ_overrides=environ)
    assert response.status_code in (400, 413)


def test_settings_survive_a_visitor_who_tries_every_number() -> None:
    """Whatever passes the checks can be written and read again."""
    for value in (0, -1, 1, 128, 1e300, -1e300, 5e-324, 2**63, True, None, "", "auto", [], {}):
        for name in Settings().to_json():
            try:
                changed = Settings().changed({name: value})
            except PosecastError:
                continue
            assert Settings().changed(json.loads(json.dumps(changed.to_json()))) == changed
