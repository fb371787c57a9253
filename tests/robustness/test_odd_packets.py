"""Clients that speak Engine.IO and Socket.IO badly, on purpose: no fault, no thread held, and others are served."""

from __future__ import annotations

import logging
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from itertools import product
from typing import Any

import psutil
import pytest
import socketio
import websocket

from engine.pipeline import Pipeline
from tests.robustness.packets import ODD, acknowledgement, frame, packet
from tests.webapp.conftest import PROTECTED, TOKEN, eventually, show
from tests.webapp.serving import Served
from tests.webapp.stage import Stage
from webapp.services import Services

FEW, MANY = 80, pytest.param(2_000, marks=[pytest.mark.long, pytest.mark.timeout(900)])
MUCH_MEMORY = 64 * 1024**2


@pytest.fixture
def protected() -> bool:
    """Whether the server asks for a token; overridden by tests of one that does."""
    return False


@pytest.fixture
def serving(protected: bool) -> dict[str, Any]:
    return {"viewer_limit": 200, **({"host": "0.0.0.0", **PROTECTED} if protected else {})}


def threads() -> int:
    """Threads of this process, except those that wait to ping a client, which end by themselves ten seconds later."""
    return sum("_send_ping" not in one.name for one in threading.enumerate())


@pytest.fixture(autouse=True)
def nothing_is_left(
    served: Served,
    services: Services,
    stage: Stage,
    playing: Pipeline,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[None]:
    """After the attack: no connection, no thread, no fault in the log, and somebody decent is served."""
    monkeypatch.setattr("webapp.live.sockets.STRANGERS_LEAVE_AFTER", 0.5)
    before = threads()
    yield
    eventually(lambda: len(services.sockets) == 0, 30)
    eventually(lambda: threads() <= before + 2, 30)
    faults = [one for one in caplog.records if one.exc_info or one.levelno >= logging.CRITICAL]
    assert [one.getMessage() for one in faults] == []
    got: list[object] = []
    client = socketio.Client(reconnection=False)
    client.on("scene", got.append)
    client.connect(served.url, transports=["websocket"], headers={"Authorization": f"Bearer {TOKEN}"})
    try:
        eventually(lambda: (show(stage, playing), got)[1])
    finally:
        client.disconnect()


def enter(served: Served, *, join: bool) -> websocket.WebSocket:
    address = f"ws://127.0.0.1:{served.port}/socket.io/?EIO=4&transport=websocket"
    client = websocket.create_connection(address, timeout=10)
    assert client.recv().startswith("0{")
    if join:
        client.send("40")
    return client


def hang_up(client: websocket.WebSocket) -> None:
    """Close the connection abruptly, like a killed process."""
    with suppress(OSError):
        client.sock.close()


@pytest.mark.parametrize("count", [FEW, MANY])
def test_odd_packets(count: int, served: Served) -> None:
    for number in range(count):
        client = enter(served, join=number % 2 == 0)
        with suppress(OSError, websocket.WebSocketException):
            for extra in range(3):
                odd = packet(number * 3 + extra)
                client.send(odd, websocket.ABNF.OPCODE_BINARY if isinstance(odd, bytes) else websocket.ABNF.OPCODE_TEXT)
        hang_up(client)


@pytest.mark.parametrize("protected", [True])
def test_no_odd_packet_lets_a_stranger_in(served: Served, services: Services) -> None:
    """Every one of them, on both transports, to a server that asks for a token."""
    for odd in ODD:
        client = enter(served, join=False)
        with suppress(OSError, websocket.WebSocketException):
            client.send(odd)
        hang_up(client)
        sid = begin(served)
        post(served, sid, odd.encode())
        post(served, sid, b"1")
    assert len(services.broadcaster) == 0
    eventually(lambda: len(services.sockets) == 0, 30)
    services.sockets.sweep()
    manager = services.sockets.socketio.server.manager
    assert manager.rooms == manager.pending_connect == {}


@pytest.mark.parametrize("count", [FEW, MANY])
def test_odd_frames(count: int, served: Served) -> None:
    for number in range(count):
        client = enter(served, join=number % 2 == 0)
        with suppress(OSError):
            for extra in range(3):
                client.sock.sendall(frame(number * 3 + extra))
        hang_up(client)


def post(served: Served, sid: str, data: bytes) -> int:
    address = f"{served.url}/socket.io/?EIO=4&transport=polling&sid={sid}"
    request = urllib.request.Request(address, data, {"Content-Type": "text/plain"})
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def begin(served: Served) -> str:
    """A session that polls; its name."""
    with urllib.request.urlopen(f"{served.url}/socket.io/?EIO=4&transport=polling", timeout=10) as response:
        return str(response.read().decode().split('"sid":"')[1].split('"')[0])


@pytest.mark.parametrize("count", [FEW * 2, MANY])
def test_odd_polls(count: int, served: Served) -> None:
    statuses = set()
    for number in range(count):
        sid = begin(served)
        odd = packet(number)
        data = odd.encode("utf-8", "surrogatepass") if isinstance(odd, str) else odd
        statuses.add(post(served, sid, b"40" if number % 2 else data))
        statuses.add(post(served, sid, data))
        post(served, sid, b"41\x1e1")
    assert 200 in statuses
    assert statuses <= {200, 400, 413}, statuses


SIDS = ("x", "", "../x", "%00", "a" * 3000, "%ff", "0", "null")
QUERIES = ("EIO=4&transport=polling", "EIO=4&transport=websocket", "EIO=9", "transport=x", "j=1", "EIO=4&j=0")
METHODS = ("GET", "POST", "PUT", "DELETE", "OPTIONS")


def test_odd_addresses(served: Served) -> None:
    for sid, query, method in product(SIDS, QUERIES, METHODS):
        address = f"{served.url}/socket.io/?{query}&sid={sid}"
        request = urllib.request.Request(address, b"4" if method == "POST" else None, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                status = response.status
        except urllib.error.HTTPError as error:
            with error:
                status = error.code
        assert status < 500, (method, address)


GREETINGS = (
    "Upgrade: websocket",
    "Upgrade: websocket\r\nConnection: Upgrade",
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 9",
    "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__",
)


def test_odd_greetings(served: Served) -> None:
    for headers in GREETINGS:
        with socket.create_connection(("127.0.0.1", served.port), timeout=10) as connection:
            address = "/socket.io/?EIO=4&transport=websocket"
            connection.sendall(f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n\r\n".encode())
            assert connection.recv(100).split()[1] in (b"400", b"426"), headers


def test_floods_are_bounded(served: Served) -> None:
    """Acknowledgements of nothing, and attachments that never come, by the thousand."""
    before = psutil.Process().memory_info().rss
    client = enter(served, join=True)
    with suppress(OSError, websocket.WebSocketException):
        for number in range(3_000):
            client.send(acknowledgement(number))
        client.send('459-["a",{"_placeholder":true,"num":0}]')
        for _ in range(300):
            client.send("x" * 60_000)
    hang_up(client)
    assert psutil.Process().memory_info().rss - before < MUCH_MEMORY


def test_the_corpus_has_every_kind_of_packet() -> None:
    assert {one[:1] for one in ODD} >= set("01234567")
    assert {one[:2] for one in ODD} >= {f"4{kind}" for kind in range(7)}
