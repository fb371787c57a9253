from __future__ import annotations

import base64

import pytest

from webapp.access.options import ServeOptions
from webapp.access.tokens import TICKET_LASTS, FailureLimit, Role, Tokens

OPTIONS = ServeOptions(host="0.0.0.0", port=8123, token="operator-token", view_token="view-token")


def test_tokens_give_roles() -> None:
    tokens = Tokens(OPTIONS)
    assert tokens.role_of("operator-token") is Role.OPERATOR
    assert tokens.role_of("view-token") is Role.VIEWER
    for wrong in (None, "", "operator-toke", "operator-token ", "Operator-token", "ünïcode", "\ud800"):
        assert tokens.role_of(wrong) is None


def test_without_tokens_everybody_is_an_operator() -> None:
    assert Tokens(ServeOptions()).role_of(None) is Role.OPERATOR


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ({"HTTP_AUTHORIZATION": "Bearer abc"}, "abc"),
        ({"HTTP_AUTHORIZATION": "bearer  abc "}, "abc"),
        ({"HTTP_AUTHORIZATION": "Basic " + base64.b64encode(b"me:abc").decode()}, "abc"),
        ({"HTTP_AUTHORIZATION": "Basic !!!"}, ""),
        ({"HTTP_COOKIE": "other=1; posecast_8123=abc"}, "abc"),
        ({"HTTP_COOKIE": "posecast_9999=abc"}, None),
        ({"HTTP_COOKIE": "other=\xff"}, None),
        ({"HTTP_COOKIE": "other=\xff; posecast_8123=abc"}, "abc"),
        ({"HTTP_COOKIE": "posecast_8123=\xc3\xbc"}, "ü"),
        ({"HTTP_AUTHORIZATION": "Bearer abc", "HTTP_COOKIE": "posecast_8123=def"}, "abc"),
        ({}, None),
    ],
)
def test_where_a_request_carries_its_token(headers: dict[str, str], token: str | None) -> None:
    assert Tokens(OPTIONS).presented(headers) == token


def test_the_cookie_is_for_this_server_alone() -> None:
    tokens = Tokens(OPTIONS)
    cookie = tokens.cookie({"wsgi.url_scheme": "http"}, "abc")
    assert cookie == "posecast_8123=abc; HttpOnly; Path=/; SameSite=Strict"
    proxied = tokens.cookie({"wsgi.url_scheme": "https", "SCRIPT_NAME": "/cam"}, "abc")
    assert "Secure" in proxied
    assert "Path=/cam" in proxied
    assert "Max-Age=0" in tokens.cookie({}, None)


def test_guessing_is_slow_and_ends() -> None:
    now = 0.0
    limit = FailureLimit(3, 60, clock=lambda: now)
    for _ in range(3):
        assert not limit.exceeded("1.2.3.4")
        limit.count("1.2.3.4")
    assert limit.exceeded("1.2.3.4")
    assert not limit.exceeded("5.6.7.8")
    now = 61
    assert not limit.exceeded("1.2.3.4")


def test_after_too_many_wrong_tokens_even_the_right_one_waits() -> None:
    tokens = Tokens(OPTIONS)
    for _ in range(10):
        assert tokens.log_in("1.2.3.4", "wrong") is None
    assert tokens.log_in("1.2.3.4", "operator-token") is None
    assert tokens.log_in("5.6.7.8", "operator-token") is Role.OPERATOR


def test_a_ticket_is_a_token_once_and_soon() -> None:
    now = 0.0
    tokens = Tokens(OPTIONS, clock=lambda: now)
    first, late = tokens.ticket(), tokens.ticket()
    assert first
    assert late not in (None, first)
    assert tokens.role_of(first) is None, "only a link can be opened with it"
    assert tokens.redeemed(first) == "operator-token"
    assert tokens.redeemed(first) == first, "it is used up, and as wrong as any other word"
    now += TICKET_LASTS + 1
    assert tokens.redeemed(late) == late
    assert tokens.redeemed("view-token") == "view-token"
    assert tokens.redeemed(None) is None
    assert Tokens(ServeOptions()).ticket() is None
