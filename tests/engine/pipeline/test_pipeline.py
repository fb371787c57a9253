"""A running pipeline: snapshots, statistics, health, pauses, and an end without leftovers."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from engine.geometry import DEFAULT_CAMERA
from engine.pipeline import Pipeline, ProgressEvent
from engine.types import BackendInfo
from tests.engine.pipeline.live import SMALL, live, posecast_threads
from tests.fakes import QUICK, WAIT_S, Clock, World


def test_frames_become_snapshots_with_people() -> None:
    with live() as run:
        snapshot = run.wait_for_snapshot()
        assert snapshot.backend == BackendInfo("openvino", "CPU", "fp32")
        assert len(snapshot.scene.people) == 1
        assert run.world.loads == [(SMALL.model_spec, (128, 176))]
        assert {"preprocess", "infer", "decode", "lift", "fit", "track"} <= snapshot.stage_ms.keys()


def test_the_start_is_told_step_by_step() -> None:
    with live() as run:
        run.wait_for_snapshot()
        steps = [(e.task, e.step) for e in run.listener.events if isinstance(e, ProgressEvent)]
        assert steps[:3] == [("start", "open"), ("start", "load"), ("start", "compile")]


def test_pictures_flow_while_the_network_loads() -> None:
    world = World()
    world.load_go.clear()
    with live(world) as run:
        run.listener.wait_for(lambda event: isinstance(event, ProgressEvent) and event.step == "compile")
        seen, frame = run.pipeline.frames.wait_newer(0, WAIT_S)
        assert run.pipeline.frames.wait_newer(seen, WAIT_S) is not None
        assert frame.image.shape == (48, 64, 3)
        assert run.state.status == "starting"
        assert run.state.backend is None
        assert run.state.switching.to == "openvino"
        assert run.pipeline.health() == "the network is being loaded"
        world.load_go.set()
        run.wait_for_snapshot()
        assert run.state.status == "running"
        assert run.pipeline.health() is None


def test_the_newest_frame_wins_and_overtaken_ones_are_counted() -> None:
    world = World(feeding=False)
    with live(world) as run:
        source, backend = run.start_fed()
        before = run.state.stats
        backend.hold()
        source.feed()
        assert backend.entered.wait(WAIT_S)
        source.feed(5)
        run.wait_for_frame(7)
        backend.go.set()
        run.wait_for_snapshot(lambda snapshot: snapshot.frame.index == 7)
        stats = run.state.stats
        assert stats.captured == 8
        assert stats.dropped - before.dropped == 4
        assert stats.processed - before.processed == 2


def test_the_numbers_of_the_last_seconds() -> None:
    clock = Clock()
    world = World(clock, feeding=False)
    with live(world) as run:
        source, _ = run.start_fed()
        clock.now += 100
        for index in range(2, 10):
            clock.now += 0.1
            source.feed()
            run.wait_for_snapshot(lambda snapshot, index=index: snapshot.frame.index == index)
        stats = run.state.stats
        assert stats.fps == pytest.approx(10)
        assert stats.latency_ms == (0, 0)
        assert stats.people == 1
        assert stats.stage_ms["infer"] > 0
        clock.now += 100
        assert run.state.stats.fps == 0
        assert run.state.stats.processed == stats.processed


def test_latency_is_from_capture_to_snapshot() -> None:
    clock = Clock()
    world = World(clock, feeding=False)
    with live(world) as run:
        source, backend = run.start_fed()
        clock.now += 100
        backend.hold()
        source.feed()
        assert backend.entered.wait(WAIT_S)
        clock.now += 0.25
        backend.go.set()
        run.wait_for_snapshot(lambda snapshot: snapshot.frame.index == 2)
        assert run.state.stats.latency_ms == pytest.approx((250, 250))


def test_health_says_when_nothing_was_processed_for_long() -> None:
    clock = Clock()
    world = World(clock, feeding=False)
    with live(world) as run:
        assert run.pipeline.health() == "the first frame has not come yet"
        source, _ = run.start_fed()
        clock.now += QUICK.stall_s - 0.1
        assert run.pipeline.health() is None
        clock.now += 0.2
        assert run.pipeline.health() == "no frame was processed for 5 s"
        source.feed()
        run.wait_for_snapshot(lambda snapshot: snapshot.frame.index == 2)
        assert run.pipeline.health() is None
    assert run.pipeline.health() == "the engine is not running"


def test_a_pause_closes_the_source_and_keeps_the_newest_snapshot() -> None:
    clock = Clock()
    with live(World(clock)) as run:
        run.wait_for_snapshot()
        run.pipeline.pause()
        run.pipeline.pause()
        assert run.world.sources[0].closes == 1
        assert run.state.status == "paused"
        assert run.state.camera is not None
        newest = run.pipeline.snapshots.newest()
        clock.now += 1000
        assert run.pipeline.health() is None
        run.pipeline.resume()
        run.pipeline.resume()
        assert run.pipeline.health() is None
        run.world.wait_for_source(2)
        assert run.wait_for_next_snapshot() is not newest
        assert len(run.world.sources) == 2
        assert len(run.world.loads) == 1


def test_the_camera_is_of_the_frame() -> None:
    with live() as run:
        run.wait_for_snapshot()
        camera = run.state.camera
        assert camera.image_size == (64, 48)
        assert np.array_equal(camera.R, DEFAULT_CAMERA.R)


def test_closing_leaves_nothing_and_may_be_repeated() -> None:
    with live() as run:
        run.wait_for_snapshot()
        run.pipeline.close()
        assert posecast_threads() == []
        assert [source.closes for source in run.world.sources] == [1]
        assert [backend.closes for backend in run.world.backends] == [1]
        assert run.pipeline.snapshots.closed
        assert run.pipeline.frames.closed
        assert run.state.status == "stopped"


def test_closing_need_not_wait_for_a_network_that_loads() -> None:
    world = World()
    world.load_go.clear()
    with live(world) as run:
        run.listener.wait_for(lambda event: isinstance(event, ProgressEvent) and event.step == "compile")
        run.pipeline.close()
        assert posecast_threads() == []
        assert run.problems == []


def test_closing_while_the_network_computes_waits_for_it() -> None:
    with live() as run:
        run.wait_for_snapshot()
        backend = run.world.backends[0]
        backend.hold()
        assert backend.entered.wait(WAIT_S)
        closing = threading.Thread(target=run.pipeline.close)
        closing.start()
        closing.join(10 * QUICK.tick_s)
        assert closing.is_alive()
        assert backend.closes == 0
        backend.go.set()
        closing.join(WAIT_S)
        assert backend.closes == 1


def test_a_pipeline_that_was_never_started_can_be_closed() -> None:
    pipeline = Pipeline(SMALL, parts=World().parts)
    assert pipeline.state().status == "stopped"
    pipeline.resume()
    pipeline.close()
    assert posecast_threads() == []


def test_a_failing_listener_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    def fail(event: object) -> None:
        raise ZeroDivisionError

    with live() as run:
        run.wait_for_snapshot()
        run.wait_until_settled()
        unsubscribe = run.pipeline.subscribe(fail)
        run.pipeline.change_settings({"smoothing": False})
        assert "a listener failed" in caplog.text
        unsubscribe()
        caplog.clear()
        run.pipeline.change_settings({"smoothing": True})
        assert caplog.text == ""
        run.wait_for_next_snapshot()
