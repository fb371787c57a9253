"""The bus, with a real Redis."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from engine.bus import Bus, BusError, bus_address, difference
from engine.errors import PosecastError
from tests.redis_server import PASSWORD, RedisServer
from webapp.server.tls.certificate import self_made


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    running = RedisServer()
    yield running
    running.kill()


def bus(server: RedisServer, more: str = "") -> Bus:
    return Bus(bus_address(f"{server.url}/0?name=test{more}"))


def test_readers_get_what_is_put_and_newcomers_the_newest(server: RedisServer) -> None:
    writer, reader = bus(server), bus(server)
    with reader.listen() as listening:
        listening.follow({"scene"})
        assert listening.next(0.5) is None  # that it follows now
        for text in (b"1", b"2"):
            writer.put("scene", text, 5)
        assert [listening.next(2), listening.next(2)] == [("scene", b"1"), ("scene", b"2")]
        listening.follow({"state"})
        writer.put("scene", b"3", 5)
        writer.put("state", b"4", 0.05)
        found = None
        while found is None:
            found = listening.next(2)
        assert found == ("state", b"4")
    assert reader.newest("scene") == b"3"
    time.sleep(0.1)
    assert reader.newest("state") is None, "it has expired"
    writer.tell("picture", b"5")
    assert reader.newest("picture") is None, "it was handed on, and not kept"


def test_names_are_apart_and_requests_end_by_themselves(server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = bus(server, "-a"), bus(server, "-b")
    one.put("scene", b"1", 5)
    assert other.newest("scene") is None
    monkeypatch.setattr("engine.bus.bus.ASKS_LAST_S", 0.2)
    one.ask({"picture:raw:320"})
    assert one.asked() == {"picture:raw:320"}
    assert other.asked() == set()
    time.sleep(0.25)
    assert one.asked() == set()


def test_clocks_are_compared(server: RedisServer) -> None:
    found = difference(bus(server), clock=lambda: time.time() + 12.5)
    assert abs(found.seconds - 12.5) < 0.05
    assert 0 < found.uncertainty_s < 0.1


def test_it_is_lost_and_comes_back() -> None:
    server = RedisServer()
    one = bus(server)
    one.put("scene", b"1", 5)
    server.kill()
    with pytest.raises(BusError, match="cannot be reached"):
        one.put("scene", b"2", 5)
    server.start()
    try:
        one.put("scene", b"3", 5)
        assert one.newest("scene") == b"3"
    finally:
        server.kill()


def test_a_password_is_required_and_never_told() -> None:
    server = RedisServer(password=PASSWORD)
    try:
        right = Bus(bus_address(f"redis://:{quote(PASSWORD, safe='')}@127.0.0.1:{server.port}"))
        right.put("scene", b"1", 5)
        assert PASSWORD not in repr(right.address) + right.address.shown
        for wrong in ("redis://:guess@", "redis://"):
            with pytest.raises(BusError) as caught:
                Bus(bus_address(f"{wrong}127.0.0.1:{server.port}")).newest("scene")
            assert "password" in caught.value.error
            assert "guess" not in str(caught.value)
    finally:
        server.kill()


def test_over_tls_the_certificate_is_checked(tmp_path: Path) -> None:
    made = self_made(tmp_path, ("127.0.0.1",))
    server = RedisServer(certificate=(made.certificate, made.key))
    try:
        url = f"rediss://127.0.0.1:{server.port}"
        Bus(bus_address(f"{url}?ca={made.certificate}")).put("scene", b"1", 5)
        with pytest.raises(BusError) as caught:
            Bus(bus_address(url)).newest("scene")
        assert "ca=FILE" in caught.value.hint
        with pytest.raises(BusError) as caught:
            Bus(bus_address(url.replace("rediss", "redis"))).newest("scene")
        assert "rediss://" in caught.value.hint
    finally:
        server.kill()


@pytest.mark.parametrize(
    "text",
    [
        "redis://",
        "redis://host:port",
        "redis://h/x",
        "redis://h?name=a b",
        "redis://h?colour=red",
        "http://h",
        "redis:h",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(PosecastError):
        bus_address(text)
