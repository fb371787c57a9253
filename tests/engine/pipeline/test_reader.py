"""A source that fails or ends: it is reported once, and opened again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.pipeline import StateEvent
from tests.engine.pipeline.live import SMALL, live
from tests.fakes import World, refusal


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

    def test_what_a_live_source_complains_of_is_told_with_its_name_when_it_changes(self) -> None:
        with live() as run:
            run.wait_for_snapshot()
            source = run.world.sources[0]
            source.problem = "the camera does not answer"
            run.wait_for_problem("demo: the camera does not answer")
            assert run.pipeline.health() == "demo: the camera does not answer"
            run.listener.wait_until(lambda: isinstance(run.listener.events[-1], StateEvent))
            count = len(run.listener.events)
            source.problem = None
            run.listener.wait_until(lambda: len(run.listener.events) > count and run.pipeline.health() is None)
            assert isinstance(run.listener.events[-1], StateEvent)
            source.problem = "the camera does not answer"
            run.listener.wait_until(lambda: run.problems == ["demo: the camera does not answer"] * 2)

    def test_a_count_of_seconds_makes_no_new_problem(self) -> None:
        with live() as run:
            run.wait_for_snapshot()
            for seconds in (6, 7, 8):
                run.world.sources[0].problem = f"no picture for {seconds} s"
                run.wait_for_problem("demo: no picture for 6 s")
                run.wait_for_next_snapshot()
                run.wait_for_next_snapshot()
            assert run.problems == ["demo: no picture for 6 s"]

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
            run.world.wait_for_source(2)
            run.wait_for_next_snapshot()
            run.listener.wait_until(lambda: run.pipeline.health() is None)

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
