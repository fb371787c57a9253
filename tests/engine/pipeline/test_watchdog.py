"""Networks and sources that hang: the pipeline reports them and can still be closed."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from engine.types import Frame
from tests.engine.pipeline.live import live
from tests.fakes import QUICK, WAIT_S, FakeBackend, FakeSource, World


class TestHanging:
    """Nothing that hangs keeps `close` from returning; it is left behind, and said so in the log."""

    HASTY = replace(QUICK, join_s=0.02)

    def test_a_network_that_hangs_stays_open(self, caplog: pytest.LogCaptureFixture) -> None:
        with live(timing=self.HASTY) as run:
            run.wait_for_snapshot()
            run.wait_until_settled()
            backend = run.world.backends[0]
            backend.hold()
            assert backend.entered.wait(WAIT_S)
            run.pipeline.close()
            assert backend.closes == 0
            assert "the worker thread did not end" in caplog.text
            backend.go.set()
            wait_for_threads_to_end()
            backend.close()

    def test_a_source_that_hangs(self, caplog: pytest.LogCaptureFixture) -> None:
        class Stuck(FakeSource):
            def read(self) -> Frame | None:
                reading.set()
                go.wait(WAIT_S)
                return None

        reading, go = threading.Event(), threading.Event()
        source = Stuck()
        world = World(sources=[source])
        with live(world, timing=self.HASTY, parts=replace(world.parts, open_source=lambda text: source)) as run:
            assert reading.wait(WAIT_S)
            assert run.state.source == "fake"
            run.pipeline.close()
            assert source.closes == 1
            assert "the thread reading fake did not end" in caplog.text
            go.set()
            wait_for_threads_to_end()

    def test_a_network_that_loads_for_ever_is_closed_when_it_comes_after_all(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        def load(*_: object) -> FakeBackend:
            loading.set()
            go.wait(WAIT_S)
            return backend

        loading, go, backend = threading.Event(), threading.Event(), FakeBackend()
        world = World(backends=[backend])
        with live(world, timing=self.HASTY, parts=replace(world.parts, load_backend=load)) as run:
            assert loading.wait(WAIT_S)
            run.pipeline.close()
            assert "the thread switching to openvino did not end" in caplog.text
            go.set()
            wait_for_threads_to_end()
            assert backend.closes == 1


def wait_for_threads_to_end() -> None:
    for thread in threading.enumerate():
        if thread.name.startswith("posecast-"):
            thread.join(WAIT_S)
