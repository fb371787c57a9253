"""Feet on a known floor: distances and heights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from engine.fitting import BodyFit, FitOptions
from engine.geometry import DEFAULT_CAMERA as LEVEL
from engine.geometry import Array, Camera, FloorTrust
from engine.skeleton import JOINT, PELVIS
from engine.types import Person, Pose3D
from tests.engine.bodies import STANDING, seen

FLOOR = FloorTrust(tilt_deg=0.5, height=0.01)
CAMERA = replace(LEVEL.for_image(1280, 720), floor=FLOOR)
NOWHERE = replace(CAMERA, floor=None)
ERRORS = np.full(19, 0.08, np.float32)
ANKLES = [JOINT["left_ankle"], JOINT["right_ankle"]]
USUAL_M = 1.8


def standing(id: int, x: float, z: float, height_m: float) -> Person:
    """Somebody on the floor, whom the lifter takes for 1.8 m tall and accordingly near or far."""
    size = height_m / USUAL_M
    body = STANDING * size
    body = body - body[PELVIS]
    sole = body[ANKLES, 1].max() + 0.08 * size  # y points down
    true = body + np.array([x, CAMERA.height - sole, z])
    return Person(id, seen(true, CAMERA), Pose3D((true / size).astype(np.float32), ERRORS), USUAL_M)


def follow(people: Sequence[Person], camera: Camera = CAMERA, frames: int = 60, **options: object) -> dict[int, Person]:
    fit, chosen = BodyFit(), FitOptions(**options)  # type: ignore[arg-type]
    shown: Sequence[Person] = ()
    for frame in range(frames):
        shown = fit.update(people, camera, frame / 25, {person.id for person in people}, chosen)
        shown = fit.sized(shown, camera, chosen)
    return {person.id: person for person in shown}


def joints_of(person: Person) -> Array:
    assert person.pose3d is not None
    return person.pose3d.joints.astype(float)


def lower_ankle(person: Person) -> float:
    return float(CAMERA.world_from_camera(joints_of(person)[ANKLES])[:, 1].min())


PEOPLE = [standing(1, -1.0, 4.0, 1.8), standing(2, 0.5, 5.0, 1.5), standing(3, 1.0, 3.0, 1.95)]


def test_everybody_stands_on_the_floor_where_they_really_are() -> None:
    for person, z in zip(follow(PEOPLE).values(), (4.0, 5.0, 3.0), strict=True):
        assert abs(lower_ankle(person) - 0.08) < 0.03
        assert joints_of(person)[PELVIS, 2] == pytest.approx(z, rel=0.05)
        projected = CAMERA.project(joints_of(person))
        assert np.nanmax(np.abs(projected - person.pose2d.keypoints)) < 25


def test_without_a_floor_people_are_as_tall_as_assumed() -> None:
    for person in follow(PEOPLE, NOWHERE).values():
        assert (person.height_m, person.height_kind) == (USUAL_M, "assumed")


def test_ratios_follow_and_the_median_is_the_assumed_height() -> None:
    shown = follow(PEOPLE)
    assert {person.height_kind for person in shown.values()} == {"relative"}
    assert shown[1].height_m == pytest.approx(1.8, rel=0.01)
    assert shown[2].height_m == pytest.approx(1.5, rel=0.04)
    assert shown[3].height_m == pytest.approx(1.95, rel=0.04)


def test_a_child_alone_stays_at_the_assumed_height() -> None:
    (child,) = follow([standing(1, 0.0, 3.0, 1.5)]).values()
    assert child.height_m == pytest.approx(USUAL_M)


def test_heights_are_measured_where_the_camera_is() -> None:
    shown = follow(PEOPLE, metric=True)
    ratio = [shown[id].height_m / true for id, true in ((1, 1.8), (2, 1.5), (3, 1.95))]  # type: ignore[operator]
    assert {person.height_kind for person in shown.values()} == {"measured"}
    assert np.ptp(ratio) < 0.04
    assert np.mean(ratio) == pytest.approx(1.0, abs=0.08), "the drawn body's proportions are not everybody's"


def test_a_given_height_wins() -> None:
    shown = follow(PEOPLE, person_heights_m={2: 1.62})
    assert (shown[2].height_m, shown[2].height_kind) == (1.62, "given")


def test_somebody_far_from_any_floor_keeps_the_assumed_height() -> None:
    person = standing(1, 0.0, 4.0, 1.8)
    pose = person.pose2d
    hanging = replace(person, pose2d=replace(pose, keypoints=pose.keypoints - np.float32([0, 250])))
    lifted = joints_of(person) - np.array([0, 0.9, 0])
    hanging = replace(hanging, pose3d=Pose3D(lifted.astype(np.float32), ERRORS))
    (shown,) = follow([hanging]).values()
    assert shown.height_kind == "assumed"
    assert joints_of(shown)[PELVIS, 2] == pytest.approx(4.0, rel=0.1)


def test_a_camera_below_its_floor_has_none() -> None:
    (person,) = follow([standing(1, 0.0, 4.0, 1.8)], floor_offset_m=3.0).values()
    assert person.height_kind == "assumed"
