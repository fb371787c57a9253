"""Comparisons of two backends on the live picture, which continues whatever happens to them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from engine.errors import PosecastError
from engine.geometry import CameraSpec
from engine.pipeline import (
    BackendUnavailable,
    Choice,
    Comparison,
    ProgressEvent,
    SwitchInProgress,
    UnknownBackend,
    comparer,
    worker,
)
from engine.pipeline.comparison import STAGES, WINDOW_FRAMES, Figures
from engine.pipeline.worker import Turns
from engine.processor import Processor
from engine.settings import Settings
from engine.types import Backend, Frame, Person, Pose3D, Snapshot
from tests.engine.pipeline.live import Live, live
from tests.fakes import WAIT_S, FakeBackend, FakeSource, World, refusal
from tests.webapp.people import joints, person, snapshot

A, B = Choice("openvino"), Choice("pytorch", "CPU", "bf16")


def eventually(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.005)


def begin(run: Live, a: Choice = A, b: Choice = B, *, frames: int = 2) -> Comparison:
    """A comparison of so many frames."""
    run.wait_for_snapshot()
    run.wait_until_settled()
    run.pipeline.comparisons.begin(a, b)
    return after(run, frames)


def after(run: Live, frames: int) -> Comparison:
    eventually(lambda: run.state.comparison.frames >= frames)
    return run.state.comparison


def sides_of(run: Live) -> list[FakeBackend]:
    """The networks that were loaded beside the first one."""
    return run.world.backends[1:]


class TestRunning:
    def test_both_are_timed_and_compared_while_the_view_goes_on(self) -> None:
        with live() as run:
            now = begin(run)
            assert now.status == "running"
            assert [side.asked for side in now.sides] == [A, B]
            assert [side.runs for side in now.sides] == [network.info for network in sides_of(run)]
            for side in now.sides:
                assert side.stage_ms.keys() == set(STAGES)
                assert side.stage_ms["decode"] > 0
                assert side.people == 1
            assert now.difference == {"people": 1, "oks": 1, "px": 0, "mm": 0}
            assert run.wait_for_next_snapshot().backend == run.state.backend
            assert [(spec.backend, spec.device, spec.precision) for spec, _ in run.world.loads[1:]] == [
                ("openvino", "auto", "auto"),
                ("pytorch", "CPU", "bf16"),
            ]
            assert run.problems == []

    def test_loading_is_told_step_by_step(self) -> None:
        with live() as run:
            run.wait_for_snapshot()
            run.wait_until_settled()
            run.world.load_go.clear()
            run.pipeline.comparisons.begin(A, B)
            told = run.listener.wait_for(lambda e: isinstance(e, ProgressEvent) and e.task == "comparison")
            assert (told.step, told.fraction, told.message) == ("compile", 0.5, "compiling")
            now = run.state.comparison
            assert (now.status, now.step, now.frames, now.difference) == ("loading", "compile", 0, {})
            assert run.wait_for_next_snapshot()
            run.world.load_go.set()
            assert after(run, 1).step == ""

    def test_changed_settings_hold_for_both(self) -> None:
        with live() as run:
            begin(run)
            run.pipeline.change_settings({"min_score": 1.0})
            eventually(lambda: all(side.people < 1 for side in run.state.comparison.sides))

    def test_switching_what_runs_leaves_it_alone(self) -> None:
        with live() as run:
            frames = begin(run).frames
            run.pipeline.switch_backend("pytorch")
            run.wait_for_snapshot(lambda made: made.backend.name == "pytorch")
            run.wait_until_settled()
            assert after(run, frames + 3).status == "running"
            assert [network.closes for network in run.world.backends] == [1, 0, 0, 0]

    def test_networks_are_asked_also_about_a_recording(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: set[bool] = set()
        read = FakeSource.read
        monkeypatch.setattr(FakeSource, "read", lambda self: replayed(read(self)))

        class Watching(Processor):
            def process(self, frame: Frame) -> Snapshot:
                asked.add(frame.recorded is None)
                return super().process(frame)

        def processor(backend: Backend, settings: Settings, camera: CameraSpec) -> Processor:
            first = len(world.backends) == 1
            return (Processor if first else Watching)(backend, settings, camera)

        world = World()
        with live(world, parts=replace(world.parts, processor=processor)) as run:
            begin(run)
        assert asked == {True}


def replayed(frame: Frame | None) -> Frame | None:
    return frame and replace(frame, recorded=snapshot(frame.index))


class TestEnding:
    def test_on_demand(self) -> None:
        with live() as run:
            begin(run)
            run.pipeline.comparisons.end()
            assert run.state.comparison is None
            eventually(lambda: [network.closes for network in run.world.backends] == [0, 1, 1])
            run.pipeline.comparisons.end()
            assert run.wait_for_next_snapshot()
            assert run.problems == []

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [({"source": "other"}, "the source has changed"), ({"height_size": 136}, "the network's height has changed")],
    )
    def test_when_frames_become_others_the_figures_stay(self, changes: dict[str, object], reason: str) -> None:
        with live() as run:
            begin(run)
            run.pipeline.change_settings(changes)
            eventually(lambda: run.state.comparison.status == "ended")
            now = run.state.comparison
            assert now.step == reason
            assert now.difference["oks"] == 1
            assert [network.closes for network in sides_of(run)[:2]] == [1, 1]
            run.pipeline.comparisons.end()
            assert run.state.comparison is None

    def test_after_enough_frames(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(comparer, "MOST_FRAMES", 3)
        with live() as run:
            begin(run)
            run.listener.wait_until(lambda: run.state.comparison.status == "ended")
            assert (run.state.comparison.frames, run.state.comparison.step) == (3, "3 frames were compared")
            assert [network.closes for network in run.world.backends] == [0, 1, 1]

    def test_by_another_comparison(self) -> None:
        with live() as run:
            begin(run)
            now = begin(run, Choice("onnxruntime"), B)
            assert [side.runs.name for side in now.sides] == ["onnxruntime", "pytorch"]
            assert [network.closes for network in run.world.backends] == [0, 1, 1, 0, 0]

    def test_while_it_is_being_loaded(self) -> None:
        with live() as run:
            run.wait_for_snapshot()
            run.wait_until_settled()
            run.world.load_go.clear()
            run.pipeline.comparisons.begin(A, B)
            run.pipeline.comparisons.end()
            run.pipeline.comparisons.begin(B, A)
            run.world.load_go.set()
            assert after(run, 1).sides[0].asked == B

    @pytest.mark.parametrize("loading", [True, False])
    def test_with_the_pipeline(self, loading: bool) -> None:
        """`live` asserts that nothing is left."""
        with live() as run:
            run.wait_for_snapshot()
            run.wait_until_settled()
            if loading:
                run.world.load_go.clear()
            run.pipeline.comparisons.begin(A, B)
            eventually(lambda: run.state.comparison.status == ("loading" if loading else "running"))
            run.pipeline.close()
            with pytest.raises(PosecastError, match="not running"):
                run.pipeline.comparisons.begin(A, B)


class TestTroubles:
    @pytest.mark.parametrize(
        ("error", "told"),
        [
            (refusal("pytorch is broken"), "the comparison has ended: pytorch is broken"),
            (ZeroDivisionError("oh"), "the comparison has ended: pytorch failed: oh"),
        ],
    )
    def test_what_does_not_load_is_told_and_the_view_goes_on(self, error: Exception, told: str) -> None:
        with live(World(load_errors={"pytorch": error})) as run:
            run.wait_for_snapshot()
            run.wait_until_settled()
            run.pipeline.comparisons.begin(A, B)
            assert run.wait_for_problem(told).hint
            eventually(lambda: run.state.comparison is None)
            assert run.wait_for_next_snapshot().backend.name == "openvino"
            assert [network.closes for network in run.world.backends] == [0, 1]

    @pytest.mark.parametrize("side", [0, 1])
    def test_what_fails_on_a_frame_is_told_and_the_view_goes_on(self, side: int) -> None:
        with live() as run:
            begin(run)
            sides_of(run)[side].error = refusal("out of memory")
            run.wait_for_problem("the comparison has ended: out of memory")
            eventually(lambda: run.state.comparison is None)
            assert run.wait_for_next_snapshot()
            assert run.pipeline.health() is None
            assert [network.closes for network in run.world.backends] == [0, 1, 1]

    def test_a_network_that_hangs_does_not_take_the_view_along(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(worker, "LONGEST_TURN_S", 0.02)
        with live() as run:
            begin(run)
            stuck = sides_of(run)[1]
            stuck.hold()
            assert stuck.entered.wait(WAIT_S)
            for _ in range(3):
                run.wait_for_next_snapshot()
            stuck.go.set()
            after(run, run.state.comparison.frames + 1)


class TestRefusals:
    @pytest.mark.parametrize(
        ("choice", "kind", "told"),
        [
            (Choice("caffe"), UnknownBackend, "caffe"),
            (Choice("tensorrt"), BackendUnavailable, "no NVIDIA GPU"),
            (Choice("pytorch", "cuda:7"), BackendUnavailable, "cuda:7"),
            (Choice("auto", "auto", "fp7"), PosecastError, "fp7"),
            (A, PosecastError, "the same"),
        ],
    )
    def test_what_cannot_be_compared(self, choice: Choice, kind: type[PosecastError], told: str) -> None:
        with live() as run:
            run.wait_for_snapshot()
            run.wait_until_settled()
            with pytest.raises(kind, match=told):
                run.pipeline.comparisons.begin(A, choice)
            assert run.state.comparison is None

    def test_while_something_is_being_loaded(self) -> None:
        with live() as run:
            run.wait_for_snapshot()
            run.wait_until_settled()
            run.world.load_go.clear()
            run.pipeline.switch_backend("pytorch")
            with pytest.raises(SwitchInProgress, match="pytorch"):
                run.pipeline.comparisons.begin(A, B)
            run.world.load_go.set()
            run.wait_until_settled()
            run.world.load_go.clear()
            run.pipeline.comparisons.begin(A, B)
            with pytest.raises(SwitchInProgress, match="another comparison"):
                run.pipeline.comparisons.begin(B, A)


class TestTurns:
    def test_neither_computes_while_the_other_does(self) -> None:
        taking, busy, overlaps, counts = Turns(), [0], [], {"live": 0, "comparison": 0}

        def work(name: str, turn: Callable[[], object]) -> None:
            while min(counts.values()) < 200:
                with turn():  # type: ignore[attr-defined]
                    busy[0] += 1
                    overlaps.extend([name] if busy[0] > 1 else [])
                    counts[name] += 1
                    busy[0] -= 1

        threads = [
            threading.Thread(target=work, args=given)
            for given in (("live", taking.live), ("comparison", taking.comparison))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(WAIT_S)
            assert not thread.is_alive(), f"one side starved: {counts}"
        assert overlaps == []


class TestFigures:
    def test_of_nothing(self) -> None:
        figures = Figures()
        assert (figures.stage_ms(0), figures.people(1)) == ({}, None)
        assert figures.difference() == {"people": None, "oks": None, "px": None, "mm": None}

    def test_medians_means_and_distances(self) -> None:
        figures = Figures()
        for index, ms in enumerate((10.0, 90.0, 12.0)):
            figures.add(
                made(index, ms, [person(1)]), made(index, ms / 2, [aside(3.0), person(2, x=0.8)][: 1 + index % 2])
            )
        assert (figures.stage_ms(0)["infer"], figures.stage_ms(1)["infer"]) == (12.0, 6.0)
        assert (figures.people(0), figures.people(1)) == (1, pytest.approx(4 / 3))
        difference = figures.difference()
        assert difference["people"] == 1
        assert difference["px"] == pytest.approx(3.0, abs=1e-3)
        assert difference["mm"] == pytest.approx(0.0, abs=0.1)
        assert 0.5 < difference["oks"] < 1

    def test_the_newest_count(self) -> None:
        figures = Figures()
        for index in range(WINDOW_FRAMES + 60):
            figures.add(made(index, 50.0 if index < 60 else 5.0, []), made(index, 1.0, []))
        assert figures.frames == WINDOW_FRAMES + 60
        assert figures.stage_ms(0)["infer"] == 5.0


def made(index: int, ms: float, people: Sequence[Person]) -> Snapshot:
    return replace(snapshot(index, tuple(people)), stage_ms=dict.fromkeys(STAGES, ms))


def aside(pixels: float) -> Person:
    """Somebody so far to the right, the body the same."""
    one = person(1)
    moved = one.pose2d.keypoints.copy()
    moved[:, 0] += pixels
    return replace(one, pose2d=replace(one.pose2d, keypoints=moved), pose3d=Pose3D(joints() + 0.5))
