from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.geometry import DEFAULT_CAMERA, Array
from engine.skeleton import JOINT, JOINT_COUNT, NECK, PELVIS
from engine.tracking import Identities
from engine.types import Person, Pose2D, Pose3D
from tests.engine.bodies import STANDING, seen, turned
from tests.engine.tracker import Options, Tracker

CAMERA = DEFAULT_CAMERA.for_image(1280, 720)
RAW = Options(smoothing=False)
WALK = 1.4
"""Metres per second."""


def update(tracker: Tracker, bodies: Sequence[Array], time: float, options: Options = RAW) -> tuple[Person, ...]:
    """Bodies in the camera frame, the surest first."""
    poses = [seen(body, CAMERA, score=20.0 - index) for index, body in enumerate(bodies)]
    return tracker.update(poses, [Pose3D(body.astype(np.float32)) for body in bodies], time, options)


def ids(people: Sequence[Person]) -> list[int]:
    return [person.id for person in people]


def id_at(people: Sequence[Person], body: Array) -> int:
    """The id of the person whose pelvis is nearest to the body's."""
    return min(people, key=lambda p: np.linalg.norm(p.pose3d.joints[PELVIS] - body[PELVIS])).id  # type: ignore[union-attr]


def at(x: float, z: float = 5.0, *, yaw: float = 0.0) -> Array:
    return turned(STANDING, yaw=yaw) + np.array([x, 0.2, z])


def test_ids_start_at_one_the_surest_first() -> None:
    assert ids(update(Tracker(), [at(-1), at(0), at(1)], 0.0)) == [1, 2, 3]
    (first, *_) = update(Tracker(), [at(-1), at(0)], 0.0)
    assert first.pose2d.score == 20.0


def test_walkers_keep_their_ids_through_noise_and_turns() -> None:
    rng, tracker = np.random.default_rng(2), Tracker()
    for frame in range(150):
        time = frame / 25
        bodies = [at(-2 + WALK * time / 2, 5, yaw=time), at(2 - WALK * time / 2, 7, yaw=-time), at(0.2, 9)]
        bodies = [body + rng.normal(0, 0.01, body.shape) for body in bodies]
        people = update(tracker, bodies, time)
        assert [id_at(people, body) for body in bodies] == [1, 2, 3]


@pytest.mark.parametrize("rate", [2.0, 5.0, 60.0])
def test_somebody_walking_is_followed_at_any_frame_rate(rate: float) -> None:
    tracker = Tracker()
    for frame in range(int(3 * rate)):
        assert ids(update(tracker, [at(-2 + WALK * frame / rate), at(1.5, 8)], frame / rate)) == [1, 2]


@pytest.mark.parametrize(("kept", "same"), [(["neck", "nose", "left_hip"], True), (["neck", "nose"], False)])
def test_three_similar_keypoints_make_the_same_person_two_do_not(kept: list[str], same: bool) -> None:
    tracker = Tracker()
    tracker.update([seen(at(0), CAMERA)], [None], 0.0, RAW)
    pose = seen(at(0), CAMERA, missing=tuple(index for name, index in JOINT.items() if name not in kept))
    people = tracker.update([pose], [None], 0.001, RAW)
    assert ids(people) == ([1] if same else [])


def test_a_jump_across_the_room_is_somebody_else() -> None:
    tracker = Tracker()
    update(tracker, [at(-2)], 0.0)
    assert [ids(update(tracker, [at(2)], frame / 25)) for frame in (1, 2, 3)] == [[], [], [2]]


def play(tracker: Tracker, scene: Callable[[float], list[Array]], seconds: float, rate: float = 25.0) -> list[int]:
    """Run a scene; the ids in its last frame, in the order of its bodies."""
    people: tuple[Person, ...] = ()
    bodies: list[Array] = []
    for frame in range(round(seconds * rate) + 1):
        bodies = scene(frame / rate)
        people = update(tracker, bodies, frame / rate)
    return [id_at(people, body) for body in bodies]


def test_somebody_hidden_by_a_passer_by_comes_back_as_the_same() -> None:
    def scene(time: float) -> list[Array]:
        passing, hidden = at(-2.5 + WALK * time, 4), at(0.0, 6)
        behind = abs(passing[PELVIS, 0] / 4 - hidden[PELVIS, 0] / 6) < 0.09
        return [passing] if behind else [passing, hidden]

    assert play(Tracker(), scene, 0.0) == [1, 2]
    assert play(Tracker(), scene, 3.0) == [1, 2]


def test_two_walkers_crossing_keep_their_ids() -> None:
    def scene(time: float) -> list[Array]:
        near, far = at(-1.8 + WALK * time, 4.5, yaw=1.2), at(1.8 - WALK * time, 6, yaw=-1.2)
        behind = abs(near[PELVIS, 0] / 4.5 - far[PELVIS, 0] / 6) < 0.07
        return [near] if behind else [near, far]

    assert play(Tracker(), scene, 2.6) == [1, 2]


def test_somebody_walking_behind_a_pillar_comes_out_as_the_same() -> None:
    def scene(time: float) -> list[Array]:
        return [] if 1.0 < time < 1.6 else [at(-2 + WALK * time)]

    assert play(Tracker(), scene, 2.5) == [1]


def test_somebody_of_whom_ever_other_parts_are_seen_is_still_the_same() -> None:
    tracker = Tracker()
    upper = tuple(index for name, index in JOINT.items() if name.split("_")[-1] in ("hip", "knee", "ankle"))
    lower = tuple(index for index in range(JOINT_COUNT) if index not in upper)
    for frame, missing in enumerate([(), lower, upper, lower, upper, upper, lower, ()]):
        body = at(-1 + WALK * frame / 25)
        (person,) = tracker.update([seen(body, CAMERA, missing=missing)], [None], frame / 25, RAW)
        assert person.id == 1


def test_a_person_gone_for_long_gets_a_new_id_and_ids_are_not_reused() -> None:
    tracker = Tracker()
    update(tracker, [at(-1), at(1)], 0.0)
    for frame in range(1, 100):
        assert ids(update(tracker, [at(-1)], frame / 25)) == [1]
    for frame in (100, 101, 102):
        people = update(tracker, [at(-1), at(1)], frame / 25)
    assert ids(people) == [1, 3]


def test_somebody_else_near_a_hidden_persons_place_is_not_that_person() -> None:
    tracker = Tracker()
    for frame in range(10):
        update(tracker, [at(0, 8)], frame / 25)
    assert [ids(update(tracker, [at(0.3, 4)], 0.8 + step)) for step in (0.0, 0.25)] == [[], [2]]


def test_a_fragment_of_a_single_frame_gets_no_id() -> None:
    tracker = Tracker()
    for frame in range(40):
        fragment = [at(1.5, 6)] if frame % 20 == 10 else []
        assert ids(update(tracker, [at(-1), *fragment], frame / 25)) == [1]


@pytest.mark.parametrize(("rate", "frames"), [(25.0, 3), (5.0, 2), (1.0, 2)])
def test_a_newcomer_is_a_person_after_a_moment(rate: float, frames: int) -> None:
    tracker = Tracker()
    update(tracker, [], 0.0)
    people = [ids(update(tracker, [at(0)], frame / rate)) for frame in range(1, frames + 1)]
    assert people == [[]] * (frames - 1) + [[1]]


def test_everybody_in_a_single_image_is_a_person() -> None:
    identities = Identities()
    for frame, body in enumerate((at(-2), at(2), at(0, 7))):
        (person,) = identities.assign([seen(body, CAMERA)], float(frame), everyone=True)
        assert person[0] == frame + 1


@pytest.mark.parametrize("rate", [25.0, 5.0, 2.0])
def test_in_a_loop_everybody_has_the_same_id_in_every_round(rate: float) -> None:
    identities, ever = Identities(), []
    frames = int(6 * rate)
    for number in range(4):
        for frame in range(frames):
            into = frame / rate
            bodies = [at(-2 + 0.6 * into), at(1.8 - 0.3 * into, 7)]
            if into >= 3:  # somebody comes in, where another one is at the start
                bodies.append(at(-2 + 0.2 * (into - 3), 5))
            poses = [seen(body, CAMERA, score=20.0 - index) for index, body in enumerate(bodies)]
            people = identities.assign(poses, number * 6 + into, round=number)
        ever.append([id for id, _ in people])
    assert ever == [[1, 2, 3]] * 4


def test_reset_forgets_people_but_not_the_count() -> None:
    tracker = Tracker()
    update(tracker, [at(0), at(1)], 0.0)
    tracker.reset()
    assert ids(update(tracker, [at(0)], 0.04)) == [3]


@settings(max_examples=30)
@given(st.permutations(range(5)), st.integers(0, 1000))
def test_ids_do_not_depend_on_the_order_of_the_poses(order: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    straight, shuffled = Tracker(), Tracker()
    bodies = [at(x, z) for x, z in ((-1.5, 5), (-1.0, 5), (0, 6), (1, 4), (1.3, 5))]
    for frame in range(6):
        bodies = [body + rng.normal(0, 0.1, 3) for body in bodies]
        found = rng.random(5) < 0.8
        poses = [seen(body, CAMERA, score=float(rng.integers(3))) for body in bodies]
        pairs = [
            (pose, Pose3D(body.astype(np.float32)))
            for pose, body, there in zip(poses, bodies, found, strict=True)
            if there
        ]
        mixed = [pairs[index] for index in order if index < len(pairs)]
        results = [
            tracker.update([p for p, _ in given], [q for _, q in given], frame / 10, Options())
            for tracker, given in ((straight, pairs), (shuffled, mixed))
        ]
        assert ids(results[0]) == ids(results[1])
        for one, other in zip(*results, strict=True):
            np.testing.assert_array_equal(one.pose2d.keypoints, other.pose2d.keypoints)
            np.testing.assert_array_equal(one.pose3d.joints, other.pose3d.joints)  # type: ignore[union-attr]


def test_two_trackers_share_nothing() -> None:
    one, other = Tracker(), Tracker()
    for frame in range(5):
        update(one, [at(-1), at(0), at(1)], frame / 25, Options())
    (person,) = update(other, [at(0.1)], 0.2, Options())
    assert person.id == 1
    np.testing.assert_allclose(person.pose3d.joints, at(0.1), atol=1e-6)  # type: ignore[union-attr]


def test_keypoints_are_never_smoothed() -> None:
    tracker = Tracker()
    update(tracker, [at(0)], 0.0, Options())
    (person,) = update(tracker, [at(0.1)], 0.04, Options())
    np.testing.assert_array_equal(person.pose2d.keypoints, seen(at(0.1), CAMERA).keypoints)


def test_a_person_without_3d_has_an_id_and_no_3d() -> None:
    tracker = Tracker()
    pose = seen(at(0), CAMERA, missing=(NECK,))
    for frame in range(3):
        (person,) = tracker.update([pose], [None], frame / 25, Options())
        assert (person.id, person.pose3d) == (1, None)


def joints_of(people: Sequence[Person]) -> Array:
    (person,) = people
    assert person.pose3d is not None
    return person.pose3d.joints


def test_smoothing_calms_a_still_body() -> None:
    rng, tracker, jitter = np.random.default_rng(3), Tracker(), []
    for frame in range(100):
        noisy = at(0) + rng.normal(0, 0.005, (JOINT_COUNT, 3))
        jitter.append(joints_of(update(tracker, [noisy], frame / 25, Options())))
    steps = np.linalg.norm(np.diff(np.array(jitter)[20:], axis=0), axis=-1)
    assert steps.mean() < 0.3 * 0.005 * np.sqrt(2 * 3)


def test_a_depth_that_leaps_for_a_moment_is_not_believed() -> None:
    tracker = Tracker()
    for frame in range(60):
        leap = 1.5 if frame in (20, 41, 42) else 1.0
        joints = joints_of(update(tracker, [at(1) * leap], frame / 30, Options()))
        np.testing.assert_allclose(joints[PELVIS], at(1)[PELVIS], rtol=0.01)


def test_smoothing_the_depth_leaves_the_image_alone() -> None:
    rng, tracker = np.random.default_rng(4), Tracker()
    for frame in range(60):
        noisy = at(2) - at(2)[PELVIS] + at(2)[PELVIS] * rng.normal(1, 0.03)
        joints = joints_of(update(tracker, [noisy], frame / 30, Options()))
        np.testing.assert_allclose(CAMERA.project(joints[PELVIS]), CAMERA.project(at(2)[PELVIS]), atol=1.0)


def test_somebody_at_the_lens_is_not_smoothed() -> None:
    tracker = Tracker()
    for frame in range(5):
        body = STANDING + np.array([0.0, 0.0, 0.05 * (-1) ** frame])
        pose = Pose3D(body.astype(np.float32))
        (person,) = tracker.update([seen(at(0), CAMERA)], [pose], frame / 25, Options())
        np.testing.assert_allclose(person.pose3d.joints, body, atol=1e-6)  # type: ignore[union-attr]


@pytest.mark.parametrize("rate", [10.0, 30.0, 100.0])
def test_smoothing_lags_by_time_not_by_frames(rate: float) -> None:
    tracker, joints = Tracker(), np.zeros(())
    for frame in range(int(2 * rate) + 1):
        joints = joints_of(update(tracker, [at(-1 + frame / rate)], frame / rate, Options()))
    lag_s = (at(1.0)[PELVIS, 0] - joints[PELVIS, 0]) / 1.0
    assert 0.0 < lag_s < 0.12


def test_a_file_that_restarts_keeps_ids_and_resets_the_smoothing() -> None:
    tracker = Tracker()
    for frame in range(25):
        update(tracker, [at(0.01 * frame), at(1.5)], 10 + frame / 25, Options())
    people = update(tracker, [at(0), at(1.5)], 0.0, Options())
    assert ids(people) == [1, 2]
    np.testing.assert_allclose(people[0].pose3d.joints, at(0), atol=1e-6)  # type: ignore[union-attr]
    assert ids(update(tracker, [at(0.01), at(1.5)], 0.04, Options())) == [1, 2]


def test_a_person_hidden_when_the_clock_was_set_back_is_still_forgotten_in_time() -> None:
    tracker = Tracker()
    update(tracker, [at(0), at(1.5)], 100.0)
    update(tracker, [at(0)], 102.0)
    update(tracker, [at(0)], 3.0)
    for frame in range(1, 5):
        update(tracker, [at(0)], 3.0 + 0.3 * frame)
    assert [ids(update(tracker, [at(0), at(1.5)], 4.5 + step)) for step in (0.0, 0.3)] == [[1], [1, 3]]


def test_where_the_clock_stands_still_the_newest_pose_shows() -> None:
    tracker = Tracker()
    for step in range(3):
        np.testing.assert_allclose(
            joints_of(update(tracker, [at(0.1 * step)], 0.0, Options())), at(0.1 * step), atol=1e-6
        )


def test_after_a_long_gap_the_pose_is_shown_as_it_is() -> None:
    tracker = Tracker()
    update(tracker, [at(0)], 0.0, Options())
    np.testing.assert_allclose(joints_of(update(tracker, [at(0.1)], 0.9, Options())), at(0.1), atol=1e-6)


def test_smoothing_may_be_switched_off_and_on() -> None:
    tracker = Tracker()
    update(tracker, [at(0)], 0.0, Options())
    np.testing.assert_allclose(joints_of(update(tracker, [at(0.1)], 0.04, RAW)), at(0.1), atol=1e-6)
    np.testing.assert_allclose(joints_of(update(tracker, [at(0.2)], 0.08, Options())), at(0.2), atol=1e-6)
    assert joints_of(update(tracker, [at(0.3)], 0.12, Options()))[PELVIS, 0] < 0.29


def test_one_persons_height_scales_that_person_about_the_camera() -> None:
    tracker = Tracker()
    options = Options(smoothing=False, person_heights_m={2: 1.35})
    people = update(tracker, [at(-1), at(1)], 0.0, options)
    np.testing.assert_allclose(people[0].pose3d.joints, at(-1), rtol=1e-5)  # type: ignore[union-attr]
    child = people[1].pose3d.joints  # type: ignore[union-attr]
    np.testing.assert_allclose(child, 0.75 * at(1), rtol=1e-5)
    np.testing.assert_allclose(CAMERA.project(child), CAMERA.project(at(1)), rtol=1e-5)


def test_a_changed_height_shows_at_once_and_smoothly() -> None:
    tracker = Tracker()
    for frame in range(30):
        update(tracker, [at(1)], frame / 25, Options())
    for frame in range(30, 33):
        joints = joints_of(update(tracker, [at(1)], frame / 25, Options(person_heights_m={1: 0.9})))
        np.testing.assert_allclose(joints, 0.5 * at(1), rtol=1e-5)


def test_nobody_is_nobody() -> None:
    tracker = Tracker()
    assert tracker.update([], [], 0.0, RAW) == ()
    update(tracker, [at(0)], 0.1)
    assert tracker.update([], [], 0.2, RAW) == ()


def test_degenerate_poses_do_no_harm() -> None:
    nothing = Pose2D(np.full((JOINT_COUNT, 2), np.nan, np.float32), np.zeros(JOINT_COUNT, np.float32), 0.0)
    point = np.full((JOINT_COUNT, 2), np.nan, np.float32)
    point[[NECK, JOINT["nose"], JOINT["left_hip"]]] = 5.0
    dot = Pose2D(point, (~np.isnan(point[:, 0])).astype(np.float32), 1.0)
    tracker = Tracker()
    for frame in range(3):
        assert len(tracker.update([nothing, dot], [None, None], frame / 25, RAW)) >= 1
