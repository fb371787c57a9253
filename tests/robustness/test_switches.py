"""A hundred switches of the backend: threads, file descriptors and memory stay where they were."""

from __future__ import annotations

import gc
import itertools
import sys

import psutil
import pytest

from bench.slopes import Limit, slope
from engine.pipeline import Parts
from tests.engine.pipeline.live import SMALL, Live, live
from tests.fakes import World
from tests.webapp.conftest import eventually

FAKES = ("pytorch", "onnxruntime", "openvino")
GROWTH = {"threads": Limit(0, 3), "fds": Limit(0, 3), "rss_mb": Limit(0, 40)}
"""Allowed over all the switches after the first fifth: libraries keep caches, and the heap its holes."""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="file descriptors of POSIX")


def switch(run: Live, name: str) -> None:
    run.pipeline.switch_backend(name, precision="fp32")
    eventually(lambda: run.state.switching is None, 60)
    assert run.state.backend.name == name, run.problems
    run.wait_for_snapshot(lambda snapshot: snapshot.backend.name == name)


def taken() -> dict[str, float]:
    gc.collect()
    me = psutil.Process()
    return {"threads": me.num_threads(), "fds": me.num_fds(), "rss_mb": me.memory_info().rss / 1e6}


def check_flat(run: Live, names: tuple[str, ...], count: int) -> None:
    """Measured after every round, so that the same network is in use each time."""
    measured = []
    gc.collect()
    gc.freeze()  # what all the tests before have left need not be looked through again and again
    try:
        for number, name in zip(range(count), itertools.cycle(names), strict=False):
            switch(run, name)
            if (number + 1) % len(names) == 0:
                measured.append(taken())
    finally:
        gc.unfreeze()
    for what, limit in GROWTH.items():
        found = slope(range(len(measured)), [one[what] for one in measured], limit)
        print(f"{what}: {found.first:.0f} at first, {found.last:.0f} at last")
        assert found.flat, (what, [round(one[what]) for one in measured])


def test_with_backends_that_are_not_real() -> None:
    with live(World()) as run:
        run.wait_for_snapshot()
        run.wait_until_settled()
        check_flat(run, FAKES, 99)
        assert len(run.world.loads) == 100


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_with_all_that_this_machine_has() -> None:
    world = World()
    real = Parts()
    parts = Parts(open_source=world.open_source)
    with live(world, SMALL, parts=parts) as run:
        run.wait_for_snapshot()
        run.wait_until_settled()
        names = tuple(report.name for report in real.available() if report.available)
        check_flat(run, names, 100)
