"""A network that finds nobody: said once, and only where its input may be the reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.nobody import FRAMES
from engine.pipeline.empty_scenes import EmptyScenes
from engine.pipeline.events import Announcer, Event, ProblemEvent
from engine.types import BackendInfo, Snapshot
from tests.engine.pipeline.live import live

TELLS_NOTHING = BackendInfo("onnxruntime", "CPU", "fp32", "normalised")


@pytest.fixture(scope="module")
def crowded() -> Snapshot:
    """A snapshot with a person."""
    with live() as run:
        snapshot: Snapshot = run.wait_for_snapshot()
        return replace(snapshot, backend=TELLS_NOTHING)


@pytest.fixture
def empty(crowded: Snapshot) -> Snapshot:
    return replace(crowded, scene=replace(crowded.scene, people=()))


@pytest.fixture
def told() -> list[Event]:
    return []


@pytest.fixture
def scenes(told: list[Event]) -> EmptyScenes:
    announcer = Announcer()
    announcer.subscribe(told.append)
    return EmptyScenes(announcer)


def _see(scenes: EmptyScenes, *snapshots: Snapshot, model: str = "foreign.onnx") -> None:
    for snapshot in snapshots:
        scenes.see(snapshot, model)


def test_it_is_told_once_with_what_to_try(scenes: EmptyScenes, empty: Snapshot, told: list[Event]) -> None:
    _see(scenes, *[empty] * (FRAMES - 1))
    assert not told
    _see(scenes, *[empty] * FRAMES)
    (problem,) = told
    assert isinstance(problem, ProblemEvent)
    assert problem.error.startswith("nobody was found in 50 frames, and the model does not say")
    assert problem.hint == "if there are people, try --model-input raw"


def test_one_person_settles_it(scenes: EmptyScenes, crowded: Snapshot, empty: Snapshot, told: list[Event]) -> None:
    _see(scenes, crowded, *[empty] * 2 * FRAMES)
    assert not told


def test_another_model_is_watched_from_its_own_beginning(
    scenes: EmptyScenes, crowded: Snapshot, empty: Snapshot, told: list[Event]
) -> None:
    _see(scenes, crowded)
    _see(scenes, *[empty] * FRAMES, model="another.onnx")
    assert len(told) == 1


def test_a_model_that_says_what_it_takes_is_not_doubted(
    scenes: EmptyScenes, empty: Snapshot, told: list[Event]
) -> None:
    _see(scenes, *[replace(empty, backend=BackendInfo("openvino", "CPU", "fp32"))] * 2 * FRAMES)
    assert not told


def test_a_recording_is_not_doubted(scenes: EmptyScenes, empty: Snapshot, told: list[Event]) -> None:
    _see(scenes, *[replace(empty, replayed=True)] * 2 * FRAMES)
    assert not told
