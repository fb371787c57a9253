"""Jobs that are run once a second, whatever the others do."""

from __future__ import annotations

import threading

import pytest

from tests.webapp.conftest import eventually
from webapp.live import heartbeat as module
from webapp.live.heartbeat import Heartbeat


@pytest.fixture
def beats(monkeypatch: pytest.MonkeyPatch) -> Heartbeat:
    monkeypatch.setattr(module, "PERIOD_S", 0.01)
    return Heartbeat()


def test_every_job_runs_again_and_again(beats: Heartbeat) -> None:
    runs = {"a": 0, "b": 0}
    for name in runs:
        beats.each_second(name, lambda name=name: runs.update({name: runs[name] + 1}))
    beats.start()
    eventually(lambda: min(runs.values()) > 2)
    beats.close()
    before = dict(runs)
    beats.beat()
    assert runs == before, "nothing runs after the end"


def test_a_job_that_raises_is_logged_and_the_others_go_on(beats: Heartbeat, caplog: pytest.LogCaptureFixture) -> None:
    runs: list[int] = []
    beats.each_second("dividing", lambda: 1 // 0)
    beats.each_second("counting", lambda: runs.append(1))
    beats.beat()
    beats.beat()
    assert len(runs) == 2
    assert "dividing failed" in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_a_job_that_is_stuck_starves_none_of_the_others(beats: Heartbeat, caplog: pytest.LogCaptureFixture) -> None:
    go, runs, entered = threading.Event(), [], []

    def wait() -> None:
        entered.append(1)
        go.wait(20)

    beats.each_second("waiting", wait)
    beats.each_second("counting", lambda: runs.append(1))
    beats.start()
    eventually(lambda: len(runs) > 3)
    assert len(entered) == 1, "it is not entered twice"
    assert caplog.text.count("waiting takes more than") == 1
    go.set()
    eventually(lambda: len(entered) > 2)
    beats.close()
