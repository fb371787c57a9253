"""The access table: every route there is, under every kind of visitor; and the sockets the same."""

from __future__ import annotations

import json
import logging
import re
import socket
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
import socketio
import websocket
from flask import Flask
from flask.testing import FlaskClient

from engine.pipeline import Pipeline
from tests.webapp.conftest import PROTECTED, TOKEN, VIEW_TOKEN, eventually
from tests.webapp.serving import Served
from tests.webapp.test_openapi import DOCUMENT
from webapp.access.tokens import Tokens
from webapp.app import services_of
from webapp.routes.pages import DEAD_LINK
from webapp.server.run import announce
from webapp.services import Services

PUBLIC = {"/healthz", "/login", "/favicon.ico", "/static/css/login.css"}
READING = ("GET", "HEAD", "OPTIONS")
OPERATORS_ONLY = ("/api/uploads", "/api/outputs", "/api/cameras", "/camera")
LOCAL = {"Host": "127.0.0.1:8000"}


@pytest.fixture
def serving() -> dict[str, Any]:
    return {**PROTECTED, "host": "0.0.0.0"}


def routes(app: Flask) -> list[tuple[str, str]]:
    """Every (method, path), with something in the place of variables."""
    found = []
    for rule in app.url_map.iter_rules():
        path = "/static/css/login.css" if rule.endpoint == "static" else re.sub(r"<[^>]+>", "nothing", rule.rule)
        found += [(method, path) for method in sorted(rule.methods or ()) if method != "OPTIONS"]
    found.remove(("POST", "/login"))  # answers 401 to a wrong token by itself: tested below
    return [*found, ("GET", "/no/such/page"), ("POST", "/no/such/page"), ("GET", "/socket.io/?EIO=4&transport=polling")]


def answers(method: str, path: str) -> set[int]:
    """What the published description says may be answered to somebody who is let in."""
    for template, item in DOCUMENT["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "nothing", template), path):
            operation = item.get("get" if method == "HEAD" else method.lower(), {})
            return {int(code) for code in operation.get("responses", {})} - {401, 403}
    if path.startswith("/static/") or path.startswith("/socket.io/"):
        return {200}
    return {404}


def status(client: FlaskClient, method: str, path: str, headers: dict[str, str]) -> int:
    response = client.open(path, method=method, headers=headers)
    response.close()
    return response.status_code


@pytest.mark.parametrize("who", ["no token", "wrong token", "wrong cookie", "view", "operator", "cookie"])
def test_who_gets_in(who: str, app: Flask, playing: Pipeline, services: Services) -> None:
    client = app.test_client(use_cookies=False)
    cookie = services.tokens.cookie_name
    headers = {
        "no token": {},
        "wrong token": {"Authorization": "Bearer wrong"},
        "wrong cookie": {"Cookie": f"{cookie}=wrong"},
        "view": {"Authorization": f"Bearer {VIEW_TOKEN}"},
        "operator": {"Authorization": f"Bearer {TOKEN}"},
        "cookie": {"Cookie": f"{cookie}={TOKEN}"},
    }[who]
    for method, path in routes(app):
        got = status(client, method, path, {**LOCAL, **headers})
        public = path in PUBLIC or (who == "no token" and path.startswith("/socket.io/"))
        if who in ("no token", "wrong token", "wrong cookie") and not public:
            assert got == 401, (method, path, got)
        elif who == "view" and (method not in READING or path.startswith(OPERATORS_ONLY)) and path not in PUBLIC:
            assert got == 403, (method, path, got)
        else:
            assert got in answers(method, path), (method, path, got)


def test_the_browser_that_we_open_is_let_in_and_nobody_else_by_its_address(
    app: Flask, services: Services, playing: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    announce(replace(services.options, open_browser=True), services.tokens)
    eventually(lambda: opened)
    (address,) = opened
    assert TOKEN not in address
    path = address.removeprefix("http://127.0.0.1:8000")
    browser, thief = app.test_client(), app.test_client()
    assert status(browser, "GET", path, LOCAL) == 303
    assert status(browser, "PUT", "/api/settings", {**LOCAL, "Content-Type": "application/json"}) == 400, "an operator"
    assert status(thief, "GET", path, LOCAL) == 401
    assert status(thief, "GET", "/api/state", {**LOCAL, "Authorization": f"Bearer {path.partition('=')[2]}"}) == 401


def test_the_table_has_every_route(app: Flask) -> None:
    """There is no event that clients may send, so view-only visitors cannot misuse any."""
    listed = {path for _, path in routes(app)}
    for rule in app.url_map.iter_rules():
        assert any(re.fullmatch(re.sub(r"<[^>]+>", ".+", rule.rule), path) for path in listed), rule.rule
    server = services_of(app).sockets.socketio.server
    assert {name: set(events) for name, events in server.handlers.items()} == {"/": {"connect", "disconnect"}}
    assert server.namespace_handlers == {}


@pytest.mark.parametrize("token", [TOKEN, VIEW_TOKEN])
def test_an_event_from_a_client_changes_nothing_and_ends_the_connection(
    token: str, served: Served, playing: Pipeline
) -> None:
    before = playing.state().settings
    address = f"ws://127.0.0.1:{served.port}/socket.io/?EIO=4&transport=websocket"
    for event in ("scene", "state", "settings", "switch_backend", "message"):
        client = websocket.create_connection(address, timeout=10)
        with closing(client.sock):  # its own close() leaves the socket open where the server has hung up
            client.send("40" + json.dumps({"token": token}))
            while not client.recv().startswith("40"):
                pass
            client.send("42" + json.dumps([event, {"source": "0", "backend": "pytorch", "fx": 500}]))
            with pytest.raises((websocket.WebSocketConnectionClosedException, ConnectionError)):
                while client.recv():
                    pass
                raise websocket.WebSocketConnectionClosedException
    assert playing.state().settings == before


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1:8000", "Origin": "http://evil.example"},
        {"Host": "127.0.0.1:8000", "Origin": "null"},
        {"Host": "127.0.0.1:8000", "Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Host": "127.0.0.1:8000", "Origin": "http://127.0.0.1:9000"},
    ],
)
def test_foreign_hosts_and_origins_get_nothing_even_with_the_token(
    headers: dict[str, str], app: Flask, playing: Pipeline
) -> None:
    client = app.test_client()
    for method, path in routes(app):
        if "Origin" in headers and path.startswith("/static/"):
            continue  # public: the page must load before it can show a refusal
        got = status(client, method, path, {**headers, "Authorization": f"Bearer {TOKEN}"})
        assert got == 403, (method, path, got)


def test_refusals_are_json_and_say_what_to_do(client: FlaskClient) -> None:
    refused = client.get("/api/state", headers=LOCAL)
    assert set(refused.json or {}) == {"error", "hint"}
    assert refused.headers["WWW-Authenticate"] == "Bearer"
    wrong = client.get("/api/state", headers={**LOCAL, "Authorization": "Bearer wrong"})
    assert "Max-Age=0" in wrong.headers["Set-Cookie"]


def test_a_browser_without_a_token_sees_the_login_page(client: FlaskClient) -> None:
    page = client.get("/", headers={**LOCAL, "Accept": "text/html,*/*"})
    assert page.status_code == 401
    assert b'<form method="post" action="/login">' in page.data


def test_the_link_sets_a_cookie_and_loses_the_token(client: FlaskClient, services: Services) -> None:
    response = client.get(f"/?token={TOKEN}&panel=2", headers=LOCAL)
    assert response.status_code == 303
    assert response.headers["Location"] == "/?panel=2"
    assert "HttpOnly" in response.headers["Set-Cookie"]
    assert "SameSite=Strict" in response.headers["Set-Cookie"]
    client.set_cookie(services.tokens.cookie_name, TOKEN, domain="127.0.0.1")
    assert client.get("/api/state", headers=LOCAL).json["role"] == "operator"
    assert client.get(f"/view?token={VIEW_TOKEN}", headers=LOCAL).headers["Location"] == "/view"


def test_a_wrong_link_sets_none(client: FlaskClient) -> None:
    response = client.get("/?token=wrong", headers=LOCAL)
    assert response.status_code == 401
    assert "Set-Cookie" not in response.headers
    assert client.get(f"/api/state?token={TOKEN}", headers=LOCAL).status_code == 401


def test_a_browser_with_a_dead_link_is_sent_to_the_form(client: FlaskClient) -> None:
    headers = {**LOCAL, "Accept": "text/html,*/*"}
    response = client.get("/view?token=wrong", headers=headers, environ_overrides={"SCRIPT_NAME": "/cam"})
    assert (response.status_code, response.headers["Location"]) == (303, "/cam/login?problem=link")
    assert "Set-Cookie" not in response.headers
    assert DEAD_LINK.encode() in client.get("/login?problem=link", headers=headers).data


def test_a_form_of_our_own_is_taken_from_a_browser_that_hides_its_origin(client: FlaskClient) -> None:
    headers = {**LOCAL, "Origin": "null", "Sec-Fetch-Site": "same-origin"}
    assert client.post("/login", data={"token": TOKEN}, headers=headers).status_code == 303


def test_logging_in_by_hand(client: FlaskClient) -> None:
    assert client.post("/login", data={"token": "wrong"}, headers=LOCAL).status_code == 401
    response = client.post("/login", data={"token": f" {TOKEN} "}, headers=LOCAL)
    assert (response.status_code, response.headers["Location"]) == (303, "/")
    for _ in range(10):
        client.post("/login", data={"token": "wrong"}, headers=LOCAL)
    assert client.post("/login", data={"token": TOKEN}, headers=LOCAL).status_code == 401


def test_guessing_by_header_is_limited_too(client: FlaskClient) -> None:
    for _ in range(200):
        client.get("/api/scene", headers={**LOCAL, "Authorization": "Bearer wrong"})
    assert client.get("/api/scene", headers={**LOCAL, "Authorization": f"Bearer {TOKEN}"}).status_code == 429


def test_guessing_on_sockets_counts_too(served: Served, services: Services) -> None:
    client = socketio.Client(reconnection=False)
    for _ in range(2):
        with pytest.raises(socketio.exceptions.ConnectionError):
            client.connect(served.url, auth={"token": "wrong"}, transports=["websocket"], wait_timeout=1)
    assert len(services.tokens.failures._failures["127.0.0.1"]) == 2


@pytest.mark.parametrize(
    "path", ["/api/extrinsics", "/api/settings", "/login", "/socket.io/?EIO=4&transport=polling&sid=x"]
)
def test_large_bodies_are_refused_everywhere(path: str, client: FlaskClient) -> None:
    method = "PUT" if path.startswith("/api") else "POST"
    headers = {**LOCAL, "Authorization": f"Bearer {TOKEN}"}
    response = client.open(path, method=method, data=b"x" * (1024 * 1024 + 1), headers=headers)
    assert response.status_code == 413


@pytest.mark.parametrize("token", [None, "wrong", VIEW_TOKEN, TOKEN])
def test_every_answer_has_the_security_headers(
    token: str | None, client: FlaskClient, app: Flask, playing: Pipeline
) -> None:
    bearer = {"Authorization": f"Bearer {token}"} if token else {}
    for method, path in [*routes(app), ("POST", "/login"), ("GET", f"/?token={TOKEN}"), ("OPTIONS", "/api/state")]:
        response = client.open(path, method=method, headers={**LOCAL, **bearer})
        policy = response.headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["X-Frame-Options"] == "DENY"
        assert response.headers["Referrer-Policy"] == "same-origin"
        assert len(response.headers.getlist("Content-Security-Policy")) == 1
        assert "Access-Control-Allow-Origin" not in response.headers
        response.close()


@pytest.mark.parametrize("transport", ["websocket", "polling"])
@pytest.mark.parametrize(
    ("headers", "auth", "admitted"),
    [
        ({}, None, False),
        ({}, {"token": "wrong"}, False),
        ({}, {"token": 7}, False),
        ({}, "operator", False),
        ({}, {"token": TOKEN}, True),
        ({}, {"token": VIEW_TOKEN}, True),
        ({"Authorization": f"Bearer {VIEW_TOKEN}"}, None, True),
        ({"Authorization": "Bearer wrong"}, {"token": TOKEN}, False),
        ({"Host": "evil.example", "Authorization": f"Bearer {TOKEN}"}, None, False),
        ({"Origin": "http://evil.example", "Authorization": f"Bearer {TOKEN}"}, None, False),
    ],
)
def test_who_may_connect_a_socket(
    transport: str, headers: dict[str, str], auth: object, admitted: bool, served: Served
) -> None:
    client = socketio.Client(reconnection=False)
    try:
        if admitted:
            client.connect(served.url, headers=headers, auth=auth, transports=[transport], wait_timeout=5)
            assert client.connected
        else:
            with pytest.raises(socketio.exceptions.ConnectionError):
                client.connect(served.url, headers=headers, auth=auth, transports=[transport], wait_timeout=1)
    finally:
        client.disconnect()


class Stranger:
    """Opens a WebSocket and asks to be let in; `answers` until the server hangs up, or has answered that."""

    def __init__(self, served: Served, auth: str) -> None:
        address = f"ws://127.0.0.1:{served.port}/socket.io/?EIO=4&transport=websocket"
        self.answers: list[str] = []
        client = websocket.create_connection(address, timeout=10)
        with closing(client.sock):
            client.send(f"40{auth}")
            while not self.answers or not self.answers[-1].startswith("4"):
                self.answers.append(client.recv())


def nobody_is_left(services: Services) -> None:
    manager = services.sockets._manager
    eventually(lambda: len(services.sockets) == 0)
    eventually(lambda: not (manager.rooms or manager.pending_connect or services.broadcaster._clients))


@pytest.mark.parametrize("auth", [r'{"token":"\ud800"}', r'{"token":"\udfff\ud800"}'])
def test_half_a_surrogate_pair_is_a_wrong_token(
    auth: str, served: Served, services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    assert Stranger(served, auth).answers[-1].startswith('44{"message":"a token is needed"')
    assert len(services.tokens.failures._failures["127.0.0.1"]) == 1
    assert not [one for one in caplog.records if one.exc_info]
    nobody_is_left(services)


def test_nothing_is_sent_to_all_before_a_token_was_right(
    served: Served, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def check(token: str | None) -> None:
        services.broadcaster.problem("for those who are in", "")
        services.broadcaster.progress("backend", "compile", 0.5, "")

    monkeypatch.setattr(services.tokens, "role_of", check)
    assert [one[:2] for one in Stranger(served, "").answers] == ["0{", "44"]


def test_a_fault_while_somebody_is_let_in_refuses_him(
    served: Served, services: Services, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(services.tokens, "role_of", lambda token: 1 / 0 if token else None)
    assert Stranger(served, '{"token":"x"}').answers[-1].startswith("44")
    assert [one.event for one in caplog.records if one.levelno >= logging.ERROR] == ["request_failed"]
    nobody_is_left(services)


def test_who_leaves_while_he_is_let_in_is_forgotten(
    served: Served, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = services.tokens.role_of

    def slow(token: str | None) -> object:
        if token == TOKEN:
            for session in list(services.sockets._eio.sockets.values()):
                session.close(wait=False, abort=True)
        return real(token)

    monkeypatch.setattr(services.tokens, "role_of", slow)
    with pytest.raises((websocket.WebSocketException, ConnectionError)):
        Stranger(served, json.dumps({"token": TOKEN}))
    nobody_is_left(services)


@pytest.mark.parametrize(("cookie", "expected"), [("a=\xff", 401), (f"a=\xff; NAME={TOKEN}; b=\xfe", 200)])
def test_cookies_of_others_may_be_any_bytes(
    cookie: str, expected: int, served: Served, services: Services, playing: Pipeline
) -> None:
    header = cookie.replace("NAME", services.tokens.cookie_name).encode("latin-1")
    for path, status in (("/api/state", expected), ("/healthz", 200), ("/socket.io/?EIO=4&transport=polling", 200)):
        with socket.create_connection(("127.0.0.1", served.port), timeout=10) as connection:
            connection.sendall(b"GET " + path.encode() + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: " + header)
            connection.sendall(b"\r\nConnection: close\r\n\r\n")
            answer = b"".join(iter(lambda connection=connection: connection.recv(65536), b""))
        assert int(answer.split()[1]) == status, path
        assert b"frame-ancestors 'none'" in answer


def test_a_fault_of_the_door_itself_is_an_answer_and_counts(
    client: FlaskClient, services: Services, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Tokens, "presented", lambda tokens, environ: 1 / 0)
    response = client.get("/api/state", headers=LOCAL)
    assert (response.status_code, set(response.json or {})) == (500, {"error", "hint"})
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
    assert 'posecast_errors_total{kind="request"} 1' in services.status.metrics()
    (record,) = [one for one in caplog.records if one.exc_info]
    assert (record.event, record.fields) == ("request_failed", {"path": "/api/state"})  # type: ignore[attr-defined]
