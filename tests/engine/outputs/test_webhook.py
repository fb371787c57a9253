"""Webhooks with a receiver that checks the signature as docs/outputs.md says, and with slow, lying and wrong ones."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from engine.errors import PosecastError
from engine.outputs import webhook
from engine.outputs.moment import Moment
from engine.outputs.parsing import parse
from engine.outputs.schemes import SCHEMES
from engine.outputs.webhook import Webhook
from tests.engine.outputs.live import WAIT_S, Live
from tests.engine.outputs.staged import WALL_TIME, entered, staged

SECRET = "s3cret/of the hook"
LOGIN = ":s3cret%2Fof%20the%20hook@"
DOCUMENT = Path(__file__).parents[3] / "docs" / "outputs.md"


def documented() -> Callable[[Any, bytes, bytes], bool]:
    """The function that the documentation gives to receivers."""
    (code,) = re.findall(r"```python\n([^`]*def is_from_posecast[^`]*)```", DOCUMENT.read_text(encoding="utf-8"))
    names: dict[str, Any] = {}
    exec(code, names)
    function: Callable[[Any, bytes, bytes], bool] = names["is_from_posecast"]
    return function


class Receiver:
    """Answers with `status`, and notes what came: path, whether the signature is right, headers and body."""

    def __init__(self, status: int = 204) -> None:
        self.status = status
        self.got: list[tuple[str, bool, Any, bytes]] = []
        receiver, check = self, documented()
        self._changed = threading.Condition()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                genuine = check(self.headers, body, SECRET.encode())
                with receiver._changed:
                    receiver.got.append((self.path, genuine, self.headers, body))
                    receiver._changed.notify_all()
                self.send_response(receiver.status)
                self.send_header("location", "/elsewhere")
                self.end_headers()

            def log_message(self, format: str, *arguments: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def wait_for(self, count: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.got) >= count, WAIT_S), self.got

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join(WAIT_S)
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


def made(port: int, login: str = LOGIN) -> Webhook:
    return Webhook(parse(f"webhook+http://{login}127.0.0.1:{port}/hook?room=hall", SCHEMES))


def happened(*people: int) -> Moment:
    return Moment(staged(1.0, (1,), tuple(entered(person) for person in people)), WALL_TIME, lambda: "{}")


def test_events_arrive_signed(receiver: Receiver) -> None:
    live = Live(f"webhook+http://{LOGIN}127.0.0.1:{receiver.port}/hook?room=hall")
    live.show(staged(0.0, (1,)))
    live.show(staged(1.0, (1, 2), (entered(2),)))
    receiver.wait_for(1)
    path, genuine, headers, body = receiver.got[0]
    assert path == "/hook?room=hall"
    assert genuine
    assert b'"person":2' in body
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
    assert SECRET not in str(headers)
    assert live.test().ok
    receiver.wait_for(2)
    assert b'"kind":"test"' in receiver.got[1][3]
    live.close()
    assert len(receiver.got) == 2, "scenes without events are nobody's business"


def test_the_documented_check_refuses_what_is_not_genuine(receiver: Receiver) -> None:
    made(receiver.port).send(happened(2))
    check, (_, genuine, headers, body) = documented(), receiver.got[0]
    assert genuine
    assert not check(headers, body + b" ", SECRET.encode())
    assert not check(headers, body, b"another secret")
    old = {**dict(headers.items()), "webhook-timestamp": str(int(time.time()) - 3600)}
    assert not check(old, body, SECRET.encode())


def test_an_event_is_sent_until_it_is_taken(receiver: Receiver) -> None:
    receiver.status = 503
    live = Live(f"webhook+http://{LOGIN}127.0.0.1:{receiver.port}/hook")
    live.show(staged(1.0, (1,), (entered(1),)))
    report = live.until(lambda report: report.failures >= 2)
    assert "answers 503" in (report.last_error or "")
    receiver.status = 200
    count = len(receiver.got)
    receiver.wait_for(count + 1)
    live.until(lambda report: report.state == "sending")
    assert len({headers["webhook-id"] for _, _, headers, _ in receiver.got}) == 1, "it is the same event"
    live.close()


@pytest.mark.parametrize(
    ("status", "told"), [(301, "a redirect, which is not followed"), (404, "answers 404"), (429, "answers 429")]
)
def test_answers_that_refuse_all(receiver: Receiver, status: int, told: str) -> None:
    receiver.status = status
    with pytest.raises(PosecastError, match=told) as raised:
        made(receiver.port).send(happened(1))
    assert len(receiver.got) == 1
    assert "hook" not in raised.value.error


def test_an_event_that_is_refused_does_not_hold_up_others(receiver: Receiver) -> None:
    receiver.status = 422
    assert made(receiver.port).send(happened(1, 2)) == 2
    assert len(receiver.got) == 2


def test_without_a_secret_nothing_is_signed(receiver: Receiver) -> None:
    made(receiver.port, login="").send(happened(1))
    assert "webhook-signature" not in receiver.got[0][2]


@contextmanager
def answering(act: Callable[[socket.socket], object]) -> Iterator[int]:
    """A server that takes one connection and does something with it; its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection = server.accept()[0]
            with connection:
                try:
                    act(connection)
                except OSError:
                    return

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join(WAIT_S)


def listen(connection: socket.socket) -> None:
    while connection.recv(65536):
        pass


def drip(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"x: y\r\n")
        time.sleep(0.05)


def pour(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n")
    while True:
        connection.sendall(bytes(65536))


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (drip, "does not answer within"),
        (listen, "does not answer within"),
        (lambda connection: connection.recv(1 << 20), "closed the connection without an answer"),
        (
            lambda connection: connection.sendall(b"SSH-2.0-OpenSSH_9\r\n"),
            r"does not answer as HTTP does|closed the conn",
        ),
    ],
)
def test_receivers_that_do_not_answer(act: Any, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "_ANSWER_S", 0.3)
    with answering(act) as port, pytest.raises(PosecastError, match=told):
        made(port).send(happened(1))


def test_the_end_does_not_wait_for_an_answer() -> None:
    with answering(listen) as port:
        live = Live(f"webhook+http://127.0.0.1:{port}/hook")
        live.show(staged(1.0, (1,), (entered(1),)))
        live.until(lambda report: report.state == "sending")
        began = time.monotonic()
        live.close()
        assert time.monotonic() - began < webhook._ANSWER_S - 1


def test_an_endless_answer_is_not_read() -> None:
    with answering(pour) as port:
        assert made(port).send(happened(1)) == 1


def test_an_address_in_texts_for_people() -> None:
    shown = parse(f"webhook+https://{LOGIN}example.org/hook?key=k3y", SCHEMES).shown
    assert "s3cret" not in shown
    assert "k3y" not in shown
    with pytest.raises(PosecastError, match="base64"):
        Webhook(parse("webhook+https://:whsec_*@example.org/hook", SCHEMES))
