from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.geometry import (
    DEFAULT_CAMERA,
    REFERENCE_CAMERA,
    UP_AXES,
    Array,
    Camera,
    CameraSpec,
    Provenance,
    axis_vector,
    nearest_rotation,
    rotation_between,
    rotation_from_vector,
    same_camera,
)
from tests.engine.bodies import cameras, rotations

VECTORS = st.tuples(*[st.floats(-10, 10)] * 3).map(np.array)
UNIT_VECTORS = VECTORS.filter(lambda v: np.linalg.norm(v) > 0.1).map(lambda v: v / np.linalg.norm(v))


@given(cameras(), st.lists(st.tuples(st.floats(-5, 5), st.floats(-5, 5), st.floats(0.1, 50)), min_size=1))
def test_projecting_inverts_rays(camera: Camera, points: list[tuple[float, float, float]]) -> None:
    joints = np.array(points)
    rays = camera.rays(camera.project(joints))
    np.testing.assert_allclose(rays * joints[:, 2:], joints[:, :2], atol=1e-9)


@given(cameras(), VECTORS)
def test_world_and_camera_frames_are_inverse(camera: Camera, point: Array) -> None:
    np.testing.assert_allclose(camera.world_from_camera(camera.camera_from_world(point)), point, atol=1e-9)
    np.testing.assert_allclose(camera.camera_from_world(camera.world_from_camera(point)), point, atol=1e-9)


@given(cameras(), VECTORS, VECTORS)
def test_changing_frames_keeps_distances(camera: Camera, a: Array, b: Array) -> None:
    moved = camera.world_from_camera(a) - camera.world_from_camera(b)
    assert np.linalg.norm(moved) == pytest.approx(np.linalg.norm(a - b), abs=1e-9)


@given(cameras())
def test_the_camera_stands_at_its_own_origin(camera: Camera) -> None:
    np.testing.assert_allclose(camera.camera_from_world(camera.position), np.zeros(3), atol=1e-9)


@pytest.mark.parametrize("z", [0.0, -1.0, np.nan])
def test_what_is_not_in_front_of_the_camera_is_not_in_the_image(z: float) -> None:
    camera = DEFAULT_CAMERA.for_image(640, 480)
    assert np.isnan(camera.project(np.array([0.5, 0.5, z]))).all()


def test_the_image_is_x_right_y_down() -> None:
    camera = DEFAULT_CAMERA.for_image(640, 480)
    np.testing.assert_allclose(camera.project(np.array([0.0, 0.0, 3.0])), [320, 240])
    right_and_down = camera.project(np.array([1.0, 0.5, 4.0]))
    np.testing.assert_allclose(right_and_down, [320 + 512 / 4, 240 + 512 / 8])


@given(rotations())
def test_rotation_vectors_give_rotations(R: Array) -> None:
    np.testing.assert_allclose(R @ R.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(R) == pytest.approx(1)


def test_a_rotation_vector_turns_right_handed() -> None:
    quarter_about_z = rotation_from_vector(np.array([0, 0, np.pi / 2]))
    np.testing.assert_allclose(quarter_about_z @ [1, 0, 0], [0, 1, 0], atol=1e-12)


@given(rotations(), st.integers(0, 2**32 - 1))
def test_the_nearest_rotation_is_a_rotation_nearby(R: Array, seed: int) -> None:
    noise = np.random.default_rng(seed).uniform(-1e-3, 1e-3, (3, 3))
    near = nearest_rotation(R + noise)
    np.testing.assert_allclose(near @ near.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(near) == pytest.approx(1)
    assert np.linalg.norm(near - (R + noise)) <= np.linalg.norm(noise) + 1e-12


def test_the_nearest_rotation_to_a_mirror_is_no_mirror() -> None:
    assert np.linalg.det(nearest_rotation(np.diag([1.0, 1.0, -1.0]))) == pytest.approx(1)


@given(UNIT_VECTORS, UNIT_VECTORS)
def test_a_rotation_between_two_directions_takes_one_to_the_other(a: Array, b: Array) -> None:
    for start, end in ((a, b), (a, a), (a, -a)):
        R = rotation_between(start, end)
        np.testing.assert_allclose(R @ start, end, atol=1e-9)
        np.testing.assert_allclose(R @ R.T, np.eye(3), atol=1e-9)


def test_the_neutral_camera_is_level_above_the_origin() -> None:
    camera = DEFAULT_CAMERA.for_image(1280, 720)
    np.testing.assert_array_equal(camera.R, np.diag([1, -1, -1]))
    np.testing.assert_array_equal(camera.t, (0, 1.5, 0))
    assert (camera.up, camera.height, camera.tilt_down, camera.roll) == ("+y", 1.5, 0, 0)
    np.testing.assert_array_equal(camera.position, (0, 1.5, 0))
    assert camera.provenance == Provenance("default", "default", 0)


@pytest.mark.parametrize(("size", "fx"), [((1280, 720), 1024), ((720, 1280), 1024), ((600, 600), 480)])
def test_the_default_lens_goes_by_the_longer_side(size: tuple[int, int], fx: float) -> None:
    camera = DEFAULT_CAMERA.for_image(*size)
    assert (camera.fx, camera.fy) == (fx, fx)
    assert (camera.cx, camera.cy) == (size[0] / 2, size[1] / 2)


@pytest.mark.parametrize("size", [(4032, 3024), (3024, 4032), (1600, 1200)])
def test_the_pictures_own_lens_is_by_the_diagonal(size: tuple[int, int]) -> None:
    camera = replace(DEFAULT_CAMERA, film_mm=26.0).for_image(*size)
    assert camera.fx == pytest.approx(26 / 43.2666 * np.hypot(*size), rel=1e-5)
    assert camera.provenance.intrinsics == "metadata"


def test_each_focal_length_says_where_it_comes_from() -> None:
    K = np.array([[1000.0, 0, 640], [0, 1000, 360], [0, 0, 1]])
    assert replace(DEFAULT_CAMERA, K=K, film_mm=26.0).for_image(1280, 720).provenance.intrinsics == "file"
    assert replace(DEFAULT_CAMERA, K=K, fx=900.0).for_image(1280, 720).provenance.intrinsics == "option"
    assert replace(REFERENCE_CAMERA, film_mm=26.0).for_image(720, 1280).fx == 0.8 * 720


@pytest.mark.parametrize(("size", "fx"), [((1280, 720), 900), ((640, 360), 450), ((720, 1280), 900)])
def test_a_focal_length_for_one_size_is_scaled_to_others(size: tuple[int, int], fx: float) -> None:
    assert replace(DEFAULT_CAMERA, fx=900.0, fx_size=(1280, 720)).for_image(*size).fx == fx


def test_cameras_are_the_same_whatever_their_revision() -> None:
    later = replace(DEFAULT_CAMERA, provenance=Provenance(revision=7))
    assert same_camera(later, DEFAULT_CAMERA)
    assert not same_camera(replace(DEFAULT_CAMERA, fx=700.0), DEFAULT_CAMERA)
    assert not same_camera(replace(DEFAULT_CAMERA, provenance=Provenance("estimated")), DEFAULT_CAMERA)
    assert not same_camera(replace(DEFAULT_CAMERA, t=np.array([0, 1.4, 0])), DEFAULT_CAMERA)


def test_the_reference_camera_stands_where_the_design_says() -> None:
    camera = REFERENCE_CAMERA.for_image(1280, 720)
    assert camera.height == pytest.approx(1.52, abs=0.01)
    assert np.linalg.norm(camera.position[[0, 2]]) == pytest.approx(2.74, abs=0.01)
    assert camera.tilt_down == pytest.approx(5.0, abs=0.1)
    assert abs(camera.roll) < 2
    assert camera.fx == camera.fy == 0.8 * 1280


@pytest.mark.parametrize("up", UP_AXES)
def test_an_upright_level_camera_has_neither_roll_nor_tilt(up: str) -> None:
    down = -axis_vector(up)
    forward = np.roll(down, 1)
    camera = Camera((640, 480), 500, 500, 320, 240, np.stack([np.cross(down, forward), down, forward]), np.zeros(3), up)
    assert camera.roll == pytest.approx(0)
    assert camera.tilt_down == pytest.approx(0)


@given(st.floats(-80, 80), st.floats(-170, 170), st.floats(-3, 3))
def test_tilt_and_roll_are_those_the_camera_was_given(tilt: float, roll: float, yaw: float) -> None:
    turn = rotation_from_vector(np.array([0, yaw, 0]))
    nod = rotation_from_vector(np.radians([tilt, 0, 0]))
    tip = rotation_from_vector(np.radians([0, 0, -roll]))
    camera = Camera((640, 480), 500, 500, 320, 240, tip @ nod @ turn, np.zeros(3), "-y")
    assert camera.tilt_down == pytest.approx(tilt, abs=1e-6)
    assert camera.roll == pytest.approx(roll, abs=1e-6)


def test_intrinsics_are_scaled_to_the_frame() -> None:
    K = np.array([[1000.0, 0, 970], [0, 1100, 500], [0, 0, 1]])
    camera = CameraSpec(np.eye(3), np.zeros(3), "-y", K, (1920, 1080)).for_image(960, 540)
    assert (camera.fx, camera.fy, camera.cx, camera.cy) == (500, 550, 485, 250)


def test_a_given_focal_length_overrides_the_file_and_keeps_the_rest() -> None:
    K = np.array([[1000.0, 0, 970], [0, 1100, 500], [0, 0, 1]])
    camera = CameraSpec(np.eye(3), np.zeros(3), "-y", K, (1920, 1080), fx=600).for_image(960, 540)
    assert (camera.fx, camera.fy, camera.cx, camera.cy) == pytest.approx((600, 660, 485, 250))
    assert replace(DEFAULT_CAMERA, fx=777).for_image(640, 480).fy == 777


def test_intrinsics_without_a_resolution_are_taken_for_the_frames_own() -> None:
    K = np.array([[1000.0, 0, 640], [0, 1000, 360], [0, 0, 1]])
    camera = CameraSpec(np.eye(3), np.zeros(3), "-y", K).for_image(1280, 720)
    assert (camera.fx, camera.cx, camera.cy) == (1000, 640, 360)
