"""The floor in the live view: found while it runs, held while something is made of it, another for another source."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from typing import ClassVar

import numpy as np
import pytest

from engine.extrinsics import NAMED, SourceCamera
from engine.geometry import CameraSpec
from engine.pipeline import StateEvent
from engine.processor import Processor
from engine.settings import Settings
from engine.types import Backend, Frame, Snapshot
from tests.engine.floor.recorded import stage_decoded
from tests.engine.pipeline.live import Live, live
from tests.fakes import World

STAGE = Settings(source="stage", backend="openvino", height_size=128)


class OnStage:
    """Sees the people of the demo clip in every picture, 10 pictures per second."""

    made: ClassVar[list[Snapshot]] = []
    """Of every frame, in order; a reader of the pipeline sees the newest alone."""

    def __init__(self, backend: Backend, settings: Settings, camera: CameraSpec) -> None:
        self.backend = backend
        self._processor = Processor(backend, settings, camera)
        self.reconfigure, self.restart_tracking = self._processor.reconfigure, self._processor.restart_tracking
        self._decoded = list(stage_decoded())
        self._count = 0

    def process(self, frame: Frame) -> Snapshot:
        count = self._count = self._count + 1
        one = self._decoded[count % len(self._decoded)]
        at = replace(one.frame, index=frame.index, time=count / 10)
        snapshot = self._processor.follow(replace(one, frame=at))
        self.made.append(snapshot)
        return snapshot


@contextmanager
def on_stage(settings: Settings = STAGE) -> Iterator[Live]:
    world = World(sizes={"stage": (1280, 720), "other": (1280, 720)})
    with live(world, settings, parts=replace(world.parts, processor=OnStage)) as run:
        yield run


def pose(snapshot: Snapshot) -> str:
    return snapshot.scene.camera.provenance.pose


def estimated(snapshot: Snapshot) -> bool:
    return pose(snapshot) == "estimated"


def test_it_is_found_and_then_kept() -> None:
    with on_stage() as run:
        assert run.wait_for_snapshot().scene.camera.provenance.pose in ("default", "estimated")
        run.wait_for_snapshot(estimated)
        run.listener.wait_until(lambda: run.state.floor.status.state == "frozen")
        camera = run.wait_for_next_snapshot().scene.camera
        assert run.state.camera is not None
        np.testing.assert_array_equal(camera.R, run.state.camera.R)
        assert camera.tilt_down == pytest.approx(7.1, abs=3)
        assert camera.provenance.revision >= 1
        assert camera.floor is not None
        assert any(isinstance(event, StateEvent) for event in run.listener.events)


def test_bodies_do_not_jump_when_the_camera_is_corrected() -> None:
    """Smoothing is in the camera's frame, so that only the world turns."""
    with on_stage() as run:
        run.wait_for_snapshot(estimated)
        for _ in range(60):
            run.wait_for_next_snapshot()
        seen = OnStage.made[-60:]
    steps = [
        np.abs(mine.pose3d.joints - its.pose3d.joints).max()
        for one, other in pairwise(seen)
        for mine in one.scene.people
        for its in other.scene.people
        if mine.id == its.id
        and mine.pose3d is not None
        and its.pose3d is not None
        and 0 < other.scene.time - one.scene.time < 0.15
    ]
    assert steps
    assert max(steps) < 1.0


def test_what_is_made_of_it_holds_it() -> None:
    with on_stage() as run:
        run.wait_for_snapshot(estimated)
        run.pipeline.hold_floor("recording")
        assert run.state.floor.status.state == "frozen"
        run.wait_for_next_snapshot()
        held = {run.wait_for_next_snapshot().scene.camera.provenance.revision for _ in range(50)}
        assert len(held) == 1
        run.pipeline.release_floor("recording")
        assert run.state.floor.status.state == "frozen"


def test_switched_off_it_is_not_used() -> None:
    with on_stage() as run:
        run.wait_for_snapshot(estimated)
        run.pipeline.change_settings({"level": "off"})
        run.wait_for_snapshot(lambda snapshot: pose(snapshot) == "default")
        assert (run.state.floor.status.state, run.state.floor.estimate) == ("off", None)
        run.pipeline.change_settings({"level": "auto"})
        run.wait_for_snapshot(estimated)


def test_a_camera_file_wins() -> None:
    with on_stage() as run:
        run.wait_for_snapshot(estimated)
        run.pipeline.set_calibration(NAMED["reference"])
        run.wait_for_snapshot(lambda snapshot: pose(snapshot) == "file")
        assert run.state.floor.status.reason == "the camera is known"
        for _ in range(20):
            assert pose(run.wait_for_next_snapshot()) == "file"
        run.pipeline.set_calibration(None)
        run.wait_for_snapshot(estimated)


def test_another_source_begins_again() -> None:
    with on_stage() as run:
        run.wait_for_snapshot(estimated)
        run.listener.wait_until(lambda: run.state.floor.status.state == "frozen")
        before = run.state.floor.estimate
        run.pipeline.change_settings({"source": "other"})
        run.listener.wait_until(lambda: run.state.settings.source == "other")
        run.listener.wait_until(lambda: run.state.floor.estimate not in (None, before))


def test_a_remembered_floor_is_kept() -> None:
    with on_stage() as run:
        found = run.wait_for_snapshot(estimated).scene.camera
        remembered = CameraSpec(found.R, 1.05 * found.t, found.up, floor=found.floor)
        run.pipeline.recall_cameras(lambda _: SourceCamera(estimated=remembered))
        run.pipeline.change_settings({"source": "other"})
        run.listener.wait_until(lambda: run.state.settings.source == "other")
        run.listener.wait_until(lambda: run.state.floor.status.state == "frozen")
        for _ in range(30):
            camera = run.wait_for_next_snapshot().scene.camera
            np.testing.assert_allclose(camera.R, remembered.R, atol=1e-6)
            np.testing.assert_allclose(camera.t, remembered.t, atol=1e-6)


def test_it_is_looked_for_again_when_asked() -> None:
    with on_stage() as run:
        run.wait_for_snapshot(estimated)
        before = run.state.floor.estimate
        run.pipeline.find_floor_again()
        run.listener.wait_until(lambda: run.state.floor.estimate not in (None, before))
