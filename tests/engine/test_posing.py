"""Cameras turned and moved by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.geometry import DEFAULT_CAMERA, REFERENCE_CAMERA, UP_AXES, Camera, axis_vector, rotation_from_vector
from engine.posing import posed, standing_at


def test_a_camera_is_moved_to_a_height_without_turning() -> None:
    moved = standing_at(REFERENCE_CAMERA, 2.5).for_image(640, 480)
    before = REFERENCE_CAMERA.for_image(640, 480)
    assert moved.height == pytest.approx(2.5)
    np.testing.assert_array_equal(moved.R, before.R)
    np.testing.assert_allclose(moved.position[[0, 2]], before.position[[0, 2]])


@given(st.floats(-85, 85), st.floats(-170, 170), st.floats(0.1, 9), st.floats(-3, 3), st.sampled_from(UP_AXES))
def test_a_camera_gets_what_it_is_given_and_keeps_the_rest(
    tilt: float, roll: float, height: float, yaw: float, up: str
) -> None:
    down = -axis_vector(up)
    ahead = np.roll(down, 1)
    level = np.stack([np.cross(down, ahead), down, ahead])
    R = level @ rotation_from_vector(yaw * axis_vector(up))
    before = Camera((640, 480), 500, 500, 320, 240, R, -R @ np.array([1.0, 2.0, 3.0]), up)
    R, t = posed(before, tilt, roll, height)
    after = replace(before, R=R, t=t)
    np.testing.assert_allclose(R @ R.T, np.eye(3), atol=1e-9)
    assert np.linalg.det(R) == pytest.approx(1)
    assert (after.tilt_down, after.roll, after.height) == pytest.approx((tilt, roll, height), abs=1e-5)
    sideways = np.eye(3)[np.flatnonzero(axis_vector(up) == 0)]
    np.testing.assert_allclose(sideways @ after.position, sideways @ before.position, atol=1e-9)
    level_forward = R[2] - (R[2] @ after.up_vector) * after.up_vector
    assert level_forward @ before.R[2] > 0.999 * np.linalg.norm(level_forward)


def test_the_neutral_camera_posed_as_it_is_stays() -> None:
    camera = DEFAULT_CAMERA.for_image(640, 480)
    R, t = posed(camera, 0, 0, 1.5)
    np.testing.assert_allclose(R, camera.R, atol=1e-12)
    np.testing.assert_allclose(t, camera.t, atol=1e-12)


def test_a_camera_that_looks_straight_down_can_be_raised_again() -> None:
    camera = DEFAULT_CAMERA.for_image(640, 480)
    R, t = posed(camera, 90, 0, 2)
    R, t = posed(replace(camera, R=R, t=t), 0, 0, 1.5)
    np.testing.assert_allclose(R, camera.R, atol=1e-12)
