"""Things break: the pipeline says so once, keeps what works, and mends what it can."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from engine.pipeline import StateEvent
from engine.types import Frame
from tests.engine.pipeline.live import SMALL, live
from tests.fakes import QUICK, WAIT_S, Clock, FakeBackend, FakeSource, World, refusal


class TestSource:
    def test_one_that_does_not_open_at_the_start_is_tried_until_it_does(self) -> None:
        world = World(open_errors={"demo": refusal("demo is not plugged in")})
        with live(world) as run:
            run.wait_for_problem("demo is not plugged in")
            assert run.pipeline.health() == "demo is not plugged in"
            assert run.state.stats.source_problem == "demo is not plugged in"
            assert run.state.status == "starting"
            world.open_errors.clear()
            run.wait_for_snapshot()
            run.listener.wait_until(lambda: run.pipeline.health() is None)
            assert run.problems == ["demo is not plugged in"], "told once"

    def test_another_can_be_chosen_while_it_does_not_open(self) -> None:
        world = World(open_errors={"demo": refusal("demo is not plugged in")})
        with live(world) as run:
            run.wait_for_problem("demo is not plugged in")
            run.pipeline.switch_source("other")
            run.wait_for_snapshot()
            run.wait_until_settled()
            assert run.state.source == "other"
            assert run.state.stats.source_problem is None

    def test_what_a_live_source_complains_of_is_told_when_it_changes(self) -> None:
        with live() as run:
            run.wait_for_snapshot()
            source = run.world.sources[0]
            source.problem = "the camera does not answer"
            run.wait_for_problem("the camera does not answer")
            assert run.pipeline.health() == "the camera does not answer"
            run.listener.wait_until(lambda: isinstance(run.listener.events[-1], StateEvent))
            count = len(run.listener.events)
            source.problem = None
            run.listener.wait_until(lambda: len(run.listener.events) > count and run.pipeline.health() is None)
            assert isinstance(run.listener.events[-1], StateEvent)
            source.problem = "the camera does not answer"
            run.listener.wait_until(lambda: run.problems == ["the camera does not answer"] * 2)

    def test_a_count_of_seconds_makes_no_new_problem(self) -> None:
        with live() as run:
            run.wait_for_snapshot()
            for seconds in (6, 7, 8):
                run.world.sources[0].problem = f"no picture for {seconds} s"
                run.wait_for_problem("no picture for 6 s")
                run.wait_for_next_snapshot()
                run.wait_for_next_snapshot()
            assert run.problems == ["no picture for 6 s"]

    def test_passwords_are_not_told(self) -> None:
        address = "rtsp://user:secret@cam/1"
        world = World(open_errors={address: ZeroDivisionError(f"cannot open {address}")})
        with live(world, replace(SMALL, source=address)) as run:
            assert run.wait_for_problem("rtsp://").error.count("***") == 2
            assert "secret" not in str(run.listener.events) + str(run.pipeline.health()) + run.state.source

    @pytest.mark.parametrize("error", [refusal("the cable is out"), ZeroDivisionError("the cable is out")])
    def test_one_that_breaks_is_closed_and_opened_again(self, error: Exception) -> None:
        with live() as run:
            run.wait_for_snapshot()
            run.world.sources[0].fail(error)
            run.wait_for_problem("the cable is out")
            assert run.world.wait_for_source(2).name == "demo"
            run.wait_for_next_snapshot()
            assert run.world.sources[0].closes == 1

    def test_a_live_one_that_stops_is_opened_again(self) -> None:
        with live() as run:
            run.wait_for_snapshot()
            run.world.sources[0].end()
            run.world.wait_for_source(2)
            run.wait_for_next_snapshot()
            assert run.world.sources[0].closes == 1

    def test_a_file_that_is_over_is_over(self) -> None:
        with live() as run:
            run.wait_for_snapshot()
            run.world.sources[0].live = False
            run.world.sources[0].end()
            run.wait_for_problem("demo has ended")
            assert run.pipeline.health() == "demo has ended"
            run.pipeline.switch_source("demo")
            run.wait_for_next_snapshot()
            run.listener.wait_until(lambda: run.pipeline.health() is None)
            assert len(run.world.sources) == 2

    def test_one_that_breaks_while_its_network_loads_is_opened_again(self) -> None:
        world = World(sizes={"wide": (96, 48)})
        with live(world) as run:
            run.wait_for_snapshot()
            run.wait_until_settled()
            world.load_go.clear()
            run.pipeline.switch_source("wide")
            while len(world.loads) < 2:
                run.wait_for_next_snapshot()
            world.sources[1].fail(refusal("the cable is out"))
            world.wait_for_source(3)
            world.load_go.set()
            run.wait_for_snapshot(lambda snapshot: snapshot.frame.image.shape[1] == 96)
            run.wait_until_settled()


class TestNetwork:
    @pytest.mark.parametrize("error", [refusal("CUDA is out of memory"), ZeroDivisionError("CUDA is out of memory")])
    def test_one_that_fails_is_tried_again(self, error: Exception) -> None:
        with live() as run:
            run.wait_for_snapshot()
            backend = run.world.backends[0]
            backend.error = error
            run.wait_for_problem("CUDA is out of memory")
            assert "CUDA is out of memory" in run.pipeline.health()
            backend.error = None
            run.wait_for_next_snapshot()
            run.listener.wait_until(lambda: run.pipeline.health() is None)
            assert len(run.problems) == 1, "told once"

    def test_another_takes_over_from_one_that_fails_without_waiting(self) -> None:
        timing = replace(QUICK, first_retry_s=10 * WAIT_S, longest_retry_s=10 * WAIT_S)
        with live(timing=timing) as run:
            run.wait_for_snapshot()
            run.wait_until_settled()
            run.world.backends[0].error = refusal("CUDA is out of memory")
            run.wait_for_problem("CUDA is out of memory")
            run.pipeline.switch_backend("pytorch")
            run.wait_for_snapshot(lambda snapshot: snapshot.backend.name == "pytorch")
            run.listener.wait_until(lambda: run.pipeline.health() is None)

    def test_closing_does_not_wait_for_the_next_try(self) -> None:
        timing = replace(QUICK, first_retry_s=10 * WAIT_S, longest_retry_s=10 * WAIT_S)
        with live(timing=timing) as run:
            run.wait_for_snapshot()
            run.world.backends[0].error = refusal()
            run.wait_for_problem("it does not work")

    def test_one_that_does_not_load_at_the_start_is_tried_again_later(self) -> None:
        clock = Clock()
        world = World(clock, load_errors={"openvino": refusal("openvino is not installed")})
        with live(world) as run:
            run.wait_for_problem("openvino is not installed")
            run.listener.wait_until(lambda: run.state.switching is None)
            assert run.pipeline.health() == "openvino is not installed"
            assert run.state.status == "starting"
            seen, _ = run.pipeline.frames.wait_newer(0, WAIT_S)
            run.pipeline.frames.wait_newer(seen, WAIT_S)
            assert len(world.loads) == 1, "not at every frame"
            clock.now += QUICK.reload_s
            while len(world.loads) < 2:
                seen, _ = run.pipeline.frames.wait_newer(seen, WAIT_S)
            run.listener.wait_until(lambda: run.state.switching is None)
            assert run.problems == ["openvino is not installed"], "told once"
            world.load_errors.clear()
            clock.now += QUICK.reload_s
            run.wait_for_snapshot()
            assert run.pipeline.health() is None

    def test_another_can_be_chosen_when_the_first_does_not_load(self) -> None:
        world = World(load_errors={"openvino": refusal("openvino is not installed")})
        with live(world) as run:
            run.wait_for_problem("openvino is not installed")
            run.listener.wait_until(lambda: run.state.switching is None)
            run.pipeline.switch_backend("pytorch")
            assert run.wait_for_snapshot().backend.name == "pytorch"
            run.wait_until_settled()
            assert run.pipeline.health() is None

    def test_a_choice_before_the_first_frame_is_kept_for_it(self) -> None:
        world = World(feeding=False)
        with live(world) as run:
            source = world.wait_for_source(1)
            run.pipeline.switch_backend("pytorch")
            run.listener.wait_until(lambda: run.state.settings.backend == "pytorch" and run.state.switching is None)
            assert world.loads == []
            source.feed()
            run.wait_until_settled()
            source.feed()
            assert run.wait_for_snapshot().backend.name == "pytorch"

    def test_the_start_settings_are_tried_with_another_source_too(self) -> None:
        world = World(load_errors={"openvino": refusal("openvino is not installed")})
        with live(world, replace(SMALL, source="a")) as run:
            run.wait_for_problem("openvino is not installed")
            run.listener.wait_until(lambda: run.state.switching is None)
            world.load_errors.clear()
            run.pipeline.switch_source("b")
            run.wait_for_snapshot()
            run.wait_until_settled()
            assert run.state.source == "b"


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
