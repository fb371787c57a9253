"""A failing network is replaced by one that works; an abandoned one is not used again unless the user asks for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from engine.pipeline.failover import FAILURES, MAX_STUCK_THREADS
from tests.engine.pipeline.live import SMALL, Live, live
from tests.engine.pipeline.test_watchdog import wait_for_threads_to_end
from tests.fakes import QUICK, WAIT_S, Clock, World, refusal

HANG_S = QUICK.hang_s
ALL = ("openvino", "onnxruntime", "pytorch")
"""In the order in which they are chosen."""


@contextmanager
def running(world: World | None = None, **options) -> Iterator[Live]:
    """A pipeline that is at work, with the first backend."""
    with live(world, **options) as run:
        run.wait_for_snapshot()
        run.wait_until_settled()
        yield run


def break_newest(run: Live, error: Exception | None = None) -> None:
    run.world.backends[-1].error = error or refusal("the GPU is gone")


def wait_for_backend(run: Live, name: str) -> None:
    run.wait_for_snapshot(lambda snapshot: snapshot.backend.name == name)
    run.wait_until_settled()
    run.listener.wait_until(lambda: run.pipeline.health() is None)


def pass_time(run: Live, until: Callable[[], object], seconds: float = 0.9) -> None:
    """Let the pipeline's clock run, `seconds` at every look, until something holds."""
    for _ in range(4000):
        if until():
            return
        run.world.clock.now += seconds  # type: ignore[attr-defined]
        threading.Event().wait(0.005)
    raise AssertionError("it never came true")


class TestFailing:
    @pytest.mark.parametrize("error", [refusal("the GPU is gone"), MemoryError(), ZeroDivisionError("x"), OSError(5)])
    def test_the_next_best_takes_over_and_says_so(self, error: Exception) -> None:
        with running() as run:
            break_newest(run, error)
            loading = run.wait_for_problem("onnxruntime on CPU is loaded in its place").error
            assert loading.startswith(f"openvino on CPU failed {FAILURES} times in a row (")
            assert "()" not in loading, "an error without a text has a name"
            wait_for_backend(run, "onnxruntime")
            told = run.wait_for_problem("onnxruntime on CPU runs now, since openvino on CPU failed")
            assert told.hint == "choose openvino again to give it another try"
            assert run.state.backend.name == "onnxruntime"
            assert run.state.fallback == told.error
            assert run.state.settings.backend == "openvino", "the choice is the user's, and stays"
            assert run.world.backends[0].closes == 1

    def test_health_has_the_reason_until_frames_flow_again(self) -> None:
        with running() as run:
            run.world.load_go.clear()
            break_newest(run)
            run.wait_for_problem("is loaded in its place")
            assert "openvino on CPU failed" in run.pipeline.health()
            assert run.state.switching.to == "onnxruntime"
            run.world.load_go.set()
            wait_for_backend(run, "onnxruntime")

    def test_a_failure_now_and_then_is_no_reason(self) -> None:
        with running() as run:
            backend = run.world.backends[0]
            for _ in range(3):
                backend.fails, backend.error = FAILURES - 1, refusal("a hiccup")
                wait_until(lambda: backend.fails == 0)
                run.wait_for_next_snapshot()
            assert len(run.world.loads) == 1
            assert run.state.fallback is None

    def test_what_does_not_load_is_passed_over(self) -> None:
        with running(World(load_errors={"onnxruntime": refusal("onnxruntime is broken")})) as run:
            break_newest(run)
            run.wait_for_problem("onnxruntime is broken")
            wait_for_backend(run, "pytorch")
            run.wait_for_problem("pytorch on CPU runs now, since openvino on CPU failed")

    def test_two_that_fail_do_not_take_turns(self) -> None:
        with running() as run:
            for name in ALL[1:]:
                break_newest(run)
                wait_for_backend(run, name)
            break_newest(run)
            run.wait_for_problem("pytorch on CPU failed 4 times in a row (the GPU is gone), and nothing else is left")
            assert "nothing else is left" in run.pipeline.health()
            run.world.backends[-1].error = None
            run.wait_for_next_snapshot()
            run.listener.wait_until(lambda: run.pipeline.health() is None)
            assert [spec.backend for spec, _ in run.world.loads] == list(ALL)

    def test_the_user_may_ask_for_it_again(self) -> None:
        with running() as run:
            break_newest(run)
            wait_for_backend(run, "onnxruntime")
            run.pipeline.switch_backend("openvino")
            wait_for_backend(run, "openvino")
            assert run.state.fallback is None
            break_newest(run)
            run.listener.wait_until(lambda: len(run.world.loads) == 4)
            wait_for_backend(run, "onnxruntime")

    def test_the_same_settings_ask_for_it_too(self) -> None:
        with running() as run:
            break_newest(run)
            wait_for_backend(run, "onnxruntime")
            run.pipeline.change_settings({"backend": "openvino"})
            wait_for_backend(run, "openvino")

    def test_auto_asks_for_all_of_them(self) -> None:
        with running(settings=replace(SMALL, backend="auto")) as run:
            break_newest(run)
            wait_for_backend(run, "onnxruntime")
            run.pipeline.switch_backend("auto")
            wait_for_backend(run, "openvino")

    def test_another_size_does_not_bring_back_what_failed(self) -> None:
        with running(World(sizes={"wide": (96, 48)})) as run:
            break_newest(run)
            wait_for_backend(run, "onnxruntime")
            run.wait_for_problem("onnxruntime on CPU runs now")
            run.pipeline.switch_source("wide")
            run.wait_for_snapshot(lambda snapshot: snapshot.frame.image.shape[1] == 96)
            run.wait_until_settled()
            run.pipeline.change_settings({"height_size": 136})
            run.listener.wait_until(lambda: run.state.settings.height_size == 136)
            assert [spec.backend for spec, _ in run.world.loads] == ["openvino", *["onnxruntime"] * 3]
            assert run.state.fallback

    def test_the_users_choice_wins_over_what_is_being_loaded(self) -> None:
        with running() as run:
            run.world.load_go.clear()
            break_newest(run)
            run.wait_for_problem("onnxruntime on CPU is loaded in its place")
            run.pipeline.switch_backend("pytorch")
            assert run.state.switching.to == "pytorch"
            run.world.load_go.set()
            wait_for_backend(run, "pytorch")
            assert {backend.info.name for backend in run.world.backends if not backend.closes} == {"pytorch"}
            assert run.state.fallback is None
            assert run.state.settings.backend == "pytorch"

    def test_people_keep_their_ids(self) -> None:
        with running() as run:
            before = run.wait_for_snapshot().scene.people[0].id
            break_newest(run)
            wait_for_backend(run, "onnxruntime")
            assert run.wait_for_next_snapshot().scene.people[0].id == before


class TestHanging:
    def hang(self, run: Live) -> None:
        backend = run.world.backends[-1]
        backend.hold()
        assert backend.entered.wait(WAIT_S)

    def test_another_thread_takes_over_with_the_next_best(self) -> None:
        with running(World(Clock())) as run:
            person = run.wait_for_snapshot().scene.people[0].id
            self.hang(run)
            pass_time(run, lambda: run.pipeline.snapshots.newest().backend.name == "onnxruntime")
            run.wait_for_problem(f"openvino on CPU has not answered for {HANG_S:g} s; onnxruntime on CPU is loaded")
            wait_for_backend(run, "onnxruntime")
            run.wait_for_problem("onnxruntime on CPU runs now")
            assert run.wait_for_next_snapshot().scene.people[0].id == person
            old = run.world.backends[0]
            assert old.closes == 0, "nobody closes a network at work"
            old.go.set()
            wait_until(lambda: old.closes == 1)
            run.wait_for_next_snapshot()
            assert run.problems[-1].startswith("onnxruntime on CPU runs now")

    def test_a_slow_one_is_waited_for(self) -> None:
        with running(World(Clock())) as run:
            self.hang(run)
            begun = run.world.clock.now
            pass_time(run, lambda: run.world.clock.now > begun + HANG_S / 2)
            run.world.backends[0].go.set()
            run.wait_for_next_snapshot()
            assert len(run.world.loads) == 1

    def test_a_machine_that_slept_is_no_network_that_hangs(self) -> None:
        with running(World(Clock())) as run:
            self.hang(run)
            run.world.clock.now += 100 * HANG_S
            threading.Event().wait(10 * QUICK.tick_s)
            run.world.backends[0].go.set()
            run.wait_for_next_snapshot()
            assert len(run.world.loads) == 1

    def test_the_users_choice_frees_it_too(self) -> None:
        with running(World(Clock())) as run:
            self.hang(run)
            run.pipeline.switch_backend("pytorch")
            pass_time(run, lambda: run.pipeline.snapshots.newest().backend.name == "pytorch")
            wait_for_backend(run, "pytorch")
            run.world.backends[0].go.set()
            wait_until(lambda: run.world.backends[0].closes == 1)
            assert run.state.fallback is None

    def test_a_gpu_that_hangs_is_given_up_for_every_library(self) -> None:
        class OneGpu(World):
            def alternatives(self, spec):
                choices = [("pytorch", "cuda:0"), ("onnxruntime", "CUDA"), ("tensorrt", "cuda:0"), ("openvino", "CPU")]
                return [replace(spec, backend=backend, device=device) for backend, device in choices]

        with running(OneGpu(Clock()), settings=replace(SMALL, backend="pytorch", device="cuda:0")) as run:
            self.hang(run)
            pass_time(run, lambda: run.pipeline.snapshots.newest().backend.name == "openvino")
            assert [spec.backend for spec, _ in run.world.loads] == ["pytorch", "openvino"]
            run.world.backends[0].go.set()
            wait_until(lambda: run.world.backends[0].closes == 1)

    def test_a_replacement_whose_loading_hangs_is_passed_over(self) -> None:
        with running(World(Clock(), stuck={"onnxruntime"})) as run:
            break_newest(run)
            pass_time(run, lambda: run.pipeline.snapshots.newest().backend.name == "pytorch")
            run.wait_for_problem("loading onnxruntime is stuck and was given up")
            run.wait_for_problem("pytorch on CPU runs now, since openvino on CPU failed")
            run.world.unstuck.set()
            wait_until(lambda: len(run.world.backends) == 3 and run.world.backends[2].closes == 1)
            assert run.state.backend.name == "pytorch", "what came too late is thrown away"

    def test_a_switch_that_hangs_keeps_nobody_from_another(self) -> None:
        with running(World(Clock(), stuck={"onnxruntime"})) as run:
            run.pipeline.switch_backend("onnxruntime")
            pass_time(run, lambda: run.state.switching is None)
            assert run.state.backend.name == "openvino"
            run.pipeline.switch_backend("pytorch")
            wait_for_backend(run, "pytorch")
            run.world.unstuck.set()
            wait_until(lambda: sum(backend.closes for backend in run.world.backends) == 2)

    def test_only_so_many_threads_are_left_behind(self) -> None:
        class Many(World):
            def alternatives(self, spec):
                return [replace(spec, backend="pytorch", device=f"cuda:{number}") for number in range(9)]

        with running(Many(Clock())) as run:
            for count in range(MAX_STUCK_THREADS):
                self.hang(run)
                wanted = f"cuda:{count}"
                pass_time(run, lambda: run.pipeline.snapshots.newest().backend.device == wanted)  # noqa: B023
                run.wait_until_settled()
            self.hang(run)
            pass_time(run, lambda: "like others before" in (run.pipeline.health() or ""))
            assert len(run.world.loads) == 1 + MAX_STUCK_THREADS
            for backend in run.world.backends:
                backend.go.set()
            wait_until(lambda: sum(backend.closes for backend in run.world.backends) == MAX_STUCK_THREADS)
            run.wait_for_next_snapshot()
            wait_until(lambda: run.pipeline.health() is None)

    def test_closing_while_one_hangs_closes_nothing_under_it(self) -> None:
        with running(World(Clock()), timing=replace(QUICK, join_s=0.02)) as run:
            self.hang(run)
            run.pipeline.close()
            assert run.world.backends[0].closes == 0
            run.world.backends[0].go.set()
            wait_for_threads_to_end()
            run.world.backends[0].close()


def wait_until(condition: Callable[[], object]) -> None:
    for _ in range(4000):
        if condition():
            return
        threading.Event().wait(0.005)
    raise AssertionError("it never came true")
