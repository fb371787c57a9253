"""Frames that cannot be processed: reported once, and tried again with the newest frame."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.engine.pipeline.live import SMALL, live
from tests.fakes import QUICK, WAIT_S, Clock, World, refusal


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
