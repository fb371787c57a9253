"""The delayed start: the floor of the first seconds is that of every scene, and people stay who they are."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from engine import floor_first
from engine.capture.stage.scene import CAMERA
from engine.floor_first import find_floor_first, following_the_floor
from engine.geometry import DEFAULT_CAMERA, Array, Camera
from engine.infer import Inference, Result
from engine.processor import Decoded, Processor
from engine.settings import Settings
from engine.types import Snapshot
from tests.engine.floor.recorded import stage_decoded

STAGE = Path(__file__).parents[2] / "engine" / "assets" / "stage.mp4"
SETTINGS = Settings(source=str(STAGE))


def processor() -> Processor:
    return Processor(cast(Any, None), SETTINGS, DEFAULT_CAMERA)


def run(decoded: Iterator[Decoded], *, pictures: bool = False) -> Iterator[Snapshot]:
    one = processor()
    return map(one.follow, find_floor_first(decoded, one, SETTINGS, pictures=pictures, holding=lambda count: None))


def off_deg(camera: Camera) -> float:
    """Degrees from the true direction up of the demo clip."""
    up = camera.R @ camera.up_vector
    return float(np.degrees(np.arccos(np.clip(up @ (CAMERA.R @ CAMERA.up_vector), -1, 1))))


def ankles(camera: Camera, snapshot: Snapshot) -> Array:
    bodies = [camera.world_from_camera(one.pose3d.joints) for one in snapshot.lifted if one.pose3d is not None]
    return np.array([body[[8, 14], 1].min() for body in bodies])


def test_all_scenes_share_the_camera_that_the_people_told() -> None:
    snapshots = list(run(stage_decoded()))
    cameras = [snapshot.scene.camera for snapshot in snapshots]
    assert {camera.provenance.pose for camera in cameras} == {"estimated"}
    assert all(np.array_equal(camera.R, cameras[0].R) and np.array_equal(camera.t, cameras[0].t) for camera in cameras)
    assert off_deg(cameras[0]) < 3
    np.testing.assert_allclose(cameras[0].position[[0, 2]], 0, atol=1e-9)
    assert cameras[0].floor is not None
    heights = np.concatenate([ankles(cameras[0], snapshot) for snapshot in snapshots])
    assert abs(np.median(heights) - 0.08) < 0.1


def test_people_are_those_of_an_immediate_start() -> None:
    at_once = processor()
    late, early = list(run(stage_decoded())), [at_once.follow(one) for one in stage_decoded()]
    assert [snapshot.scene.frame_index for snapshot in late] == [snapshot.scene.frame_index for snapshot in early]
    for one, other in zip(late, early, strict=True):
        assert [person.id for person in one.scene.people] == [person.id for person in other.scene.people]
        for mine, its in zip(one.scene.people, other.scene.people, strict=True):
            np.testing.assert_array_equal(mine.pose2d.keypoints, its.pose2d.keypoints)


@pytest.mark.parametrize(("limit", "value"), [("PEOPLE_S", 2.0), ("MAX_HELD_S", 2.0), ("MAX_HELD_BYTES", 200_000)])
def test_no_more_is_held_than_necessary(limit: str, value: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(floor_first, limit, value)
    read: list[Decoded] = []

    def counted() -> Iterator[Decoded]:
        for one in stage_decoded():
            read.append(one)
            yield one

    snapshots = run(counted(), pictures=True)
    first = next(snapshots)
    assert 10 < len(read) < 30
    rest = list(snapshots)
    assert len(rest) == 99
    assert all(np.array_equal(one.scene.camera.R, first.scene.camera.R) for one in rest)


def test_nobody_for_a_long_time_keeps_the_neutral_camera() -> None:
    empty = (replace(one, poses=()) for one in stage_decoded())
    snapshots = list(run(empty))
    assert len(snapshots) == 100
    assert {snapshot.scene.camera.provenance.pose for snapshot in snapshots} == {"default"}


def test_pictures_are_held_compressed_or_not_at_all() -> None:
    kept = next(run(stage_decoded(), pictures=True)).frame.image
    assert kept.shape == (720, 1280, 3)
    assert np.abs(kept.astype(int) - 90).max() <= 2
    dropped = next(run(stage_decoded())).frame.image
    assert (dropped.shape, dropped.strides) == ((720, 1280, 3), (0, 0, 0))


def test_live_sources_do_not_wait() -> None:
    one = processor()
    snapshots = list(map(following_the_floor(one, SETTINGS), stage_decoded()))
    assert snapshots[0].scene.camera.provenance.pose == "default"
    assert snapshots[-1].scene.camera.provenance.pose == "estimated"
    assert off_deg(snapshots[-1].scene.camera) < 3


def test_a_known_camera_is_not_estimated() -> None:
    known = processor()
    known.reconfigure(SETTINGS, replace(DEFAULT_CAMERA, provenance=replace(DEFAULT_CAMERA.provenance, pose="file")))
    snapshots = list(map(following_the_floor(known, SETTINGS), stage_decoded()))
    assert {snapshot.scene.camera.provenance.pose for snapshot in snapshots} == {"file"}


@pytest.mark.parametrize(("level", "pose"), [("auto", "estimated"), ("off", "default")])
def test_infer_from_pictures_to_scenes(level: str, pose: str) -> None:
    settings = SETTINGS.changed({"level": level, "backend": "openvino", "precision": "fp32", "height_size": 192})

    def results() -> list[Result]:
        with Inference(settings, max_frames=8) as inference:
            inference.load(lambda *_: None)
            with contextlib.closing(inference.results(drawn=True)) as found:
                return list(found)

    found = results()
    assert [result.wire["frame"] for result in found] == list(range(8))
    assert {result.wire["camera"]["source"] for result in found} == {pose}
    assert all(result.overlay is not None and result.overlay.shape == (720, 1280, 3) for result in found)
