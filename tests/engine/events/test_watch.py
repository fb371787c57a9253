from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from bench.event_scripts import HANDS_UP, STAND, Actor, through
from bench.events import measure
from engine.capture.stage import CAMERA
from engine.capture.stage.body import DANCER, WALKER
from engine.events import EventWatch, default_rules
from engine.geometry import REFERENCE_CAMERA, Array, Camera
from engine.motion.placing import y_up_from
from engine.skeleton import PELVIS
from engine.types import BackendInfo, Event, Frame, Person, Pose2D, Pose3D, Scene, Snapshot

BOX = {"name": "Box", "corners": [[-1, -5.5], [1, -5.5], [1, -3.5], [-1, -3.5]]}
LOOSE = 0.85
"""Least precision and recall of each kind of event on scripted motion."""


def person(id: int, joints: Array, camera: Camera = CAMERA, *, has_3d: bool = True) -> Person:
    """`joints`: (19, 3) metres, world frame of `camera`."""
    placed = camera.camera_from_world(joints).astype(np.float32)
    keypoints, scores = camera.project(placed).astype(np.float32), np.full(len(joints), 0.8, np.float32)
    scores[~np.isfinite(keypoints[:, 0])] = 0
    keypoints[PELVIS], scores[PELVIS] = np.nan, 0
    return Person(id, Pose2D(keypoints, scores, 12.0), Pose3D(placed) if has_3d else None)


def snapshot(time_s: float, *people: Person, round: int = 0, camera: Camera = CAMERA) -> Snapshot:
    width, height = camera.image_size
    frame = Frame(0, time_s, time.monotonic(), np.broadcast_to(np.uint8(0), (height, width, 3)), round=round)
    return Snapshot(Scene(0, time_s, people, camera), frame, BackendInfo("stage", "", ""))


def standing(x: float = 0.0, z: float = -4.5) -> Array:
    joints = Actor(WALKER, through((0, STAND), (1, STAND), x=x, z=z)).joints(0.5)
    assert joints is not None
    return joints


def steps(rate: float, seconds: float, start: float = 0.0) -> Iterator[float]:
    return (start + index / rate for index in range(round(rate * seconds)))


def kinds(watch: EventWatch, snapshots: Iterator[Snapshot]) -> list[str]:
    return [event.kind for one in snapshots for event in watch.see(one).events]


def watching(**rules: Any) -> EventWatch:
    return EventWatch(default_rules().changed({"rules": rules, "zones": [BOX]}))


@pytest.mark.parametrize("rate", [6])
def test_precision_and_recall_on_scripted_motion(rate: float) -> None:
    scores, micros = measure(rate)
    wrong = {
        kind: (round(score.precision, 2), round(score.recall, 2))
        for kind, score in scores.items()
        if kind != "repetition" and not (score.precision >= LOOSE and score.recall >= 0.8)
    }
    assert wrong == {}
    assert scores["repetition"].precision > LOOSE
    assert scores["repetition"].recall > 0.7
    assert micros < 5000


@pytest.mark.parametrize("rate", [2, 10, 60])
def test_coming_staying_and_leaving_at_every_frame_rate(rate: float) -> None:
    watch = watching()
    there = kinds(watch, (snapshot(now, person(1, standing())) for now in steps(rate, 14)))
    assert there == ["entered", "zone_entered", "dwell"]
    assert kinds(watch, map(snapshot, steps(rate, 40, 14))) == ["left", "zone_left", "nobody"]


def test_an_event_has_its_times_and_its_person() -> None:
    watch = EventWatch(wall_clock=lambda: 1000.0, clock=lambda: 50.0)
    seen = (
        replace(one, frame=replace(one.frame, captured_at=49.5))
        for one in (snapshot(now, person(7, standing())) for now in steps(10, 2))
    )
    (event,) = [event for one in seen for event in watch.see(one).events]
    assert event == Event("entered", 1.0, 999.5, "Person 7 came into view", person=7)


def test_who_is_lost_for_a_moment_stays_and_so_does_who_comes_back_under_a_new_id() -> None:
    watch = watching()
    lost = ((now < 4 or now > 5.5, 1 if now < 4 else 9, now) for now in steps(10, 16))
    seen = (snapshot(now, *([person(id, standing())] if there else [])) for there, id, now in lost)
    assert kinds(watch, seen) == ["entered", "zone_entered", "dwell"]


def test_two_people_are_two_though_one_appears_while_the_other_is_lost() -> None:
    watch = watching()
    one, other = person(1, standing(-0.6)), person(2, standing(0.4))
    seen = (
        snapshot(now, *([one] if not 4 <= now < 4.6 else []), *([other] if now >= 4.3 else [])) for now in steps(10, 9)
    )
    assert kinds(watch, seen).count("entered") == 2


def test_a_ghost_of_a_few_frames_is_nobody() -> None:
    seen = (snapshot(now, *([person(int(now) + 1, standing())] if now % 2 < 0.3 else [])) for now in steps(10, 20))
    assert kinds(watching(), seen) == []


@pytest.mark.parametrize("again", ["round", "seek back", "seek forward"])
def test_media_time_that_jumps_is_no_event(again: str) -> None:
    watch = watching(nobody={"seconds": 3})
    jump = {"round": 0.0, "seek back": 2.0, "seek forward": 500.0}[again]
    for start, round_ in ((0.0, 0), (jump, int(again == "round"))):
        seen = (snapshot(now, person(1, standing()), round=round_) for now in steps(10, 6, start))
        assert kinds(watch, seen) == (["entered", "zone_entered"] if (start, round_) == (0.0, 0) else ["dwell"])


def test_a_jump_is_no_fall() -> None:
    lying = standing()[:, [0, 2, 1]] * (1, 1, 0.1) + (0, 4.6, -4.5)
    watch = watching()
    before = (snapshot(now, person(1, standing())) for now in steps(10, 5))
    after = (snapshot(now, person(1, lying), round=1) for now in steps(10, 5))
    assert "fall" not in kinds(watch, before) + kinds(watch, after)


def test_people_without_3d_come_and_go_and_raise_their_hands() -> None:
    actor = Actor(DANCER, through((0, STAND), (3, STAND), (3.5, HANDS_UP), (6, HANDS_UP)))
    joints = ((now, actor.joints(now)) for now in steps(10, 5.9))
    seen = (snapshot(now, person(1, one, has_3d=False)) for now, one in joints if one is not None)
    assert kinds(watching(), seen) == ["entered", "hands_up"]


def test_zones_are_the_same_in_every_world() -> None:
    camera = REFERENCE_CAMERA.for_image(1280, 720)
    assert camera.up == "-y"
    turned = standing() @ y_up_from(camera.up)  # the world in which these joints are `standing()` once y points up
    seen = (snapshot(now, person(1, turned, camera), camera=camera) for now in steps(10, 3))
    assert kinds(watching(), seen) == ["entered", "zone_entered"]


def test_a_replayed_snapshot_keeps_its_events() -> None:
    recorded = (Event("fall", 1.0, 2.0, "Person 1 may have fallen", person=1),)
    one = replace(snapshot(0.0), replayed=True, events=recorded)
    assert EventWatch().see(one) is one


def test_another_run_is_another_scene() -> None:
    watch = watching()
    kinds(watch, (snapshot(now, person(1, standing())) for now in steps(10, 3)))
    assert [event.kind for now in steps(10, 8) for event in watch.see(snapshot(now), 2).events] == []


def test_other_rules_take_effect_and_the_rest_goes_on() -> None:
    watch = watching()
    kinds(watch, (snapshot(now, person(1, standing())) for now in steps(10, 4)))
    second = {**BOX, "name": "Second"}
    watch.use(watch.rules.changed({"rules": {"dwell": {"seconds": 3}}, "zones": [BOX, second]}))
    seen = [
        (event.kind, event.zone)
        for now in steps(10, 3, 4)
        for event in watch.see(snapshot(now, person(1, standing()))).events
    ]
    assert seen == [("zone_entered", "Second"), ("dwell", "Box")]
    watch.use(watch.rules.changed({"rules": {name: {"on": False} for name in watch.rules.options}}))
    assert kinds(watch, map(snapshot, steps(10, 40, 8))) == []


def test_a_rule_that_fails_stops_nothing(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    watch = watching()

    def broken(*_: object) -> Iterator[Any]:
        raise ValueError("broken")

    monkeypatch.setattr("engine.events.rules.fall.Fall.see", broken)
    with caplog.at_level(logging.ERROR):
        seen = kinds(watch, (snapshot(now, person(1, standing())) for now in steps(10, 3)))
    assert seen == ["entered", "zone_entered"]
    assert [record.getMessage() for record in caplog.records] == ["the rule fall failed; it begins again"]


def test_what_cannot_be_looked_at_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.events.presence.Presence.see", lambda *_: 1 / 0)
    one = snapshot(0.0, person(1, standing()))
    assert EventWatch().see(one) is one
