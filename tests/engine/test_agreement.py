from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.agreement import against_truth, agreement, match, summary
from engine.geometry import DEFAULT_CAMERA, Array
from engine.matching import best_pairs, box_areas, keypoint_similarity
from engine.skeleton import JOINT, JOINT_COUNT, NECK, PELVIS, SIGMAS
from engine.types import Person, Pose3D, Scene, Truth
from tests.engine.bodies import STANDING, seen

CAMERA = DEFAULT_CAMERA.for_image(1280, 720)


def at(x: float, z: float = 5.0) -> Array:
    return STANDING + np.array([x, 0.2, z])


def person(body: Array, *, missing: tuple[int, ...] = (), has_3d: bool = True) -> Person:
    return Person(1, seen(body, CAMERA, missing=missing), Pose3D(body.astype(np.float32)) if has_3d else None)


def scene(*people: Person) -> Scene:
    return Scene(0, 0.0, people, CAMERA)


def moved(one: Person, pixels: float) -> Person:
    """The same person, every keypoint so far to the right."""
    return replace(one, pose2d=replace(one.pose2d, keypoints=one.pose2d.keypoints + np.float32([pixels, 0])))


def test_similarity_is_cocos_formula() -> None:
    a, b = np.full((JOINT_COUNT, 2), np.nan), np.zeros((JOINT_COUNT, 2))
    a[NECK], a[JOINT["left_hip"]] = (3.0, 4.0), (0.0, 0.0)
    similarity = keypoint_similarity(a, b, np.array(900.0))
    assert similarity[NECK] == pytest.approx(np.exp(-25 / (2 * 900 * (2 * SIGMAS[NECK]) ** 2)))
    assert similarity[JOINT["left_hip"]] == 1.0
    assert np.isnan(similarity[PELVIS])


def test_areas_are_of_the_box_around_what_is_found() -> None:
    keypoints = np.full((2, JOINT_COUNT, 2), np.nan)
    keypoints[0, :3] = [(10, 20), (40, 20), (20, 70)]
    np.testing.assert_array_equal(box_areas(keypoints), [30 * 50, 1])


def test_pairs_are_best_first_and_one_to_one() -> None:
    scores = np.array([[0.9, 0.8, np.nan], [0.95, 0.2, 0.4], [0.1, 0.1, 0.1]])
    assert best_pairs(scores, 0.3) == [(1, 0), (0, 1)]
    assert best_pairs(np.zeros((0, 3)), 0.3) == best_pairs(np.full((1, 1), np.nan), 0.3) == []


def test_the_same_people_agree_fully_in_any_order() -> None:
    scenes = [scene(person(at(-1)), person(at(1))), scene(person(at(0)))]
    turned = [scene(*reversed(one.people)) for one in scenes]
    assert agreement(scenes, turned) == {"people": 1.0, "oks": 1.0, "mm": 0.0}


def test_oks_is_the_mean_over_keypoints_found_in_both() -> None:
    ours = person(at(0), missing=(JOINT["left_ear"],))
    theirs = moved(person(at(0), missing=(NECK,)), 4.0)
    area = float(box_areas(ours.pose2d.keypoints))
    both = [index for index in range(JOINT_COUNT) if index not in (PELVIS, NECK, JOINT["left_ear"])]
    expected = np.mean(np.exp(-16 / (2 * area * (2 * SIGMAS[both]) ** 2)))
    assert agreement([scene(ours)], [scene(theirs)])["oks"] == pytest.approx(expected, rel=1e-5)


def test_people_too_far_apart_are_not_matched() -> None:
    result = agreement([scene(person(at(0)), person(at(1)))], [scene(person(at(0)), moved(person(at(1)), 90.0))])
    assert result == {"people": 0.5, "oks": 1.0, "mm": 0.0}


def test_a_miss_counts_only_for_people_with_eight_keypoints() -> None:
    hidden = tuple(index for index in range(JOINT_COUNT) if index not in (PELVIS, *range(3, 10)))
    seven = person(at(1), missing=hidden)
    eight = person(at(1), missing=hidden[:-1])
    assert agreement([scene(person(at(0)), seven)], [scene(person(at(0)))])["people"] == 1.0
    assert agreement([scene(person(at(0)), eight)], [scene(person(at(0)))])["people"] == 0.5


def test_millimetres_are_root_aligned_and_need_3d_on_both_sides() -> None:
    body = at(0)
    other = body + 0.5
    other[NECK] += (0.019, 0, 0)
    theirs = replace(person(body), pose3d=Pose3D(other.astype(np.float32)))
    assert agreement([scene(person(body))], [scene(theirs)])["mm"] == pytest.approx(1.0, abs=1e-3)
    assert agreement([scene(person(body))], [scene(person(body, has_3d=False))])["mm"] is None


def test_pixels_are_of_keypoints_found_in_both() -> None:
    ours, theirs = person(at(0), missing=(JOINT["left_ear"],)), moved(person(at(0), missing=(NECK,)), 4.0)
    near, far = match(scene(ours), scene(theirs)), match(scene(ours), scene(moved(theirs, 2.0)))
    assert near.px == pytest.approx((4.0,), abs=1e-3)
    assert summary([near, far])["px"] == pytest.approx(5.0, abs=1e-3)
    assert summary([match(scene(ours), scene())])["px"] is None


def test_nobody_is_nothing_to_compare() -> None:
    assert agreement([scene()], [scene(person(at(0)))]) == {"people": None, "oks": None, "mm": None}
    assert agreement([], []) == {"people": None, "oks": None, "mm": None}
    assert agreement([scene(person(at(0)))], [scene()]) == {"people": 0.0, "oks": None, "mm": None}


def test_other_numbers_of_frames_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="zip"):
        agreement([scene()], [])


def truth_of(*bodies: Array) -> Truth:
    joints = np.array(bodies, np.float32).reshape(-1, JOINT_COUNT, 3)
    return Truth(joints, CAMERA.world_from_camera(joints).astype(np.float32), CAMERA)


def test_who_is_found_and_how_well() -> None:
    body = at(0)
    found = body + np.array([0.3, 0.0, 0.4])
    found[PELVIS] -= (0, 0.019, 0)  # moves all others by 19 mm, once aligned
    people = (replace(person(body), pose3d=Pose3D(found.astype(np.float32))), person(at(3)))
    result = against_truth([scene(*people)], [truth_of(body, at(-1))])
    assert result["found"] == 0.5
    assert result["mpjpe_mm"] == pytest.approx(19 * 18 / 19, abs=0.01)
    assert result["absolute_mm"] == pytest.approx((500 * 18 + np.hypot(500, 19)) / 19, abs=0.01)
    assert result["depth_percent"] == pytest.approx(8.0, abs=1e-4)


def test_people_outside_the_image_need_not_be_found() -> None:
    nothing = {"mpjpe_mm": None, "absolute_mm": None, "depth_percent": None}
    assert against_truth([scene()], [truth_of(at(20), at(0, -3))]) == {"found": None, **nothing}
    assert against_truth([scene()], [truth_of(at(0))]) == {"found": 0.0, **nothing}
    assert against_truth([scene(person(at(0)))], [truth_of()]) == {"found": None, **nothing}
