"""What was written as JSON comes back, and what is not a scene is refused with a sentence."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from engine.errors import PosecastError
from engine.geometry import DEFAULT_CAMERA
from engine.skeleton import PELVIS
from engine.wire import (
    CSV_COLUMNS,
    SCHEMA,
    backend_from_wire,
    camera_from_wire,
    csv_lines,
    dumps,
    parse_scene,
    read_scenes,
    scene_from_wire,
    scene_to_wire,
)
from engine.wire.score import score
from tests.webapp.people import BACKEND, person, snapshot

CAMERA = DEFAULT_CAMERA.for_image(320, 180)


def wire(index: int = 41) -> dict[str, Any]:
    scene = snapshot(index, (person(3), person(4, x=1, has_3d=False)))
    return json.loads(dumps(scene_to_wire(scene, fps=31.2, wall_time=1795358400.1)))


def test_a_scene_comes_back_as_arrays() -> None:
    scene = parse_scene(wire())
    assert (scene.frame, scene.time, scene.wall_time, scene.fps) == (41, 1.64, 1795358400.1, 31.2)
    assert (scene.image_size, scene.up) == ((320, 180), "+y")
    assert (scene.backend, scene.device, scene.precision) == ("openvino", "CPU", "bf16")
    placed, flat = scene.people
    assert (placed.id, flat.id) == (3, 4)
    assert placed.keypoints_2d.shape == (19, 3)
    assert placed.joints_3d is not None
    assert placed.joints_3d.shape == (19, 3)
    assert placed.joints_3d.tolist() == wire()["people"][0]["joints_3d"]
    assert placed.joints_camera is not None
    assert flat.joints_3d is flat.joints_camera is None


def test_the_camera_comes_back_and_may_be_missing() -> None:
    sent = wire()
    camera = parse_scene(sent).camera
    assert camera is not None
    assert (camera.source, camera.intrinsics, camera.revision, camera.fx) == ("default", "default", 0, 256)
    np.testing.assert_array_equal(camera.R, DEFAULT_CAMERA.R)
    assert camera.height_m == 1.5
    engines = camera_from_wire(sent)
    assert engines is not None
    np.testing.assert_array_equal(engines.t, CAMERA.t)
    assert (engines.provenance, engines.image_size, engines.up) == (CAMERA.provenance, (320, 180), "+y")
    del sent["camera"]
    assert parse_scene(sent).camera is camera_from_wire(sent) is None


@pytest.mark.parametrize("damage", [{"R": [[1, 0, 0]]}, {"t": "here"}, {"fx": None}])
def test_a_damaged_camera_is_named(damage: dict[str, Any]) -> None:
    sent = wire()
    with pytest.raises(PosecastError, match="not a scene"):
        parse_scene({**sent, "camera": {**sent["camera"], **damage}})


def test_missing_keypoints_are_nan_without_confidence() -> None:
    keypoints = parse_scene(wire()).people[0].keypoints_2d
    np.testing.assert_array_equal(keypoints[PELVIS], (np.nan, np.nan, 0))
    assert np.isfinite(np.delete(keypoints, PELVIS, axis=0)).all()


def test_the_engine_gets_back_what_it_sent() -> None:
    sent = snapshot(41, (person(3), person(4, has_3d=False)))
    encoded = scene_to_wire(sent, fps=1, wall_time=0)
    back = scene_from_wire(encoded, CAMERA)
    assert backend_from_wire(encoded) == BACKEND
    assert (back.frame_index, back.time, back.camera) == (41, 1.64, CAMERA)
    for before, after in zip(sent.scene.people, back.people, strict=True):
        assert before.id == after.id
        np.testing.assert_allclose(after.pose2d.keypoints, before.pose2d.keypoints, atol=0.0051)
        assert score(after.pose2d) == pytest.approx(score(before.pose2d), abs=0.0006)
        assert (after.pose3d is None) == (before.pose3d is None)
    assert back.people[0].pose3d is not None
    assert back.people[0].pose3d.joints.dtype == np.float32


def test_colours_travel_with_people_and_older_scenes_have_none() -> None:
    coloured = replace(person(3), colour=6)
    encoded = scene_to_wire(snapshot(41, (coloured, person(4))), fps=1, wall_time=0)
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(encoded)
    assert [one.colour for one in parse_scene(encoded).people] == [6, None]
    assert [one.colour for one in scene_from_wire(encoded, CAMERA).people] == [6, None]


def test_fields_that_are_new_are_allowed_and_kept() -> None:
    newer = wire()
    newer["weather"] = "sunny"
    newer["people"][0]["shoe_size"] = 44
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(newer)
    scene = parse_scene(newer)
    assert scene.extra == {"weather": "sunny"}
    assert scene.people[0].extra == {"shoe_size": 44}
    assert scene.people[1].extra == {}


def _broken(**changes: Any) -> dict[str, Any]:
    return {**wire(), **changes}


def _of_person(**changes: Any) -> dict[str, Any]:
    broken = wire()
    broken["people"][0] |= changes
    return broken


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([], "not a scene"), (None, "not a scene"), ("scene", "not a scene"), ({}, "'version' is missing"),
        (_broken(version=2), "has version 2"), (_broken(people=5), "not a scene"), (_broken(people=[5]), "not a scene"),
        (_broken(image_size=[1]), "not a scene"), (_broken(time="soon"), "not a scene"),
        (_of_person(joints_3d=[[1, 2, 3]]), "19 x 3 numbers"), (_of_person(keypoints_2d=[]), "19 x 3 numbers"),
        (_of_person(joints_camera=[["a"] * 3] * 19), "not a scene"), (_of_person(id=None), "not a scene"),
        (_broken(timings_ms=3), "not a scene"),
    ],
)  # fmt: skip
def test_what_is_not_a_scene_is_refused(value: Any, said: str) -> None:
    with pytest.raises(PosecastError, match=said) as caught:
        parse_scene(value)
    assert caught.value.hint


def test_a_file_gives_its_scenes_in_order(tmp_path: Path) -> None:
    path = tmp_path / "people.jsonl"
    path.write_text("\n".join(dumps(wire(index)) for index in range(3)) + "\n\n", encoding="utf-8")
    assert [scene.frame for scene in read_scenes(path)] == [0, 1, 2]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot read"),
        (b"\xff\xfe\x00", "not a text file"),
        (b'{"frame": 1}\n', "line 1: not a scene: 'version' is missing"),
        (dumps(wire()).encode() + b'\n{"version": 1, "fra', "line 2: not JSON"),
        (b"[" * 100_000, "line 1: not JSON"),
    ],
)
def test_a_file_that_is_not_of_scenes_is_named(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "people.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(PosecastError, match=said) as caught:
        list(read_scenes(path))
    assert str(path) in caught.value.error


def test_a_table_has_a_row_per_person_and_joint(tmp_path: Path) -> None:
    path = tmp_path / "people.jsonl"
    path.write_text(dumps(wire()) + "\n", encoding="utf-8")
    rows = "".join(csv_lines(path)).splitlines()
    assert len(rows) == 1 + 2 * 19
    assert rows[0].startswith("frame,time_s,")
    assert rows[1].startswith("41,0.0,1795358400.1,3,0.8,0,neck,")
    assert rows[-1].endswith(",,,,,,"), "no 3D"


def test_the_times_of_a_table_begin_at_0(tmp_path: Path) -> None:
    path = tmp_path / "people.jsonl"
    scenes = [{**wire(), "time": time} for time in (202.68, 202.72, 203.1)]
    path.write_text("\n".join(map(dumps, scenes)) + "\n", encoding="utf-8")
    rows = "".join(csv_lines(path)).splitlines()
    assert [row.split(",")[1] for row in rows[1 :: 2 * 19]] == ["0.0", "0.04", "0.42"]


def test_a_table_has_a_row_per_angle(tmp_path: Path) -> None:
    path = tmp_path / "people.jsonl"
    measured = wire()
    measured["people"][0]["angles"] = {"left_knee_flexion": 87.2, "trunk_lean": 3.0}
    path.write_text(dumps(measured) + "\n", encoding="utf-8")
    rows = list(csv.reader("".join(csv_lines(path)).splitlines()))
    assert len(rows) == 1 + 2 * 19 + 2
    assert rows[20] == ["41", "0.0", "1795358400.1", "3", "0.8", *[""] * 11, "left_knee_flexion", "87.2"]
    assert {len(row) for row in rows} == {len(CSV_COLUMNS)}
