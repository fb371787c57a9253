"""The demo stage: exact, deterministic, seamless; the shipped clip shows what the truth says."""

from __future__ import annotations

import numpy as np
import pytest

from engine.capture import stage
from engine.geometry import Array
from engine.skeleton import JOINT, LIMBS

MOMENTS = (0.0, 1.7, 4.4, 9.03, 16.9)
FRAME_S = 1 / stage.FRAME_RATE


def test_truth_is_one_moment_in_two_frames_of_reference() -> None:
    for moment in MOMENTS:
        truth = stage.truth_at(moment)
        assert truth.joints_camera.shape == truth.joints_world.shape == (5, 19, 3)
        assert truth.joints_camera.dtype == truth.joints_world.dtype == np.float32
        back = truth.camera.world_from_camera(truth.joints_camera)
        np.testing.assert_allclose(back, truth.joints_world, atol=1e-5)


def test_up_is_plus_y_and_feet_are_on_the_floor() -> None:
    assert stage.CAMERA.up == "+y"
    assert stage.CAMERA.height == pytest.approx(1.6)
    ankles = [JOINT["left_ankle"], JOINT["right_ankle"]]
    for moment in MOMENTS:
        world = stage.truth_at(moment).joints_world
        assert (world[:, JOINT["neck"], 1] > world[:, JOINT["pelvis"], 1] + 0.35).all()
        assert (world[..., 1] > 0).all()
        assert (world[:, ankles, 1].min(axis=1) < 0.2).all(), "one foot is near the floor, jumps are low"


def test_left_is_left() -> None:
    """A figure that faces the viewer has its left hand on the right of the picture."""
    squatter = stage.truth_at(0.0).joints_camera[1]
    assert squatter[JOINT["nose"], 2] < squatter[JOINT["left_ear"], 2], "looks at the camera"
    for part in ("shoulder", "hip", "eye", "ear"):
        assert squatter[JOINT[f"left_{part}"], 0] > squatter[JOINT[f"right_{part}"], 0]


def test_bones_never_change_their_length() -> None:
    rigid = [(a, b) for a, b in LIMBS if JOINT["pelvis"] not in (a, b) and JOINT["nose"] not in (a, b)]
    lengths = np.array([_lengths(stage.truth_at(moment).joints_world, rigid) for moment in MOMENTS])
    np.testing.assert_allclose(lengths, np.broadcast_to(lengths[0], lengths.shape), atol=1e-4)


def _lengths(joints: Array, limbs: list[tuple[int, int]]) -> Array:
    a, b = np.array(limbs).T
    return np.linalg.norm(joints[:, a] - joints[:, b], axis=-1)


def test_the_loop_has_no_seam() -> None:
    """The step over the seam is one of the ordinary steps: same place, same speed."""
    count = round(stage.LOOP_S * stage.FRAME_RATE)
    assert count == stage.LOOP_S * stage.FRAME_RATE, "a whole number of frames"
    joints = np.stack([stage.truth_at(k * FRAME_S).joints_world for k in range(count - 3, count + 4)])
    velocity = np.diff(joints, axis=0) / FRAME_S
    assert np.abs(velocity).max() < 6.0
    assert np.abs(np.diff(velocity, axis=0)).max() < 1.5, "m/s from one frame to the next"
    np.testing.assert_allclose(stage.truth_at(stage.LOOP_S).joints_world, stage.truth_at(0.0).joints_world, atol=1e-5)


def test_everyone_moves_and_stays_in_front_of_the_camera() -> None:
    joints = np.stack([stage.truth_at(t).joints_camera for t in np.arange(0, stage.LOOP_S, 0.3)])
    assert (np.ptp(joints, axis=0).max(axis=(1, 2)) > 0.3).all(), "each of the five moves"
    assert joints[..., 2].min() > 2.5
    centres = stage.CAMERA.project(joints[:, :, JOINT["neck"]])
    assert ((centres > 0) & (centres < stage.IMAGE_SIZE)).all(), "no neck leaves the picture"


def test_drawing_is_deterministic_and_shows_the_people_where_they_are() -> None:
    image = stage.render(3.1)
    assert image.shape == (720, 1280, 3)
    assert image.dtype == np.uint8
    np.testing.assert_array_equal(image, stage.render(3.1))
    assert (image != stage.render(3.2)).any()
    jumper = stage.truth_at(3.1).joints_camera[3]
    x, y = stage.CAMERA.project(jumper[[JOINT["neck"], JOINT["pelvis"]]]).mean(axis=0).round().astype(int)
    np.testing.assert_allclose(image[y, x], [131, 208, 232], atol=60, err_msg="the colour of the shirt")
