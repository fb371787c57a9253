"""Bodies from keypoints: what is lifted and what is not, and laws that the lifter keeps."""

from __future__ import annotations

import time

import numpy as np
import pytest

from engine.errors import PosecastError
from engine.geometry import DEFAULT_CAMERA, Array, Camera
from engine.lifting import body_for, lift, placement_for
from engine.lifting.placement import PLACEMENTS, perspective, reference
from engine.settings import PLACEMENTS as PLACEMENTS_TO_SET
from engine.skeleton import JOINT, PELVIS
from engine.types import Maps, Pose2D
from tests.engine.bodies import STANDING, seen, turned

CAMERA = DEFAULT_CAMERA.for_image(1280, 720)
EMPTY = np.zeros((19, 1, 1), np.float32)
FLAT = Maps(None, EMPTY, EMPTY)
"""Maps of a model without the 3D head."""
LIMBS = ("left_wrist", "left_elbow", "right_wrist", "right_elbow", "left_knee", "right_knee")


def standing(at: tuple[float, float, float], yaw: float = 0.0) -> Array:
    """(19, 3) metres, camera frame."""
    return turned(STANDING, yaw=yaw) + np.array(at)


def lifted(pose: Pose2D, camera: Camera = CAMERA, height_m: float = 1.72) -> Array:
    (body,) = lift(FLAT, [pose], (1.0, 1.0), camera, body="keypoints", height_m=height_m)
    assert body is not None
    return body.joints.astype(float)


@pytest.mark.parametrize("at", [(0.0, 0.0, 4.0), (1.5, -0.2, 5.0), (-2.0, 0.3, 7.0)])
def test_a_standing_person_comes_back_nearly(at: tuple[float, float, float]) -> None:
    joints = standing(at)
    found = lifted(seen(joints, CAMERA))
    aligned = (found - found[PELVIS]) - (joints - joints[PELVIS])
    assert np.linalg.norm(aligned, axis=1).mean() < 0.12
    assert found[PELVIS, 2] == pytest.approx(at[2], rel=0.1)


def test_a_body_projects_to_the_keypoints_it_was_made_from() -> None:
    joints = standing((0.5, 0.1, 4.0), yaw=0.4)
    off = np.linalg.norm(CAMERA.project(lifted(seen(joints, CAMERA))) - CAMERA.project(joints), axis=1)
    box = np.ptp(CAMERA.project(joints)[:, 1])
    assert np.median(off[[JOINT[name] for name in LIMBS]]) < 0.03 * box


def test_five_keypoints_make_a_body_and_four_do_not() -> None:
    joints = standing((0.0, 0.0, 4.0))
    for count, there in ((4, False), (5, True)):
        kept = [JOINT[name] for name in ("neck", "left_hip", "right_hip", "left_knee", "right_shoulder")[:count]]
        pose = seen(joints, CAMERA, missing=tuple(set(range(19)) - set(kept)))
        (body,) = lift(FLAT, [pose], (1.0, 1.0), CAMERA, body="keypoints")
        assert (body is not None) is there


def test_a_person_without_a_neck_has_a_body() -> None:
    assert np.isfinite(lifted(seen(standing((0.0, 0.0, 4.0)), CAMERA, missing=(JOINT["neck"],)))).all()


def test_nobody_is_lifted_from_keypoints_at_one_place() -> None:
    pose = seen(standing((0.0, 0.0, 4.0)), CAMERA)
    pose.keypoints[pose.scores > 0] = (333.7, 111.1)
    for placement in PLACEMENTS:
        assert lift(FLAT, [pose], (1.0, 1.0), CAMERA, body="keypoints", placement=placement) == [None]


def test_taller_people_are_taller_and_farther_away_and_less_certain() -> None:
    pose = seen(standing((0.3, 0.0, 4.0)), CAMERA)
    small, tall = (
        lift(FLAT, [pose], (1.0, 1.0), CAMERA, body="keypoints", height_m=height)[0] for height in (1.0, 2.0)
    )
    assert small is not None
    assert tall is not None
    assert small.errors is not None
    assert tall.errors is not None
    np.testing.assert_allclose(tall.joints, 2 * small.joints, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(tall.errors, 2 * small.errors, rtol=1e-5)


def test_a_turned_camera_turns_the_body() -> None:
    """The lifter looks at the middle of the person: where the person is in the picture makes no body another one."""
    joints = standing((0.0, 0.0, 5.0), yaw=0.6)
    angle = 0.4
    turn = np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]])
    straight, aside = lifted(seen(joints, CAMERA)), lifted(seen(joints @ turn.T, CAMERA))
    np.testing.assert_allclose(aside, straight @ turn.T, atol=2e-3)


@pytest.mark.parametrize("place", [perspective, reference])
def test_a_distant_body_is_placed_where_it_is(place: object) -> None:
    body = STANDING * (1, 1, 0)
    T = np.array([1.0, -0.5, 6.0])
    r = (body + T)[:, :2] / (body + T)[:, 2:]
    np.testing.assert_allclose(PLACEMENTS[place.__name__](body, r), T, rtol=1e-9)  # type: ignore[attr-defined]


def test_perspective_is_exact_for_a_body_in_the_round_and_the_reference_is_not() -> None:
    body = turned(STANDING, yaw=0.8).copy()
    body[JOINT["left_wrist"]] = body[JOINT["left_shoulder"]] + (0.0, 0.0, -0.6)  # a hand held out
    T = np.array([0.4, 0.1, 2.0])
    r = (body + T)[:, :2] / (body + T)[:, 2:]
    exact, rough = perspective(body, r), reference(body, r)
    assert exact is not None
    assert rough is not None
    np.testing.assert_allclose(exact, T, rtol=1e-9)
    assert abs(rough[2] - T[2]) > 0.01


def test_perspective_is_the_least_squares_solution() -> None:
    rng = np.random.default_rng(5)
    P, r = rng.normal(size=(12, 3)) * 0.3, rng.normal(size=(12, 2)) * 0.1
    r -= P[:, :2] * -0.2
    A = np.concatenate([np.concatenate((np.eye(2), -row[:, None]), axis=1) for row in r])
    b = (r * P[:, 2:] - P[:, :2]).ravel()
    np.testing.assert_allclose(perspective(P, r), np.linalg.lstsq(A, b, rcond=None)[0], rtol=1e-9)


def test_nobody_is_placed_behind_the_camera() -> None:
    body = STANDING.copy()
    r = -body[:, :2] / 3
    assert perspective(body, r) is None


def test_what_auto_means() -> None:
    with_features = Maps(np.zeros((57, 1, 1), np.float32), EMPTY, EMPTY)
    assert body_for("auto", with_features, bundled=True) == "keypoints"
    assert body_for("auto", with_features, bundled=False) == "maps"
    assert body_for("auto", FLAT, bundled=False) == "keypoints"
    assert body_for("maps", with_features, bundled=True) == "maps"
    assert [placement_for("auto", body) for body in ("keypoints", "maps")] == ["perspective", "reference"]
    assert placement_for("perspective", "maps") == "perspective"
    assert set(PLACEMENTS_TO_SET) == {"auto", *PLACEMENTS}


def test_maps_are_not_to_be_had_of_a_model_without_them() -> None:
    with pytest.raises(PosecastError, match="no 3D coordinates to read bodies from; use --body keypoints"):
        body_for("maps", FLAT, bundled=False)


def test_five_people_take_at_most_a_millisecond_and_a_half() -> None:
    """The fastest of many, since other work on the machine only ever adds to it."""
    poses = [seen(standing((x, 0.0, 5.0), yaw=x), CAMERA) for x in (-2.0, -1.0, 0.0, 1.0, 2.0)]
    fastest = float("inf")
    for _ in range(200):
        start = time.perf_counter()
        lift(FLAT, poses, (1.0, 1.0), CAMERA, body="keypoints")
        fastest = min(fastest, time.perf_counter() - start)
    assert fastest < 1.5e-3
