"""Concurrent changes: after switches, pauses and changes in any order, nothing is lost or left over."""

from __future__ import annotations

import random
import threading

import pytest

from engine.errors import PosecastError
from engine.pipeline import Choice
from tests.engine.pipeline.live import Live, live
from tests.fakes import WAIT_S, World, refusal

BACKENDS = ("pytorch", "openvino", "onnxruntime", "tensorrt", "caffe", "auto")
SOURCES = ("demo", "wide", "tall", "nowhere", "rtsp://camera/1")


def _do_something(run: Live, chance: random.Random) -> bool:
    """Whether it was accepted."""
    try:
        _do(run, chance)
    except PosecastError:
        return False
    return True


def _do(run: Live, chance: random.Random) -> None:
    pipeline, world = run.pipeline, run.world
    what = chance.randrange(12)
    if what <= 2:
        pipeline.switch_backend(chance.choice(BACKENDS))
    elif what <= 4:
        pipeline.switch_source(chance.choice(SOURCES))
    elif what == 5:
        pipeline.change_settings({"height_size": chance.choice((128, 136)), "smoothing": chance.random() < 0.5})
    elif what == 6:
        pipeline.change_settings({"min_score": chance.random() / 2, "fx": chance.choice((None, 50, 70))})
    elif what == 7:
        (pipeline.pause if chance.random() < 0.5 else pipeline.resume)()
    elif what == 8:
        world.sources[-1].fail(refusal("the cable is out"))
    elif what == 9:
        pipeline.comparisons.begin(Choice(chance.choice(BACKENDS)), Choice(chance.choice(BACKENDS)))
    elif what == 10:
        pipeline.comparisons.end()
    else:
        world.backends[-1].error = chance.choice((None, refusal("out of memory")))


@pytest.mark.parametrize("seed", [*range(6), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(6, 206))])
def test_fifty_random_changes(seed: int) -> None:
    chance = random.Random(seed)
    world = World(sizes={"wide": (96, 48), "tall": (48, 64)}, fixed=seed % 2 == 0)
    world.open_errors["nowhere"] = refusal("nowhere does not exist")
    world.load_errors["onnxruntime"] = refusal("onnxruntime is broken")
    with live(world) as run:
        run.wait_for_snapshot()
        refused = 0
        for _ in range(50):
            refused += not _do_something(run, chance)
            if chance.random() < 0.7:
                run.listener.wait_until(lambda: run.state.switching is None)
            _read_everything(run)
        assert 0 < refused < 50
        run.listener.wait_until(lambda: run.state.switching is None)
        for backend in world.backends:
            backend.error = None
        run.pipeline.comparisons.end()
        run.pipeline.comparisons.join()
        run.pipeline.resume()
        snapshot = run.wait_for_next_snapshot()
        state = run.state
        assert snapshot.backend == state.backend
        assert snapshot.scene.camera.image_size == snapshot.frame.image.shape[1::-1] == state.camera.image_size
        used = [backend for backend in world.backends if not backend.closes]
        assert [backend.info for backend in used] == [state.backend], "one network is open, all others are closed"
        assert sum(not source.closes for source in world.sources) <= 1, "0 where it is just being opened again"


def test_many_threads_change_things_at_once() -> None:
    world = World(sizes={"wide": (96, 48)})
    with live(world) as run:
        run.wait_for_snapshot()
        failures = []

        def change(seed: int) -> None:
            chance = random.Random(seed)
            try:
                for _ in range(20):
                    _do_something(run, chance)
            except Exception as error:  # noqa: BLE001 - shown by the assertion below
                failures.append(error)

        threads = [threading.Thread(target=change, args=(seed,)) for seed in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(WAIT_S)
        assert failures == []


@pytest.mark.parametrize("seed", range(8))
def test_closing_in_the_midst_of_it(seed: int) -> None:
    chance = random.Random(100 + seed)
    world = World(sizes={"wide": (96, 48)})
    with live(world) as run:
        if seed % 4:
            run.wait_for_snapshot()
        if seed % 2:
            world.load_go.clear()
        for _ in range(seed if seed % 4 else 0):
            _do_something(run, chance)
        run.pipeline.close()
        with pytest.raises(PosecastError):
            run.pipeline.switch_backend("pytorch")


def _read_everything(run: Live) -> None:
    state = run.state
    run.pipeline.health()
    assert state.stats.processed + state.stats.dropped <= state.stats.captured
