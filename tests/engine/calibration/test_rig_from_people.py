from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from engine.calibration.observations import Seen, views_of
from engine.calibration.pairs import stand_together
from engine.calibration.rig_from_people import PeopleRig, rig_from_people
from engine.calibration.rig_picture import rig_svg
from engine.calibration.rig_result import people_result
from engine.calibration.world_from_people import world_from_people
from engine.capture import stage
from engine.errors import PosecastError
from engine.geometry import Array, rotation_from_vector
from engine.types import Pose2D
from tests.engine.calibration.people import apart, seen_by

TALLEST_M = 1.8978
CAMERAS = {f"cam{number}": camera for number, camera in enumerate(stage.CAMERAS)}
SEEN = {name: seen_by(camera, number) for number, (name, camera) in enumerate(CAMERAS.items())}


@pytest.fixture(scope="module")
def rig() -> PeopleRig:
    return rig_from_people(views_of(CAMERAS, SEEN))


def relative(R: Array, t: Array, first: tuple[Array, Array]) -> tuple[Array, Array]:
    """The pose from the first camera's frame."""
    turned = R @ first[0].T
    return turned, t - turned @ first[1]


def test_four_cameras_are_found_by_people_whose_ids_nobody_matched(rig: PeopleRig) -> None:
    result = people_result(rig, world_from_people(rig.joints, TALLEST_M), height_given=True)
    assert result.doubts == ()
    specs = [camera.spec for camera in result.cameras]
    for spec, truth in zip(specs[1:], stage.CAMERAS[1:], strict=True):
        R, t = relative(spec.R, spec.t, (specs[0].R, specs[0].t))
        true_R, true_t = relative(truth.R, truth.t, (stage.CAMERA.R, stage.CAMERA.t))
        assert apart(R, true_R) < 0.3
        place, true_place = -R.T @ t, -true_R.T @ true_t
        assert np.linalg.norm(place - true_place) < 0.03 * np.linalg.norm(true_place)


def test_the_floor_is_level_and_below_the_cameras(rig: PeopleRig) -> None:
    world = world_from_people(rig.joints, TALLEST_M)
    assert world.by_feet
    assert world.heights_m == pytest.approx((1.90, 1.78, 1.73, 1.57, 1.57), abs=0.07)
    for at, truth in enumerate(stage.CAMERAS):
        R, t = world.camera(rig.R[at], rig.t[at])
        up = R @ np.array([0.0, 1.0, 0.0])
        assert np.degrees(np.arccos(up @ truth.R @ np.array([0.0, 1.0, 0.0]))) < 1.0
        assert (-R.T @ t)[1] == pytest.approx(truth.height, abs=0.12)


def test_the_world_is_seen_along_minus_z_by_the_first_camera(rig: PeopleRig) -> None:
    np.testing.assert_allclose(rig.R[0], np.eye(3), atol=1e-9)
    np.testing.assert_allclose(rig.t[0], 0, atol=1e-9)
    forward = world_from_people(rig.joints, TALLEST_M).axes @ np.array([0.0, 0.0, 1.0])
    assert abs(forward[0]) < 1e-6
    assert forward[2] < 0


def test_the_standard_deviations_are_of_the_size_of_the_errors(rig: PeopleRig) -> None:
    assert (np.degrees(np.linalg.norm(rig.solution.sd[1:, :3], axis=1)) < 0.2).all()
    assert (rig.solution.sd[1:] > 0).all()


def test_the_picture_shows_every_camera(rig: PeopleRig) -> None:
    result = people_result(rig, world_from_people(rig.joints, TALLEST_M), height_given=True)
    root = ElementTree.fromstring(rig_svg(result))
    told = [text.text or "" for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert all(any(text.startswith(name) for text in told) for name in CAMERAS)


def test_a_height_that_is_not_given_is_said_to_be_assumed(rig: PeopleRig) -> None:
    result = people_result(rig, world_from_people(rig.joints, 1.7), height_given=False)
    assert any("assumed" in note and "--person-height" in note for note in result.notes)


def test_one_person_and_two_cameras_are_enough() -> None:
    cameras = {name: CAMERAS[name] for name in ("cam0", "cam1")}
    seen = {name: [Seen(one.time, {7: next(iter(one.people.values()))}) for one in SEEN[name]] for name in cameras}
    for number, name in enumerate(cameras):
        ids = np.random.default_rng(number).permutation(5)
        seen[name] = [Seen(one.time, {7: one.people[int(ids[4])]}) for one in SEEN[name]]
    rig = rig_from_people(views_of(cameras, seen))
    R, _ = relative(rig.R[1], rig.t[1], (rig.R[0], rig.t[0]))
    true_R, _ = relative(stage.CAMERAS[1].R, stage.CAMERAS[1].t, (stage.CAMERA.R, stage.CAMERA.t))
    assert apart(R, true_R) < 1.0


def test_two_cameras_at_one_place_are_told_to_be_too_near() -> None:
    camera = stage.CAMERA
    near = replace(camera, t=camera.t + np.array([0.02, 0.0, 0.0]))
    views = views_of({"left": camera, "right": near}, {"left": SEEN["cam0"], "right": seen_by(near, 9)})
    with pytest.raises(PosecastError, match="left and right stand at the same place, or too near"):
        rig_from_people(views)


def test_somebody_far_away_who_stands_still_is_no_reason_to_think_so() -> None:
    """Small and still, people look nearly alike from everywhere: a turn of the camera explains them."""
    people = stage.truth_at(0.0).joints_world[:1].astype(float)
    seen: dict[str, list[Seen]] = {"left": [], "right": []}
    cameras = {}
    for number, (name, angle) in enumerate((("left", 0.0), ("right", 0.8))):
        R = np.diag([1.0, -1.0, -1.0]) @ rotation_from_vector(np.array([0.0, angle, 0.0]))
        cameras[name] = replace(stage.CAMERA, R=R, t=np.array([0.0, 1.0, 20.0]) - R @ (people[0].mean(0) * [1, 0, 1]))
        random = np.random.default_rng(number)
        for moment in range(12):
            pixels = cameras[name].project(cameras[name].camera_from_world(people[0])) + random.normal(0, 2, (19, 2))
            pose = Pose2D(pixels.astype(np.float32), np.full(19, 0.9, np.float32), 1.0)
            seen[name].append(Seen(moment / 10, {1: pose}))
    views = list(views_of(cameras, seen))
    assert not stand_together(views, 0, 1)


def test_a_camera_that_sees_nobody_is_named() -> None:
    seen = {**SEEN, "cam3": [Seen(one.time, {}) for one in SEEN["cam3"]]}
    with pytest.raises(PosecastError, match="cam3"):
        rig_from_people(views_of(CAMERAS, seen))


def test_cameras_that_never_see_the_same_people_are_refused() -> None:
    early = [one for one in SEEN["cam0"] if one.time < 5]
    late = [one for one in SEEN["cam1"] if one.time > 10]
    with pytest.raises(PosecastError, match="no two cameras see the same people"):
        rig_from_people(views_of({"a": CAMERAS["cam0"], "b": CAMERAS["cam1"]}, {"a": early, "b": late}))


def test_a_mirrored_picture_is_not_taken_for_a_rig() -> None:
    def mirrored(one: Seen) -> Seen:
        width = CAMERAS["cam1"].image_size[0]
        flip = np.array([-1.0, 1.0], np.float32)
        return Seen(
            one.time,
            {id: replace(pose, keypoints=pose.keypoints * flip + [width, 0]) for id, pose in one.people.items()},
        )

    cameras = {name: CAMERAS[name] for name in ("cam0", "cam1")}
    with pytest.raises(PosecastError):
        rig = rig_from_people(
            views_of(cameras, {"cam0": SEEN["cam0"], "cam1": [mirrored(one) for one in SEEN["cam1"]]})
        )
        result = people_result(rig, world_from_people(rig.joints, TALLEST_M), height_given=True)
        if result.doubts:
            raise PosecastError(result.doubts[0])
