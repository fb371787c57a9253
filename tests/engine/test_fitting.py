from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from engine.bones import ARMS_AND_LEGS, BONES, LIMB_COUNT, TWIN, lengths_of, stature, with_lengths
from engine.fitting import BodyFit, FitOptions
from engine.geometry import DEFAULT_CAMERA, Array
from engine.skeleton import JOINT, JOINT_COUNT, PELVIS
from engine.types import Person, Pose2D, Pose3D
from tests.engine.bodies import STANDING, seen, turned

CAMERA = DEFAULT_CAMERA.for_image(1280, 720)
ERRORS = np.full(JOINT_COUNT, 0.08, np.float32)
RNG = np.random.default_rng


def lifted(id: int, true: Array, body: Array, *, missing: Sequence[int] = (), errors: Array | None = ERRORS) -> Person:
    """A person who stands at `true` and whom the lifter takes for `body`, both in the camera frame."""
    pose = Pose3D(body.astype(np.float32), None if errors is None else errors.astype(np.float32))
    return Person(id, seen(true, CAMERA, missing=tuple(missing)), pose, 1.8)


def at(x: float, z: float = 4.0, *, yaw: float = 0.0) -> Array:
    return turned(STANDING, yaw=yaw) + np.array([x, 0.2, z])


def noisy_walk(count: int = 60) -> list[Person]:
    rng = RNG(4)
    bodies = [at(-1 + 0.03 * frame, yaw=0.02 * frame) for frame in range(count)]
    return [lifted(1, body, body + rng.normal(0, 0.05, body.shape)) for body in bodies]


def fitted(people: Sequence[Person], options: FitOptions | None = None, rate: float = 25.0) -> Array:
    """(T, 19, 3): one person's frames."""
    fit = BodyFit()
    return np.stack(
        [joints_of(fit.update([person], CAMERA, frame / rate, {1}, options or FitOptions()))
         for frame, person in enumerate(people)]
    )  # fmt: skip


def joints_of(people: Sequence[Person]) -> Array:
    (person,) = people
    assert person.pose3d is not None
    return person.pose3d.joints


def test_limbs_keep_their_lengths_left_equal_to_right() -> None:
    lengths = lengths_of(fitted(noisy_walk()).astype(float))[:, :LIMB_COUNT]
    np.testing.assert_allclose(lengths, lengths[:, TWIN[:LIMB_COUNT]], rtol=1e-3)
    assert np.abs(lengths / np.median(lengths, axis=0) - 1)[:, ARMS_AND_LEGS].max() < 0.05
    raw = lengths_of(np.stack([joints_of([person]) for person in noisy_walk()]).astype(float))[:, :LIMB_COUNT]
    assert np.abs(raw / np.median(raw, axis=0) - 1)[:, ARMS_AND_LEGS].max() > 0.2


def test_joints_come_nearer_to_their_keypoints() -> None:
    people = noisy_walk()

    def misses(joints: Array) -> float:
        return float(np.nanmedian([
            np.linalg.norm(CAMERA.project(pose.astype(float)) - person.pose2d.keypoints, axis=1)
            for pose, person in zip(joints, people, strict=True)
        ]))  # fmt: skip

    assert misses(fitted(people)) < 0.6 * misses(np.stack([joints_of([person]) for person in people]))


def test_it_moves_more_steadily_than_single_frames() -> None:
    people = noisy_walk()
    jitter = [np.abs(np.diff(joints, 2, axis=0)).mean()
              for joints in (fitted(people), np.stack([joints_of([person]) for person in people]))]  # fmt: skip
    assert jitter[0] < 0.3 * jitter[1]


def test_a_wrist_that_comes_and_goes_does_not_jump() -> None:
    wrist = JOINT["left_wrist"]
    people = [lifted(1, at(0), at(0) + (frame % 8 < 4) * np.eye(JOINT_COUNT)[wrist][:, None] * 0.1,
                     missing=(wrist,) if frame % 8 < 4 else ()) for frame in range(40)]  # fmt: skip
    steps = np.linalg.norm(np.diff(fitted(people)[8:, wrist], axis=0), axis=-1)
    assert steps.max() < 0.04


def test_without_fit_joints_are_left_alone() -> None:
    person = noisy_walk(1)[0]
    joints = joints_of(BodyFit().update([person], CAMERA, 0.0, {1}, FitOptions(fit=False)))
    np.testing.assert_array_equal(joints, joints_of([person]))


def test_bodies_without_errors_are_fitted_too() -> None:
    people = [lifted(1, at(0), at(0) + RNG(frame).normal(0, 0.05, (JOINT_COUNT, 3)), errors=None) for frame in range(9)]
    assert np.isfinite(fitted(people)).all()


@pytest.mark.parametrize("missing", [(), tuple(range(6, 9)), tuple(j for j in range(JOINT_COUNT) if j > 4)])
def test_people_cut_by_the_frame_have_whole_bodies(missing: tuple[int, ...]) -> None:
    people = [lifted(1, at(0), at(0), missing=missing) for _ in range(5)]
    joints = fitted(people)
    assert np.isfinite(joints).all()
    np.testing.assert_allclose(stature(lengths_of(joints.astype(float))), 0.95 * 1.8, rtol=1e-3)


def test_who_has_no_body_or_a_broken_one_passes_unchanged() -> None:
    nothing = Pose2D(np.full((JOINT_COUNT, 2), np.nan, np.float32), np.zeros(JOINT_COUNT, np.float32), 0.0)
    broken = Pose3D(np.full((JOINT_COUNT, 3), np.nan, np.float32))
    people = [Person(1, nothing, None, 1.8), Person(2, nothing, broken, 1.8), lifted(3, at(0), at(0))]
    one, two, three = BodyFit().update(people, CAMERA, 0.0, {1, 2, 3}, FitOptions())
    assert one.pose3d is None
    assert two.pose3d is not None
    assert np.isnan(two.pose3d.joints).all()
    assert np.isfinite(joints_of([three])).all()


def test_people_do_not_influence_each_other_and_order_does_not_matter() -> None:
    alone = fitted(noisy_walk())
    fit, rng = BodyFit(), RNG(9)
    for frame, person in enumerate(noisy_walk()):
        other = lifted(2, at(1.5, 6), at(1.5, 6) + rng.normal(0, 0.05, (JOINT_COUNT, 3)))
        both = [person, other] if frame % 2 else [other, person]
        people = fit.update(both, CAMERA, frame / 25, {1, 2}, FitOptions())
        found = next(one for one in people if one.id == 1)
        np.testing.assert_allclose(joints_of([found]), alone[frame], atol=1e-6)


def test_time_that_runs_backwards_restarts_the_movement_and_keeps_the_lengths() -> None:
    fit = BodyFit()
    for frame, person in enumerate(noisy_walk()):
        before = joints_of(fit.update([person], CAMERA, frame / 25, {1}, FitOptions()))
    there = at(1.5, 7)
    after = joints_of(fit.update([lifted(1, there, there)], CAMERA, 0.0, {1}, FitOptions()))
    assert np.linalg.norm(after[PELVIS] - there[PELVIS]) < 0.5
    np.testing.assert_allclose(lengths_of(after)[:LIMB_COUNT], lengths_of(before)[:LIMB_COUNT], rtol=0.01)


def test_rebuilding_keeps_directions() -> None:
    lengths = lengths_of(STANDING) * RNG(1).uniform(0.8, 1.2, len(BONES))
    rebuilt = with_lengths(STANDING, lengths)
    np.testing.assert_allclose(lengths_of(rebuilt)[:LIMB_COUNT], lengths[:LIMB_COUNT])
    np.testing.assert_allclose(with_lengths(rebuilt, lengths_of(STANDING)), STANDING, atol=1e-12)
