from __future__ import annotations

import socket

import pytest

from webapp.access.hosts import Hosts
from webapp.access.options import ServeOptions

LOCAL = Hosts(ServeOptions())
OPEN = Hosts(ServeOptions(host="0.0.0.0", allow_hosts=("cam.example.org",)))


@pytest.mark.parametrize(
    "host", ["localhost:8000", "127.0.0.1", "127.0.0.1:9999", "[::1]:8000", "LocalHost", "localhost."]
)
def test_this_machine_is_always_a_host(host: str) -> None:
    assert LOCAL.allows_host(host)
    assert OPEN.allows_host(host)


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "192.168.1.5:8000", "a b", "x@localhost",
     "localhost/..", "localhost:port", "[::1", "127.0.0.1\\@evil.example"],
)  # fmt: skip
def test_other_names_are_no_hosts_of_a_loopback_server(host: str) -> None:
    assert not LOCAL.allows_host(host)


def test_reachable_servers_take_addresses_their_own_name_and_those_allowed() -> None:
    for host in ("192.168.1.5:8000", "[fe80::1]:8000", "cam.example.org", "CAM.example.org:443", socket.gethostname()):
        assert OPEN.allows_host(host), host
    for host in ("evil.example", "192.168.1.5.evil.example", "sub.cam.example.org"):
        assert not OPEN.allows_host(host), host


@pytest.mark.parametrize(
    ("origin", "host", "allowed"),
    [
        (None, "127.0.0.1:8000", True),
        ("http://127.0.0.1:8000", "127.0.0.1:8000", True),
        ("http://LOCALHOST:8000", "localhost:8000", True),
        ("http://localhost", "localhost", True),
        ("http://localhost:80", "localhost", True),
        ("https://localhost", "localhost", True),  # a proxy ends TLS
        ("https://localhost:443", "localhost", True),
        ("http://[::1]:8000", "[::1]:8000", True),
        ("http://127.0.0.1:3000", "127.0.0.1:8000", False),
        ("http://localhost:8000", "127.0.0.1:8000", False),
        ("http://evil.example", "127.0.0.1:8000", False),
        ("http://127.0.0.1:8000.evil.example", "127.0.0.1:8000", False),
        ("null", "127.0.0.1:8000", False),
        ("", "127.0.0.1:8000", False),
        ("file://", "127.0.0.1:8000", False),
        ("ftp://127.0.0.1:8000", "127.0.0.1:8000", False),
        ("http://127.0.0.1:x", "127.0.0.1:8000", False),
    ],
)
def test_only_our_own_pages_may_send(origin: str | None, host: str, allowed: bool) -> None:
    assert LOCAL.allows_origin(origin, "http", host) is allowed


def test_a_name_that_was_allowed_is_an_origin_too() -> None:
    assert OPEN.allows_origin("https://cam.example.org", "http", "127.0.0.1:8000")
    assert not OPEN.allows_origin("https://cam.example.org.evil.example", "http", "127.0.0.1:8000")
