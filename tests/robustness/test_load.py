"""Many viewers, some of which never read, and one that opens all it can: the others are not affected."""

from __future__ import annotations

import socket
import sys
from contextlib import ExitStack

import psutil
import pytest

from tests.robustness.crowd import SOCKET, STREAM, good_viewers, got, who_never_read, who_opens
from tests.webapp.conftest import eventually
from tests.webapp.server.test_run import Process, running
from webapp.access.options import ServeOptions
from webapp.live.viewers import share_of

KEPT = 0.9
"""Minimum share of the viewers' previous rate; short measurements vary too much to test it."""
FLAT_MB = 60.0
"""More than this is no buffer of a few connections any more."""
PLACES = 128

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="gunicorn, and addresses of Linux")


def megabytes(server: Process) -> float:
    return sum(process.memory_info().rss for process in server.family()) / 1e6


def beside(server: Process, bad: int, good: int, seconds: float) -> dict[str, float]:
    """What good viewers get beside bad ones, who fill no memory either."""
    memory = megabytes(server)
    with who_never_read(server.port, bad):
        answer = got(good_viewers(server.port, good, seconds))
        assert megabytes(server) - memory < FLAT_MB
    return answer


def test_who_never_reads_keeps_nobody_from_his_scenes() -> None:
    with running("--viewers", str(PLACES), "--rate", "10", "--size", "160", "90") as server:
        rates = beside(server, 2, 8, 2.0)
    assert rates["pictures"] > 3, rates
    assert rates["scenes"] > 3, rates


@pytest.mark.long
def test_who_never_reads_costs_the_others_nothing() -> None:
    with running("--viewers", str(PLACES), "--rate", "10", "--size", "320", "180") as server:
        before = got(good_viewers(server.port, 40, 30.0))
        rates = beside(server, 10, 40, 30.0)
    for what in ("pictures", "scenes"):
        assert rates[what] >= KEPT * before[what] > 0, (before, rates)


@pytest.mark.parametrize("request_", [STREAM, SOCKET], ids=["pictures", "scenes"])
def test_one_address_gets_its_share_and_a_reason(request_: bytes) -> None:
    with running("--viewers", "24", "--rate", "10") as server:
        descriptors = _serving(server).num_fds()
        with who_opens(server.port, 200, request_) as answers:
            admitted = [answer for answer in answers if b" 200 " in answer[:20] or b" 101 " in answer[:20]]
            refused = [answer for answer in answers if b" 503 " in answer[:20]]
            assert len(admitted) + len(refused) == 200
            assert 1 <= len(admitted) <= share_of(24)
            assert all(b"too many viewers" in answer and b"12 for one address" in answer for answer in refused)
            rates = got(good_viewers(server.port, 4, 3.0))
            assert rates["pictures"] > 2, rates
            assert rates["scenes"] > 2, rates
            assert server.get("api/state")[0] == 200
            assert _serving(server).num_threads() < ServeOptions(viewer_limit=24).threads + 20
        eventually(lambda: _serving(server).num_fds() <= descriptors + 2, 30)
        with who_opens(server.port, 1, request_) as (answer,):
            assert b" 503 " not in answer[:20], "the places are free again"


@pytest.mark.skipif(sys.platform != "linux", reason="limits of another process")
def test_more_connections_than_descriptors_end_nobody() -> None:
    with running("--viewers", "8") as server, ExitStack() as stack:
        worker = _serving(server)
        few = worker.num_fds() + 20
        worker.rlimit(psutil.RLIMIT_NOFILE, (few, few))
        idle = [stack.enter_context(socket.create_connection(("127.0.0.1", server.port))) for _ in range(60)]
        eventually(lambda: worker.num_fds() >= few - 2)
        for connection in idle:
            connection.close()
        eventually(lambda: server.get("api/state")[0] == 200)
        assert worker.is_running()
        assert _serving(server) == worker


def _serving(server: Process) -> psutil.Process:
    return server.family()[-1]
