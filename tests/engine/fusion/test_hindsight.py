"""Movement in hindsight, on the stage's truth: sides that are confused, trembling, and stretches that join."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from engine.capture import stage
from engine.fusion import FusedPerson, Fusion, FusionOptions, in_hindsight
from engine.geometry import Array
from engine.skeleton import JOINT
from engine.types import Pose2D
from tests.engine.fusion.test_fusion import STEP_S, poses_of, view_of

WALKER = 4
SETS = 24
HIDDEN = range(9, 15)
ANKLE, OTHER_ANKLE = JOINT["left_ankle"], JOINT["right_ankle"]
TIMES = [index * STEP_S for index in range(SETS)]


def with_ankle_on_the_other(pose: Pose2D, index: int) -> Pose2D:
    keypoints = pose.keypoints.copy()
    if index in HIDDEN:
        keypoints[ANKLE] = keypoints[OTHER_ANKLE]
    return Pose2D(keypoints, pose.scores, pose.score)


def as_seen(pose: Pose2D, index: int) -> Pose2D:
    return pose


def walker(wrong: Callable[[Pose2D, int], Pose2D] = as_seen) -> list[FusedPerson]:
    """The one who walks, live and not smoothed, in every set; `wrong` changes what cameras 0 and 1 see."""
    fusion, people = Fusion(), []
    for index, time in enumerate(TIMES):
        views = []
        for number in range(2):
            poses = [wrong(pose, index) for pose in poses_of(number, time, index, [WALKER])]
            views.append(view_of(number, poses))
        (person,) = fusion.update(views, time, FusionOptions(smoothing=False))
        people.append(person)
    return people


def errors_mm(joints: Array, joint: int, sets: range = range(SETS)) -> Array:
    truth = np.stack([stage.truth_at(TIMES[index]).joints_world[WALKER, joint] for index in sets])
    return np.asarray(1e3 * np.linalg.norm(joints[sets.start : sets.stop, joint] - truth, axis=1))


def joints_of(people: Sequence[FusedPerson]) -> Array:
    return np.stack([person.joints for person in people])


def test_an_ankle_confused_with_the_other_is_nearer_to_the_truth() -> None:
    people = walker(with_ankle_on_the_other)
    revised = in_hindsight(TIMES, [person.evidence for person in people])
    live, now = (errors_mm(joints, ANKLE, HIDDEN).mean() for joints in (joints_of(people), revised))
    assert now < 0.7 * live


def test_movement_is_steadier_and_as_near_to_the_truth() -> None:
    people = walker()
    live, revised = joints_of(people), in_hindsight(TIMES, [person.evidence for person in people])
    trembling, now = (np.linalg.norm(np.diff(each, 2, axis=0), axis=2).mean() for each in (live, revised))
    assert now < 0.7 * trembling
    everywhere = [np.mean([errors_mm(each, joint).mean() for joint in range(19)]) for each in (revised, live)]
    assert everywhere[0] < everywhere[1]


def test_stretches_join_as_one() -> None:
    evidence = [person.evidence for person in walker()]
    whole = in_hindsight(TIMES, evidence)
    first = in_hindsight(TIMES[:16], evidence[:16])[:10]
    then = in_hindsight(TIMES[10:], evidence[10:], [(TIMES[8], first[8]), (TIMES[9], first[9])])
    assert np.linalg.norm(np.concatenate([first, then]) - whole, axis=2).max() < 0.01


def test_a_long_absence_is_not_bridged() -> None:
    """Where somebody was before it has no say about where they are after it."""
    evidence = [person.evidence for person in walker()][:4]
    times = [100 + time for time in TIMES[:4]]
    alone = in_hindsight(times, evidence)
    far_off = [(time, evidence[0].joints + 5.0) for time in (0.0, STEP_S)]
    np.testing.assert_allclose(in_hindsight(times, evidence, far_off), alone, atol=1e-6)


def test_views_tell_how_far_keypoints_are_from_the_joints_in_hindsight() -> None:
    person = walker()[-1]
    moved = person.moved(person.joints + 0.1)
    assert list(moved.views) == list(person.views)
    for name, view in moved.views.items():
        assert view.error_px > person.views[name].error_px + 5
        assert view.pose is person.views[name].pose
