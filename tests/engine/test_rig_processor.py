"""A set of pictures becomes one scene: on the wire, in a recording, and drawn over the mosaic."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, cast

import jsonschema
import numpy as np
import pytest

from engine import overlay, rig_processor
from engine.capture import stage
from engine.fusion import clock_watch
from engine.geometry import DEFAULT_CAMERA
from engine.mosaic import flattened, mosaic_of, picture_of, poses_in_mosaic
from engine.processor import Decoded, Prepared, Processor
from engine.rig_processor import RigProcessor, Several
from engine.settings import Settings
from engine.types import Backend, BackendInfo, Found, Frame, Person, Scene, Snapshot, View
from engine.wire import SCHEMA, camera_from_wire, dumps, found_from_wire, scene_from_wire, scene_to_wire
from tests.engine.fusion.test_fusion import poses_of

NAMES = ("front", "right", "left")
INFO = BackendInfo("openvino", "CPU", "int8")
VALIDATOR = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def set_at(index: int, missing: tuple[str, ...] = (), blind: tuple[str, ...] = ()) -> Several[Decoded]:
    """What the network sees in a set of three cameras; `missing` deliver nothing, `blind` see nobody."""
    moment, views, parts = index / 15, [], []
    for number, name in enumerate(NAMES):
        image = np.full((720, 1280, 3), 10 * number, np.uint8)
        frame = None if name in missing else Frame(index, moment, moment, image)
        view = View(name, stage.CAMERA_SPECS[number], frame, "gone" if frame is None else None)
        views.append(view)
        if frame is not None:
            poses = () if name in blind else tuple(poses_of(number, moment, index, range(5)))
            parts.append((view, Decoded(frame, poses, "keypoints", None, (1, 1), INFO, {"infer": 20.0})))
    first = views[0].frame.image if views[0].frame else np.zeros((720, 1280, 3), np.uint8)
    return Several(Frame(index, moment, moment, first, views=tuple(views)), tuple(parts))


def processor() -> RigProcessor:
    return RigProcessor(cast(Backend, None), Settings(angles=True), DEFAULT_CAMERA)


def wire_of(snapshot: Snapshot) -> dict[str, Any]:
    wire: dict[str, Any] = json.loads(dumps(scene_to_wire(snapshot, fps=10.0, wall_time=1.0)))
    VALIDATOR.validate(wire)
    return wire


def test_a_set_is_one_scene_on_the_wire() -> None:
    wire = wire_of(processor().follow(set_at(0)))
    assert len(wire["people"]) == 5
    assert list(wire["cameras"]) == list(NAMES)
    assert wire["timings_ms"]["infer"] == 60.0
    assert wire["image_size"] == [1280, 720]
    truth = stage.truth_at(0.0).joints_world
    for person in wire["people"]:
        assert list(person["views"]) == list(NAMES)
        assert person["keypoints_2d"] == person["views"]["front"]["keypoints_2d"]
        assert person["height_kind"] == "measured"
        assert np.linalg.norm(truth - person["joints_3d"], axis=2).mean(axis=1).min() < 0.08
        assert person["angles"]


def test_people_who_were_found_elsewhere_are_fused_as_those_found_here() -> None:
    """Their keypoints have gone over the wire; no network runs here, which `processor` has none of."""
    here, there = processor(), processor()
    for index in range(3):
        decoded = set_at(index)
        whole = here.follow(decoded)
        views = tuple(
            replace(view, frame=None if view.frame is None else replace(view.frame, found=sent(part)))
            for view, part in decoded.parts
        )
        fused = there.process(replace(decoded.frame, views=views))
        assert fused.backend == INFO
        for ours, theirs in zip(fused.scene.people, whole.scene.people, strict=True):
            assert ours.id == theirs.id
            assert ours.pose3d is not None
            assert theirs.pose3d is not None
            np.testing.assert_allclose(ours.pose3d.joints, theirs.pose3d.joints, atol=5e-3)


def sent(part: Decoded) -> Found:
    """What another machine reads of these people."""
    people = tuple(Person(number, pose, None, 1.8) for number, pose in enumerate(part.poses))
    camera = stage.CAMERA_SPECS[0].for_image(1280, 720)
    scene = Scene(part.frame.index, part.frame.time, people, camera)
    snapshot = Snapshot(scene, part.frame, INFO, {}, "keypoints")
    return found_from_wire(json.loads(dumps(scene_to_wire(snapshot, fps=10.0, wall_time=1.0))))


def test_each_person_is_looked_at_twice_where_that_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the network's own thread, and only those who were found here."""
    looked: list[int] = []

    def second_look(image: Any, poses: Any, backend: Any) -> Any:
        looked.append(len(poses))
        return poses[:1]

    monkeypatch.setattr(rig_processor, "second_look", second_look)
    decoded = set_at(0)
    elsewhere = decoded.parts[2][1]
    monkeypatch.setattr(Processor, "infer", lambda _, prepared: prepared)
    monkeypatch.setattr(Processor, "infer_each", lambda _, prepared: prepared)
    monkeypatch.setattr(Processor, "decode", lambda _, inferred: inferred.part)
    parts = tuple((view, elsewhere if part is elsewhere else Undecoded(part)) for view, part in decoded.parts)
    one = processor()
    prepared = cast("Several[Prepared]", Several(decoded.frame, parts))
    assert [len(part.poses) for _, part in one.decode(one.infer(prepared)).parts] == [5, 5, 5]
    one.reconfigure(Settings(close_up=True), DEFAULT_CAMERA)
    again = one.decode(one.infer(prepared))
    assert [len(part.poses) for _, part in again.parts] == [1, 1, 5]
    assert looked == [5, 5]
    assert again.parts[0][1].stage_ms["infer"] >= 20.0


class Undecoded:
    """What comes before `part`."""

    def __init__(self, part: Decoded) -> None:
        self.part = part


def test_who_is_not_seen_by_the_first_camera_is_told_by_the_next() -> None:
    one = processor()
    for index in range(3):
        snapshot = one.follow(set_at(index, blind=("front",)))
    wire = wire_of(snapshot)
    assert len(wire["people"]) == 5
    right = wire["cameras"]["right"]
    for person in wire["people"]:
        assert list(person["views"]) == ["right", "left"]
        assert person["keypoints_2d"] == person["views"]["right"]["keypoints_2d"]
        seen = np.array(person["joints_3d"]) @ np.transpose(right["R"]) + right["t"]
        np.testing.assert_allclose(seen, person["joints_camera"], atol=1e-3)


def test_a_recorded_scene_is_read_back() -> None:
    snapshot = processor().follow(set_at(0, blind=("front",)))
    wire = wire_of(snapshot)
    camera = camera_from_wire(wire)
    assert camera is not None
    again = scene_from_wire(wire, camera)
    assert list(again.cameras) == list(NAMES)
    for person, before in zip(again.people, snapshot.scene.people, strict=True):
        assert person.pose3d is not None
        assert before.pose3d is not None
        np.testing.assert_allclose(person.pose3d.joints, before.pose3d.joints, atol=1e-3)
        assert list(person.views) == list(before.views)


def test_the_first_camera_may_be_missing() -> None:
    one = processor()
    one.follow(set_at(0))
    snapshot = one.follow(set_at(1, missing=("front",)))
    wire = wire_of(snapshot)
    assert wire["cameras"]["front"]["time"] is None
    assert len(wire["people"]) == 5
    assert picture_of(snapshot.frame).shape == (1080, 1920, 3)


def test_people_are_drawn_once_for_each_camera() -> None:
    snapshot = processor().follow(set_at(0))
    mosaic = picture_of(snapshot.frame)
    flat = flattened(snapshot.scene)
    assert flat.camera.image_size == (mosaic.shape[1], mosaic.shape[0])
    assert len(flat.people) == len(poses_in_mosaic(snapshot.scene)) == 15
    drawn = overlay.draw(snapshot.scene, mosaic)
    tiles = mosaic_of([(1280, 720)] * 3).tiles
    for tile in tiles:
        area = np.s_[tile.y : tile.y + tile.height, tile.x : tile.x + tile.width]
        assert (drawn[area] != mosaic[area]).any()
    assert overlay.draw(snapshot.scene).shape == mosaic.shape


def test_frames_of_one_camera_are_passed_on() -> None:
    one = processor()
    frame = Frame(0, 0.0, 0.0, np.zeros((720, 1280, 3), np.uint8))
    decoded = Decoded(frame, tuple(poses_of(0, 0.0, 0, range(5))), "keypoints", None, (1, 1), INFO, {})
    scene = one.follow(decoded).scene
    assert len(scene.people) == 5
    assert scene.cameras == {}


def test_layouts_fill_a_screen() -> None:
    assert mosaic_of([(1280, 720)] * 4).size == (1920, 1080)
    portrait = mosaic_of([(1080, 1920)] * 4)
    assert len({tile.y for tile in portrait.tiles}) == 1, "side by side"
    mixed = mosaic_of([(1920, 1080), (640, 480)])
    for tile, (width, height) in zip(mixed.tiles, [(1920, 1080), (640, 480)], strict=True):
        assert abs(tile.width / tile.height - width / height) < 0.01


def test_a_clock_that_is_off_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """The left camera's pictures are 0.2 s older than their times say."""
    one = processor()
    for index in range(2 * clock_watch.LOOKED_AT):
        views, parts = [], []
        for number, late in ((0, 0), (2, 3)):
            frame = Frame(index, index / 15, index / 15, np.zeros((720, 1280, 3), np.uint8))
            view = View(NAMES[number], stage.CAMERA_SPECS[number], frame, rate=15.0)
            poses = tuple(poses_of(number, (index - late) / 15, index, [1, 2]))
            views.append(view)
            parts.append((view, Decoded(frame, poses, "keypoints", None, (1, 1), INFO, {})))
        one.follow(Several(Frame(index, index / 15, index / 15, frame.image, views=tuple(views)), tuple(parts)))
    told = [record.message for record in caplog.records if "clock" in record.message]
    assert len(told) == 1
    assert told[0].startswith("camera left")
    assert -0.24 < float(told[0].split("offset_s = ")[1]) < -0.16
