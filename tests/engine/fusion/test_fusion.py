"""People of several cameras, on the stage's truth: who is who, where they are, and what happens when a camera fails."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from engine import lifting
from engine.capture import stage
from engine.fusion import CameraPoses, FusedPerson, Fusion, FusionOptions, swapped
from engine.skeleton import JOINT_COUNT, PELVIS
from engine.types import Pose2D

NOISE_PX = 2.0
STEP_S = 1 / 15
OPTIONS = FusionOptions()


def poses_of(number: int, time: float, seed: int, people: Sequence[int]) -> list[Pose2D]:
    """What a camera of the stage sees of some people, in an order of its own."""
    camera = stage.CAMERAS[number]
    random = np.random.default_rng((seed, number))
    keypoints = camera.project(stage.truth_at(time, camera).joints_camera.astype(float))
    keypoints += random.normal(0, NOISE_PX, keypoints.shape)
    keypoints[:, PELVIS] = np.nan
    scores = np.where(np.isnan(keypoints[0, :, 0]), 0.0, 0.9).astype(np.float32)
    order = random.permutation(people)
    return [Pose2D(keypoints[index].astype(np.float32), scores, 10.0) for index in order]


def view_of(number: int, poses: Sequence[Pose2D]) -> CameraPoses:
    camera = stage.CAMERAS[number]
    bodies, mirrored = (
        tuple(lifting.lift(None, list(each), (1, 1), camera, body="keypoints"))
        for each in (poses, [swapped(pose) for pose in poses])
    )
    return CameraPoses(f"camera{number}", camera, tuple(poses), bodies, mirrored)


def views_at(index: int, cameras: Sequence[int], people: Sequence[int] = range(5)) -> list[CameraPoses]:
    return [view_of(number, poses_of(number, index * STEP_S, index, people)) for number in cameras]


def errors_m(people: Sequence[FusedPerson], time: float) -> dict[int, tuple[int, float]]:
    """By id: which person of the stage it is, and the mean distance of the joints."""
    truth = stage.truth_at(time).joints_world
    found = {}
    for person in people:
        distances = np.linalg.norm(truth - person.joints, axis=-1).mean(axis=1)
        found[person.id] = int(distances.argmin()), float(distances.min())
    return found


@pytest.mark.parametrize(("cameras", "limit_m"), [((0, 1), 0.05), ((0, 1, 2), 0.03), ((0, 1, 2, 3), 0.025)])
def test_everybody_is_found_where_they_are(cameras: tuple[int, ...], limit_m: float) -> None:
    fusion, seen, all_errors = Fusion(), set(), []
    for index in range(12):
        people = fusion.update(views_at(index, cameras), index * STEP_S, OPTIONS)
        errors = errors_m(people, index * STEP_S)
        seen |= {(id, who) for id, (who, _) in errors.items()}
        all_errors += [error for _, error in errors.values()]
        assert all(len(person.views) >= 2 for person in people)
    assert len(seen) == 5, "everybody has one id"
    assert np.mean(all_errors) < limit_m


def test_left_and_right_are_told_by_those_who_see_the_face() -> None:
    """The camera behind the people confuses all of them."""
    fusion = Fusion()
    for index in range(6):
        views = views_at(index, (0, 1))
        behind = [
            Pose2D(pose.keypoints, np.where(pose.scores > 0, 0.4, 0.0).astype(np.float32), pose.score)
            for pose in map(swapped, poses_of(2, index * STEP_S, index, range(5)))
        ]
        people = fusion.update([*views, view_of(2, behind)], index * STEP_S, OPTIONS)
    errors = errors_m(people, index * STEP_S)
    assert len(errors) == 5
    assert max(error for _, error in errors.values()) < 0.06
    assert all("camera2" in person.views for person in people)


def test_a_wrong_view_is_dropped_for_its_joint() -> None:
    fusion = Fusion()
    wrist = 5
    for index in range(4):
        views = views_at(index, (0, 1, 2), people=[2])
        pose = views[1].poses[0]
        keypoints = pose.keypoints.copy()
        keypoints[wrist] += 150
        wrong = view_of(1, [Pose2D(keypoints, pose.scores, pose.score)])
        (person,) = fusion.update([views[0], wrong, views[2]], index * STEP_S, FusionOptions(smoothing=False))
    truth = stage.truth_at(index * STEP_S).joints_world[2]
    assert np.linalg.norm(person.joints[wrist] - truth[wrist]) < 0.08
    assert person.views["camera1"].error_px > 2 * person.views["camera0"].error_px


def test_a_camera_drops_out_and_comes_back() -> None:
    fusion, ids = Fusion(), []
    for index in range(18):
        cameras = (0, 1) if index < 6 or index >= 12 else (0,)
        people = fusion.update(views_at(index, cameras), index * STEP_S, OPTIONS)
        errors = errors_m(people, index * STEP_S)
        ids.append({who: id for id, (who, _) in errors.items()})
        if len(cameras) == 1:
            assert all(set(person.views) == {"camera0"} for person in people)
            assert np.median([error for _, error in errors.values()]) < 0.25
    assert all(each == ids[0] for each in ids)


def test_a_camera_that_sees_nobody_does_no_harm() -> None:
    fusion = Fusion()
    for index in range(4):
        people = fusion.update([*views_at(index, (0, 1)), view_of(2, [])], index * STEP_S, OPTIONS)
    assert len(people) == 5


def test_somebody_seen_by_one_camera_alone_becomes_a_person_later() -> None:
    fusion, counts = Fusion(), []
    for index in range(14):
        views = [
            view_of(0, poses_of(0, index * STEP_S, index, [1, 2])),
            view_of(1, poses_of(1, index * STEP_S, index, [2])),
        ]
        people = fusion.update(views, index * STEP_S, OPTIONS)
        counts.append(len(people))
    assert counts[0] == 1
    assert counts[-1] == 2
    alone = next(person for person in people if len(person.views) == 1)
    assert errors_m([alone], index * STEP_S)[alone.id][0] == 1
    assert alone.height_m is None


def test_the_first_moment_of_another_round_forgets_nobody() -> None:
    fusion = Fusion()
    first = fusion.update(views_at(3, (0, 1)), 3 * STEP_S, OPTIONS)
    again = fusion.update(views_at(3, (0, 1)), 0.0, OPTIONS)
    assert {person.id for person in again} == {person.id for person in first}


def test_nothing_is_seen_by_nobody() -> None:
    fusion = Fusion()
    assert fusion.update([], 0.0, OPTIONS) == ()
    assert fusion.update([view_of(0, []), view_of(1, [])], 0.1, OPTIONS) == ()
    empty = Pose2D(np.full((JOINT_COUNT, 2), np.nan, np.float32), np.zeros(JOINT_COUNT, np.float32), 0.0)
    assert fusion.update([view_of(0, [empty]), view_of(1, [empty])], 0.2, OPTIONS) == ()
