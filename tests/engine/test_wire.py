from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import Any

import jsonschema
import numpy as np
import pytest

from engine.geometry import DEFAULT_CAMERA, REFERENCE_CAMERA
from engine.skeleton import PELVIS
from engine.types import EVENT_KINDS, Event, Person, Pose3D
from engine.wire import SCHEMA as SCHEMA_FILE
from engine.wire import dumps, events_from_wire, parse_scene, scene_from_wire, scene_to_wire
from tests.webapp.people import joints, person, snapshot

SCHEMA = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def wire_of(*people: Person, **times: float) -> dict[str, Any]:
    return scene_to_wire(snapshot(41, people), **({"fps": 31.234, "wall_time": 1795358400.1234} | times))


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_scene_has_the_agreed_form() -> None:
    wire = wire_of(person(3), person(4, x=1, has_3d=False))
    VALIDATOR.validate(json.loads(dumps(wire)))
    assert wire["version"] == 1
    assert wire["frame"] == 41
    assert wire["time"] == 1.64
    assert wire["wall_time"] == 1795358400.123
    assert wire["image_size"] == [320, 180]
    assert (wire["backend"], wire["device"], wire["precision"]) == ("openvino", "CPU", "bf16")
    assert wire["fps"] == 31.23
    assert wire["up"] == "+y"
    assert wire["timings_ms"] == {"capture": 2.1, "infer": 24.889, "decode": 0.2}
    assert [p["id"] for p in wire["people"]] == [3, 4]


def test_joints_are_in_camera_and_world_frames() -> None:
    one = wire_of(person())["people"][0]
    np.testing.assert_allclose(one["joints_camera"], joints(), atol=5.1e-5)
    expected = (joints() - DEFAULT_CAMERA.t) @ DEFAULT_CAMERA.R
    np.testing.assert_allclose(one["joints_3d"], expected, atol=5.1e-5)


def test_the_camera_is_the_one_that_the_joints_follow_from() -> None:
    wire = scene_to_wire(snapshot(0, (person(),), camera=REFERENCE_CAMERA), fps=1, wall_time=0)
    camera, one = wire["camera"], wire["people"][0]
    assert (camera["source"], camera["intrinsics"], camera["revision"], wire["up"]) == ("file", "default", 0, "-y")
    np.testing.assert_allclose(
        np.array(one["joints_3d"]) @ np.transpose(camera["R"]) + camera["t"], one["joints_camera"], atol=2e-4
    )
    assert (camera["fx"], camera["cx"]) == (256, 160)
    assert camera["height_m"] == pytest.approx(1.52, abs=0.01)
    assert camera["tilt_deg"] == pytest.approx(5.0, abs=0.1)


def test_person_without_3d_has_empty_lists() -> None:
    one = wire_of(person(has_3d=False))["people"][0]
    assert one["joints_3d"] == []
    assert one["joints_camera"] == []


def test_angles_are_there_where_they_were_asked_for() -> None:
    measured = replace(person(), angles={"left_knee_flexion": 87.24, "trunk_lean": 3.0})
    wire = wire_of(measured, replace(person(4, x=1, has_3d=False), angles={}), person(5, x=2))
    VALIDATOR.validate(json.loads(dumps(wire)))
    assert [one.get("angles") for one in wire["people"]] == [{"left_knee_flexion": 87.2, "trunk_lean": 3.0}, {}, None]
    assert scene_from_wire(wire, DEFAULT_CAMERA).people[0].angles == wire["people"][0]["angles"]


def test_one_joint_that_is_no_number_means_no_3d() -> None:
    broken = joints()
    broken[4, 1] = np.nan
    one = wire_of(replace(person(), pose3d=Pose3D(broken)))["people"][0]
    assert one["joints_3d"] == one["joints_camera"] == []


def test_missing_keypoints_and_the_pelvis_are_null() -> None:
    somebody = person()
    keypoints, scores = somebody.pose2d.keypoints.copy(), somebody.pose2d.scores.copy()
    keypoints[7], scores[7] = np.nan, 0
    keypoints[PELVIS], scores[PELVIS] = 5, 1
    wire = wire_of(replace(somebody, pose2d=replace(somebody.pose2d, keypoints=keypoints, scores=scores)))
    VALIDATOR.validate(wire)
    missing = [joint for joint, keypoint in enumerate(wire["people"][0]["keypoints_2d"]) if keypoint is None]
    assert missing == [PELVIS, 7]


@pytest.mark.parametrize(("score", "expected"), [(1.3, 1.0), (0.4567, 0.457)])
def test_confidences_are_clamped_and_their_mean_is_the_score(score: float, expected: float) -> None:
    one = wire_of(person(score=score))["people"][0]
    assert one["score"] == expected
    assert one["keypoints_2d"][0][2] == expected


def test_nobody_found_and_no_rate_yet() -> None:
    nobody = person()
    nothing = replace(nobody.pose2d, keypoints=np.full((19, 2), np.nan, np.float32), scores=np.zeros(19, np.float32))
    wire = wire_of(replace(nobody, pose2d=nothing), fps=float("nan"))
    VALIDATOR.validate(json.loads(dumps(wire)))
    assert wire["fps"] == 0
    assert wire["people"][0]["score"] == 0


def test_pixels_have_two_digits_and_one_line_is_one_scene() -> None:
    wire = wire_of(person())
    x, y, _ = wire["people"][0]["keypoints_2d"][0]
    assert (x, y) == (round(x, 2), round(y, 2))
    assert "\n" not in dumps(wire)
    with pytest.raises(ValueError, match="Out of range"):
        dumps({"fps": float("nan")})


def test_the_schema_refuses_what_is_wrong() -> None:
    wire = wire_of(person())
    wire["people"][0]["keypoints_2d"][PELVIS] = [1, 2, 0.5]
    assert not VALIDATOR.is_valid(wire)
    wire = wire_of(person())
    wire["people"][0]["joints_3d"] = wire["people"][0]["joints_3d"][:18]
    assert not VALIDATOR.is_valid(wire)


def test_it_says_where_bodies_come_from_and_readers_allow_for_more() -> None:
    wire = scene_to_wire(replace(snapshot(1, (person(),)), body="keypoints"), fps=1.0, wall_time=1.0)
    assert wire["body"] == "keypoints"
    VALIDATOR.validate(wire)
    wire["events"] = []
    wire["people"][0]["angles"] = {"left_knee_flexion": 12.5}
    VALIDATOR.validate(wire)
    assert not VALIDATOR.is_valid(wire | {"body": "clay"})
    assert "body" not in wire_of(person())


def test_names_of_files_may_be_any_bytes() -> None:
    assert dumps({"source": os.fsdecode(b"caf\xe9 \xc3\xa9")}) == '{"source":"caf\ufffd é"}'


EVENTS = (
    Event("nobody", 3.0, 1795358400.0, "Nobody for 30 s", value=30.0),
    Event("close", 4.5, 1795358401.5, "Persons 1 and 2 are close", people=(1, 2), value=0.7),
    Event("dwell", 5.0, 1795358402.0, "Person 3 has been in Sofa for 10 s", person=3, zone="Sofa", value=10.0),
)


def test_events_travel_with_their_scene() -> None:
    wire = scene_to_wire(replace(snapshot(1), events=EVENTS), fps=1, wall_time=0)
    VALIDATOR.validate(json.loads(dumps(wire)))
    assert wire["events"][0] == {
        "kind": "nobody", "time": 3.0, "wall_time": 1795358400.0, "person": None,
        "label": "Nobody for 30 s", "value": 30.0,
    }  # fmt: skip
    assert events_from_wire(wire) == EVENTS
    assert parse_scene(wire).events == EVENTS


def test_scenes_of_older_versions_have_no_events() -> None:
    wire = wire_of()
    assert wire.pop("events") == []
    VALIDATOR.validate(wire)
    assert parse_scene(wire).events == events_from_wire(wire) == ()


def test_the_schema_names_every_kind_of_event() -> None:
    described = SCHEMA["$defs"]["event"]["properties"]["kind"]["description"]
    assert [kind for kind in EVENT_KINDS if kind not in described] == []
