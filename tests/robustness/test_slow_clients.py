"""Clients that send a byte per second, or nothing, or never read, are disconnected in time without delaying others."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import psutil
import pytest

from tests.webapp.conftest import eventually
from tests.webapp.server.test_run import Process, running
from webapp.access.arrivals import ARRIVE_WITHIN, GRACE, Arrivals

PATIENCE = 2.0
"""Seconds, in place of the 20 for arriving and 10 for sending."""
VIEWERS = 8
THREADS = 2 * VIEWERS + 16
CUT_WITHIN = 30.0
ANSWERS_WITHIN = 5.0
"""Seconds; without the defence it would be as long as the slow clients like. The machine may be busy."""

HEADERS = b"GET /api/state HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: " + b"x" * 4000
UPLOAD = b"PUT /api/extrinsics HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4000\r\n\r\n" + b"{" * 3999
CHUNKED = b"PUT /api/settings HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nff0\r\n" + b" " * 3999
POLLING = b"POST /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: a.localhost\r\nContent-Length: 9\r\n\r\n40"


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def closed(connection: socket.socket) -> bool:
    """Whether the other side has hung up."""
    try:
        return connection.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


@pytest.fixture
def pairs() -> Iterator[list[tuple[socket.socket, socket.socket]]]:
    with ExitStack() as stack:
        made = [socket.socketpair() for _ in range(4)]
        for ours, theirs in made:
            theirs.setblocking(False)
            stack.enter_context(ours)
            stack.enter_context(theirs)
        yield made


def test_what_takes_too_long_is_hung_up_on(pairs: list[tuple[socket.socket, socket.socket]]) -> None:
    clock = Clock()
    arrivals = Arrivals(10, clock)
    (slow, slow_client), (done, done_client), (late, late_client), _ = pairs
    arrivals.begin(slow)
    arrivals.begin(done)
    arrivals.end(done)
    clock.now += ARRIVE_WITHIN / 2
    arrivals.begin(late)
    clock.now += ARRIVE_WITHIN / 2 + 1
    arrivals.sweep()
    assert closed(slow_client)
    assert not closed(done_client)
    assert not closed(late_client)
    assert len(arrivals) == 1


def test_where_too_many_arrive_the_slowest_goes(pairs: list[tuple[socket.socket, socket.socket]]) -> None:
    clock = Clock()
    arrivals = Arrivals(2, clock)
    for ours, _ in pairs[:2]:
        arrivals.begin(ours)
    clock.now += 2 * GRACE
    arrivals.begin(pairs[0][0])  # its next request: it is the newest now
    arrivals.begin(pairs[2][0])
    assert [closed(theirs) for _, theirs in pairs] == [False, True, False, False]
    assert len(arrivals) == 2


def test_a_crowd_that_comes_at_once_is_thinned_out_a_moment_later(
    pairs: list[tuple[socket.socket, socket.socket]],
) -> None:
    clock = Clock()
    arrivals = Arrivals(1, clock)
    (slow, slow_client), (honest, honest_client), (late, late_client), _ = pairs
    for ours in (slow, honest, late):
        arrivals.begin(ours)
    arrivals.end(honest)
    arrivals.sweep()
    assert not any(closed(theirs) for _, theirs in pairs)
    clock.now += 2 * GRACE
    arrivals.sweep()
    assert closed(slow_client)
    assert not closed(honest_client)
    assert not closed(late_client)


class Slow:
    """Connections that send a byte of `request` now and then until they are cut."""

    def __init__(self, server: Process, request: bytes, count: int, whole: int = 0) -> None:
        self._request, self._sent = request, whole
        address = ("127.0.0.1", server.port)
        with ExitStack() as undo:
            self.open = [undo.enter_context(socket.create_connection(address, timeout=10)) for _ in range(count)]
            for connection in self.open:
                connection.sendall(request[:whole])
                connection.setblocking(False)
            undo.pop_all()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._drip, daemon=True)

    def __enter__(self) -> Slow:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(10)
        for connection in self.open:
            connection.close()

    def _drip(self) -> None:
        at = self._sent
        while not self._stop.wait(0.1):
            for connection in list(self.open):
                with suppress(OSError):
                    connection.send(self._request[at : at + 1])
                if self._over(connection):
                    self.open.remove(connection)
                    connection.close()
            at += 1

    def _over(self, connection: socket.socket) -> bool:
        """An answer (a refusal) may come before the end."""
        try:
            while connection.recv(65536):
                pass
        except BlockingIOError:
            return False
        except OSError:
            return True
        return True


@pytest.mark.parametrize(
    ("request_", "whole"),
    [
        pytest.param(b"", 0, id="nothing", marks=pytest.mark.long),
        pytest.param(HEADERS, 0, id="headers", marks=pytest.mark.long),
        pytest.param(UPLOAD, 80, id="upload"),
        pytest.param(CHUNKED, 90, id="chunks", marks=pytest.mark.long),
        pytest.param(POLLING, len(POLLING), id="polling", marks=pytest.mark.long),
    ],
)
def test_slow_requests_are_cut_and_starve_nobody(request_: bytes, whole: int) -> None:
    with running("--viewers", str(VIEWERS), "--patience", str(PATIENCE)) as server:
        worker = max(server.family(), key=lambda process: process.num_threads())
        with Slow(server, request_, 2 * THREADS, whole) as slow:
            started = time.monotonic()
            for _ in range(3):
                assert server.get("api/state")[0] == 200
            assert time.monotonic() - started < 3 * ANSWERS_WITHIN
            eventually(lambda: not slow.open, CUT_WITHIN)
        assert server.get("healthz")[0] in (200, 503)
        assert psutil.Process(worker.pid).is_running()
        server.process.terminate()
        server.process.wait(15)
        assert "Traceback" not in server.rest()


def connections(server: Process) -> int:
    """How many the server has accepted and not closed."""
    found = (one for process in server.family() for one in process.net_connections("tcp"))
    return sum(one.status != psutil.CONN_LISTEN for one in found)


def test_who_never_reads_the_answer_is_cut() -> None:
    with running("--viewers", str(VIEWERS), "--patience", str(PATIENCE)) as server, ExitStack() as stack:
        for _ in range(THREADS):
            reader = stack.enter_context(socket.socket())
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader.connect(("127.0.0.1", server.port))
            # Several answers of 670 kB: one would fit into the system's buffers.
            reader.sendall(b"GET /static/vendor/vendor.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 20)
        eventually(lambda: connections(server) >= THREADS)
        eventually(lambda: connections(server) == 0, CUT_WITHIN)
        assert server.get("api/state")[0] == 200
        server.process.terminate()
        server.process.wait(15)
        assert "Traceback" not in server.rest()


def test_who_does_not_hang_up_after_his_answer_keeps_nobody_waiting() -> None:
    with running("--viewers", str(VIEWERS)) as server, ExitStack() as stack:
        for _ in range(20):
            lingerer = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=30))
            lingerer.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            assert lingerer.recv(100).startswith(b"HTTP/1.1 ")
        assert server.get("api/state")[0] == 200  # within 10 s; each of them would otherwise cost everybody 2


@pytest.mark.long
def test_slow_requests_are_cut_by_werkzeugs_server_too() -> None:
    with running("--werkzeug", "--patience", str(PATIENCE)) as server, Slow(server, UPLOAD, 20, 80) as slow:
        assert server.get("api/state")[0] == 200
        eventually(lambda: not slow.open, CUT_WITHIN)
        assert server.get("api/state")[0] == 200
