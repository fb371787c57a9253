"""Closing a WebSocket never fails, whatever the state of the connection; and readers never wait forever."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from simple_websocket import ConnectionClosed

from webapp.live.websocket import WebSocket


class Session:
    """Engine.IO's, as far as a WebSocket knows it."""

    connected = False
    closed = False

    def handler(self, web_socket: WebSocket) -> None:
        """Nothing."""


class Silent:
    """A connection on which nothing comes but what the test puts there."""

    connected = True

    def __init__(self) -> None:
        self.input_buffer: list[str | bytes] = []

    def receive(self, timeout: float) -> str | bytes | None:
        return self.input_buffer.pop(0) if self.input_buffer else None


@pytest.fixture
def session() -> Session:
    return Session()


@dataclass
class Opened:
    """A WebSocket, what came for it, and the client's end of its connection."""

    web_socket: WebSocket
    arrived: list[str | bytes]
    client: socket.socket


@pytest.fixture
def opened(session: Session) -> Iterator[Opened]:
    ours, client = socket.socketpair()
    with ours, client:
        client.setblocking(False)
        web_socket = WebSocket(session.handler, None)
        web_socket.ws, web_socket._connection = Silent(), ours
        yield Opened(web_socket, web_socket.ws.input_buffer, client)


def hung_up(client: socket.socket) -> bool:
    try:
        return client.recv(1) == b""
    except BlockingIOError:
        return False


@pytest.mark.parametrize("error", [OSError(9, "Bad file descriptor"), ConnectionResetError(), ConnectionClosed()])
def test_a_connection_that_is_gone_can_be_closed(error: Exception, session: Session) -> None:
    class Gone:
        connected = True

        def close(self) -> None:
            raise error

    web_socket = WebSocket(session.handler, None)
    web_socket.ws = Gone()
    web_socket.close()
    assert not web_socket.ws.connected, "so that the reader looks up and ends"
    web_socket.close()


@pytest.mark.parametrize("sent", [[], ["2probe"]])
def test_who_does_not_take_over_in_time_is_hung_up_on(
    sent: list[str], opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened.web_socket._before_taking_over = 2
    for message in sent:
        opened.arrived.append(message)
        assert opened.web_socket.wait() == message
    assert not hung_up(opened.client)
    monkeypatch.setattr("webapp.live.websocket.TAKE_OVER_WITHIN", 0.0)
    assert opened.web_socket.wait() is None
    assert hung_up(opened.client)


def test_the_reader_of_a_session_that_has_ended_comes_free(session: Session, opened: Opened) -> None:
    session.closed = True
    opened.arrived.append("40")
    assert opened.web_socket.wait() is None
    assert hung_up(opened.client), "its writer may be waiting for somebody who does not read"


@pytest.mark.parametrize("last", ["1", "42[]", "430[]", "x", b"40"])
def test_after_a_close_or_nonsense_nothing_is_read(last: str | bytes, opened: Opened) -> None:
    opened.arrived += ["40", last, "40"]
    assert opened.web_socket.wait() == "40"
    assert opened.web_socket.wait() is None
    assert hung_up(opened.client)
