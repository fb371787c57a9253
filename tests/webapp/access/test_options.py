from __future__ import annotations

from typing import Any

import pytest

from engine.errors import PosecastError
from webapp.access.options import ServeOptions, is_loopback


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST", "::1", "[::1]", "127.8.8.8"])
def test_loopback_addresses_need_no_token(host: str) -> None:
    assert is_loopback(host)
    options = ServeOptions(host=host).with_tokens()
    assert not options.protected
    assert options.token is None


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", "127.0.0.1.example.org"])
def test_other_addresses_get_two_long_tokens(host: str) -> None:
    options = ServeOptions(host=host).with_tokens()
    assert options.protected
    assert options.token is not None
    assert options.view_token is not None
    assert min(len(options.token), len(options.view_token)) >= 32
    assert options.token != options.view_token
    assert ServeOptions(host=host).with_tokens().token != options.token


def test_a_proxy_makes_loopback_reachable_so_that_tokens_are_needed() -> None:
    assert ServeOptions(behind_proxy=True).protected


def test_given_tokens_stay() -> None:
    options = ServeOptions(host="0.0.0.0", token="mine", view_token="yours").with_tokens()
    assert (options.token, options.view_token) == ("mine", "yours")
    assert options.weak_token
    assert ServeOptions(token="mine").with_tokens().view_token is not None


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"port": -1}, "port is -1"),
        ({"port": 65536}, "port is 65536"),
        ({"viewer_limit": 0}, "viewer limit is 0"),
        ({"host": "http://localhost"}, "is not a host name"),
        ({"host": ""}, "is not a host name"),
        ({"allow_hosts": ("a b",)}, "is not a host name"),
        ({"token": "two words"}, "characters"),
        ({"token": ""}, "characters"),
        ({"view_token": "a;b"}, "characters"),
        ({"token": "same", "view_token": "same"}, "both tokens are the same"),
    ],
)
def test_wrong_options_are_named(wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(PosecastError, match=told):
        ServeOptions(**wrong)


def test_every_viewer_of_both_kinds_has_a_thread() -> None:
    assert ServeOptions(viewer_limit=50).threads == 116
