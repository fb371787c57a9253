from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.geometry import DEFAULT_CAMERA, Array, Camera
from engine.lifting import lift
from engine.skeleton import CHAINS, JOINT, JOINT_COUNT, NECK, PELVIS
from engine.types import Floats, Maps, Pose2D
from tests.engine.bodies import STANDING, cameras, seen, turned

NETWORK_HEIGHT = 256
UNIT_M = 1.80
LEFT, RIGHT = JOINT["left_wrist"], JOINT["right_wrist"]


def scale_for(camera: Camera) -> tuple[float, float]:
    """Network pixels per frame pixel."""
    return NETWORK_HEIGHT / camera.image_size[1], NETWORK_HEIGHT / camera.image_size[1]


def maps_of(bodies: list[Array], poses: list[Pose2D], camera: Camera, *, padding: int = 0) -> Maps:
    """Maps in which each pose's cells hold its body (metres, pelvis-relative), and all others rubbish."""
    scale = scale_for(camera)
    width = int(np.ceil(camera.image_size[0] * scale[0] / 8)) + padding
    features = np.full((JOINT_COUNT, 3, NETWORK_HEIGHT // 8, width), 77.0, np.float32)
    for body, pose in zip(bodies, poses, strict=True):
        for x, y in (pose.keypoints[pose.scores > 0] * scale / 8).astype(int):
            features[:, :, y, x] = body / UNIT_M
    return Maps(features.reshape(57, *features.shape[2:]), np.zeros(()), np.zeros(()))


def inside(joints: Array, camera: Camera) -> bool:
    pixels = camera.project(joints)
    return bool(((pixels >= 0) & (pixels < camera.image_size)).all())


@given(
    cameras(), st.floats(-3.1, 3.1), st.floats(-0.3, 0.3), st.tuples(st.floats(0.1, 0.9), st.floats(0.1, 0.9)),
    st.floats(2, 12), st.integers(0, 5),
)  # fmt: skip
def test_a_flat_body_comes_back_exactly(
    camera: Camera, yaw: float, roll: float, at: tuple[float, float], depth: float, padding: int
) -> None:
    """Seen without perspective within the body, the place is exact for any camera, position and padding."""
    body = turned(STANDING, yaw=yaw, roll=roll) * (1, 1, 0)
    joints = body + np.append(camera.rays(np.array(at) * camera.image_size), 1) * depth
    assume(inside(joints, camera))
    pose = seen(joints, camera)
    (lifted,) = lift(maps_of([body], [pose], camera, padding=padding), [pose], scale_for(camera), camera)
    assert lifted is not None
    np.testing.assert_allclose(lifted.joints, joints, atol=2e-3)


@given(cameras(), st.floats(-3.1, 3.1), st.tuples(st.floats(0.2, 0.8), st.floats(0.3, 0.7)), st.floats(3, 12))
def test_a_body_in_the_round_comes_back_nearly(
    camera: Camera, yaw: float, at: tuple[float, float], depth: float
) -> None:
    body = turned(STANDING, yaw=yaw)
    ray = np.append(camera.rays(np.array(at) * camera.image_size), 1)
    joints = body + ray * depth
    assume(inside(joints, camera))
    pose = seen(joints, camera)
    (lifted,) = lift(maps_of([body], [pose], camera), [pose], scale_for(camera), camera)
    assert lifted is not None
    np.testing.assert_allclose(lifted.joints - lifted.joints[PELVIS], body, atol=1e-4)
    # The body's own depth, seen at a slant, passes for size; and nearer parts are larger in the image.
    round_it = (body - body[pose.scores > 0].mean(axis=0))[pose.scores > 0]
    slant = np.linalg.norm(ray[:2]) * np.linalg.norm(round_it[:, 2]) / np.linalg.norm(round_it[:, :2])
    assert np.abs(lifted.joints - joints).max() < np.linalg.norm(ray) * (0.1 + depth * slant)


def test_it_is_the_design_formula_where_pixels_are_square() -> None:
    camera = DEFAULT_CAMERA.for_image(1280, 720)
    body = turned(STANDING, yaw=0.7)
    joints = body + np.array([0.4, 0.1, 4.0])
    pose = seen(joints, camera, missing=(LEFT, NECK + 3))
    found = pose.scores > 0
    scale = scale_for(camera)[0]
    p = (pose.keypoints[found].astype(float) - (640, 360)) * scale / 8
    P = body[found, :2]
    s = np.linalg.norm(P - P.mean(axis=0)) / np.linalg.norm(p - p.mean(axis=0))
    T = s * np.array([*p.mean(axis=0), camera.fx * scale / 8]) - [*P.mean(axis=0), 0]
    (lifted,) = lift(maps_of([body], [pose], camera), [pose], (scale, scale), camera)
    assert lifted is not None
    np.testing.assert_allclose(lifted.joints, body + T, atol=1e-4)


def test_people_do_not_disturb_each_other_and_keep_their_order() -> None:
    camera = DEFAULT_CAMERA.for_image(1280, 720)
    bodies = [turned(STANDING, yaw=yaw) * (1, 1, 0) for yaw in (0.0, 1.0, 2.0)]
    joints = [body + np.array([x, 0, 5]) for body, x in zip(bodies, (-1.5, 0.0, 1.5), strict=True)]
    poses = [seen(body, camera) for body in joints]
    poses.insert(1, seen(joints[0], camera, missing=(NECK,)))
    maps = maps_of([bodies[0], *bodies], [poses[1], poses[0], *poses[2:]], camera)
    first, headless, *others = lift(maps, poses, scale_for(camera), camera)
    assert headless is None
    for lifted, expected in zip([first, *others], joints, strict=True):
        assert lifted is not None
        np.testing.assert_allclose(lifted.joints, expected, atol=2e-3)


def cells_read(pose: Pose2D) -> Floats:
    """(19, 2) the map cell (x, y) that each joint of the pose was read from, told by features that name them."""
    xs, ys = np.meshgrid(np.arange(60), np.arange(32))
    features = np.zeros((JOINT_COUNT, 3, 32, 60), np.float32)
    features[:, 0], features[:, 1] = xs, ys
    (lifted,) = lift(Maps(features.reshape(57, 32, 60), features, features), [pose], (1.0, 1.0), SMALL, height_m=1.0)
    assert lifted is not None
    x_and_y = lifted.joints[:, :2] - lifted.joints[PELVIS, :2]
    neck_cell = np.floor(pose.keypoints[NECK] / 8)
    return np.round(x_and_y + neck_cell).astype(np.float32)


SMALL = Camera((480, 256), 400, 400, 240, 128, np.eye(3), np.zeros(3))


def everyone_elsewhere(*missing: str) -> Pose2D:
    """A pose whose keypoints all lie in different cells."""
    keypoints = np.stack([8.0 * (3 * np.arange(JOINT_COUNT) + 2) + 3, np.full(JOINT_COUNT, 12.0)], axis=1)
    keypoints[:, 1] += 8 * np.arange(JOINT_COUNT)
    scores = np.full(JOINT_COUNT, 0.9, np.float32)
    for joint in (PELVIS, *(JOINT[name] for name in missing)):
        keypoints[joint], scores[joint] = np.nan, 0
    return Pose2D(keypoints.astype(np.float32), scores, 1.0)


def test_each_chain_is_read_at_its_first_keypoint_by_name() -> None:
    pose = everyone_elsewhere("left_ear", "right_ankle", "right_knee")
    cells = cells_read(pose)

    def at(name: str) -> list[float]:
        return list(np.floor(pose.keypoints[JOINT[name]] / 8))

    expected = {
        "neck": "neck", "pelvis": "neck",
        "right_ear": "right_ear", "right_eye": "right_ear",
        "left_ear": "left_eye", "left_eye": "left_eye", "nose": "left_eye",
        "left_wrist": "left_wrist", "left_elbow": "left_wrist", "left_shoulder": "left_wrist",
        "right_ankle": "right_hip", "right_knee": "right_hip", "right_hip": "right_hip",
    }  # fmt: skip
    assert {name: list(cells[JOINT[name]]) for name in expected} == {
        name: at(where) for name, where in expected.items()
    }


def test_a_chain_nobody_found_is_read_at_the_neck() -> None:
    chain = CHAINS[2]
    pose = everyone_elsewhere("left_wrist", "left_elbow", "left_shoulder")
    neck = np.floor(pose.keypoints[NECK] / 8)
    np.testing.assert_array_equal(cells_read(pose)[list(chain)], np.repeat(neck[None], 3, axis=0))


def test_an_unsure_keypoint_is_not_read() -> None:
    pose = everyone_elsewhere()
    scores = pose.scores.copy()
    scores[LEFT] = 0.1
    elbow = np.floor(pose.keypoints[JOINT["left_elbow"]] / 8)
    np.testing.assert_array_equal(cells_read(replace(pose, scores=scores))[LEFT], elbow)


def test_keypoints_at_the_far_edge_are_read_in_the_last_cell() -> None:
    pose = everyone_elsewhere()
    keypoints = pose.keypoints.copy()
    keypoints[LEFT] = (480.0, 256.0)
    np.testing.assert_array_equal(cells_read(replace(pose, keypoints=keypoints))[LEFT], [59, 31])


def only(*names: str) -> Pose2D:
    return everyone_elsewhere(*(name for name in JOINT if name not in names))


def test_a_person_needs_a_neck_and_two_keypoints_apart() -> None:
    body = [turned(STANDING)]
    together = everyone_elsewhere()
    together.keypoints[together.scores > 0] = (333.7, 111.1)
    poses = [only("nose", "left_wrist"), only("neck"), together, only("neck", "nose"), only()]
    maps = maps_of(body, [everyone_elsewhere()], SMALL)
    placed = [pose is not None for pose in lift(maps, poses, (1.0, 1.0), SMALL)]
    assert placed == [False, False, False, True, False]


@pytest.mark.parametrize("value", [np.nan, np.inf, 3e38, 0.0])
def test_a_network_that_overflowed_or_says_nothing_places_nobody(value: float) -> None:
    maps = Maps(np.full((57, 32, 60), value, np.float32), np.zeros(()), np.zeros(()))
    assert lift(maps, [everyone_elsewhere()], (1.0, 1.0), SMALL) == [None]


def test_taller_people_are_taller_and_farther_away() -> None:
    pose = everyone_elsewhere()
    maps = maps_of([turned(STANDING)], [pose], SMALL)
    (small,), (tall,) = (lift(maps, [pose], (1.0, 1.0), SMALL, height_m=height) for height in (1.0, 2.0))
    assert small is not None
    assert tall is not None
    np.testing.assert_allclose(tall.joints, 2 * small.joints, rtol=1e-5)
