"""What the log is told of source and network: each change once."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from engine.pipeline import EngineState, Stats
from engine.settings import Settings
from engine.types import BackendInfo
from webapp.monitoring.engine_log import Chronicle
from webapp.monitoring.logs import event_of

INT8, FP32 = BackendInfo("openvino", "CPU", "int8"), BackendInfo("pytorch", "cpu", "fp32")


def state(
    captured: int, *, status: str = "running", problem: str | None = None, source: str = "0", backend: Any = None
) -> EngineState:
    stats = Stats(captured=captured, source_problem=problem)
    return EngineState(
        status=status,
        settings=Settings(),
        source=source,
        backend=backend,
        camera=None,
        calibration=None,
        switching=None,
        comparison=None,
        stats=stats,
    )


def told(caplog: pytest.LogCaptureFixture, *states: EngineState) -> tuple[list[str], int]:
    """Names of the events, and the switches counted."""
    chronicle = Chronicle()
    with caplog.at_level(logging.INFO):
        switches = sum(chronicle.observe(one) for one in states)
    return [event_of(record)[0] for record in caplog.records], switches


@pytest.mark.parametrize(
    ("states", "events"),
    [
        ([state(0), state(0)], []),
        ([state(0), state(1), state(2)], ["source_opened"]),
        ([state(1), state(1, problem="gone"), state(1, problem="gone for 2 s")], ["source_opened", "source_lost"]),
        ([state(1), state(1, problem="gone"), state(2)], ["source_opened", "source_lost", "source_opened"]),
        ([state(0, problem="not there"), state(0, problem="not there")], []),
        ([state(1), state(1, status="paused"), state(1, status="paused")], ["source_opened", "source_paused"]),
        (
            [state(1), state(2, status="paused"), state(2), state(3)],
            ["source_opened", "source_paused", "source_opened"],
        ),
        ([state(1), state(2, source="demo"), state(3, source="demo")], ["source_opened", "source_opened"]),
        ([state(1), state(1, status="stopped")], ["source_opened"]),
    ],
)
def test_source(caplog: pytest.LogCaptureFixture, states: list[EngineState], events: list[str]) -> None:
    assert told(caplog, *states) == (events, 0)


def test_a_loss_says_why(caplog: pytest.LogCaptureFixture) -> None:
    told(caplog, state(1), state(1, problem="no picture for 5 s"))
    record = caplog.records[-1]
    assert record.levelno == logging.WARNING
    assert event_of(record)[1] == {"source": "0", "reason": "no picture for 5 s"}


def test_the_first_network_is_no_switch(caplog: pytest.LogCaptureFixture) -> None:
    states = [state(0, backend=backend) for backend in (None, INT8, INT8, FP32, None, FP32, INT8)]
    assert told(caplog, *states) == (["backend_switched"] * 3, 2)
    assert "instead of pytorch on cpu in fp32" in caplog.text
