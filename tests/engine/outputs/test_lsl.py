"""LSL with a real inlet in a process of its own: values, header, stamps, slots; and a system without the library."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from engine.outputs.lsl import Lsl, clock_offset
from engine.outputs.lsl_layout import CHANNELS
from engine.outputs.moment import Moment
from engine.outputs.output import UnusableError
from engine.outputs.parsing import parse
from engine.outputs.schemes import SCHEMES
from engine.skeleton import JOINT
from tests.engine.outputs.live import moment
from tests.engine.outputs.staged import CAPTURED_AT, WALL_TIME, joints_world, staged

INLET = Path(__file__).with_name("lsl_inlet.py")
LABELS = [channel.label for channel in CHANNELS]


def made(name: str, slots: int = 2) -> Lsl:
    output = Lsl(parse(f"lsl:{name}?slots={slots}", SCHEMES))
    output.open()
    return output


@contextmanager
def inlet(count: int, name: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen([sys.executable, INLET, str(count), name], stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def line(process: subprocess.Popen[str]) -> Any:
    assert process.stdout is not None
    return json.loads(process.stdout.readline())


def test_a_recorder_gets_the_stage() -> None:
    lsl = pytest.importorskip("pylsl", exc_type=RuntimeError)
    output = made("posecast-stage")
    output.send(moment(0.0, (1, 2)))
    with inlet(3, "posecast-stage-2") as process:
        assert line(process) == {"opened": "posecast-stage-2"}
        assert output._outlets[1].wait_for_consumers(10)
        for at, ids in ((0.5, (1, 2)), (0.6, (1,)), (0.7, (3, 1, 2))):
            output.send(moment(at, ids))
        got = line(process)
    output.close()

    assert (got["type"], got["rate"]) == ("MoCap", 0.0)
    assert got["labels"] == LABELS
    assert got["units"] == [channel.unit for channel in CHANNELS]
    header = ElementTree.fromstring(got["xml"])
    assert header.findtext("desc/setup/up") == "+y"
    assert len(header.findall("desc/skeleton/bones/bone")) == 18

    values = np.array(got["values"])
    knee = LABELS.index("left_knee_x")
    np.testing.assert_allclose(values[0, knee : knee + 3], joints_world(0.5)[1, JOINT["left_knee"]], atol=1e-4)
    assert np.isnan(values[1]).all(), "2 is away, and the slot is kept"
    assert values[2, 0] == 2
    np.testing.assert_allclose(values[2, knee : knee + 3], joints_world(0.7)[2, JOINT["left_knee"]], atol=1e-4)

    offset = clock_offset(lsl.local_clock, time.monotonic)
    np.testing.assert_allclose(got["stamps"], offset + CAPTURED_AT + np.array([0.5, 0.6, 0.7]), atol=0.001)


def test_another_world_gets_another_header() -> None:
    output = made("posecast-worlds", 1)
    output.send(moment(0.0))
    first = output._outlets[0]
    output.send(moment(0.1))
    assert output._outlets[0] is first
    snapshot = staged(0.2)
    camera = replace(snapshot.scene.camera, up="-y")
    turned = replace(snapshot, scene=replace(snapshot.scene, camera=camera))
    output.send(Moment(turned, WALL_TIME, lambda: "{}", test=True))
    assert output._outlets[0] is first, "a test changes nothing"
    output.send(Moment(turned, WALL_TIME, lambda: "{}"))
    assert output._outlets[0] is not first
    output.close()


def test_the_clocks_are_compared_by_the_quickest_reading() -> None:
    here = iter([0.0, 0.5, 1.0, 1.001, 2.0, 2.2])
    there = iter([10.4, 11.0005, 12.9])
    assert clock_offset(lambda: next(there), lambda: next(here)) == pytest.approx(10.0)


def test_a_system_without_the_library_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pylsl", None)
    with pytest.raises(UnusableError, match="liblsl is not installed") as raised:
        made("posecast")
    assert "PYLSL_LIB" in raised.value.hint
