from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import PosecastError
from engine.geometry import UP_AXES, Array, Camera, CameraSpec, axis_vector, rotation_from_vector
from engine.leveling import level
from engine.skeleton import JOINT
from tests.engine.bodies import ANKLE_TO_FLOOR_M, SITTING, STANDING, rotations, turned

ANKLES = [JOINT["left_ankle"], JOINT["right_ankle"]]


def crowd(camera: Camera, count: int, *, noise_m: float = 0.0, seed: int = 0, body: Array = STANDING) -> Array:
    """(count, 19, 3) metres, camera frame: people standing on the floor at height 0 of the camera's world."""
    rng = np.random.default_rng(seed)
    upright = _from_y_down(camera.up)
    bodies = []
    for yaw, x, z in zip(rng.uniform(-3, 3, count), rng.uniform(-2, 2, count), rng.uniform(-2, 2, count), strict=True):
        place = np.array([x, -body[ANKLES, 1].max() - ANKLE_TO_FLOOR_M, z])
        bodies.append((turned(body, yaw=yaw) + place) @ upright.T)
    world = np.array(bodies)
    return camera.camera_from_world(world) + rng.normal(0, noise_m, world.shape)


def _from_y_down(up: str) -> Array:
    """(3, 3) that takes y, which points down, to the world's down."""
    down = -axis_vector(up)
    side = np.roll(down, 1)
    return np.stack([np.cross(down, side), down, side], axis=1)


def camera_in(up: str, rotation: Array, height: float) -> Camera:
    R = rotation @ _from_y_down(up).T
    position = height * axis_vector(up) + 3 * np.roll(axis_vector(up), 1)
    return CameraSpec(R, -R @ position, up).for_image(1280, 720)


def believed(camera: Camera, wrong: Array, shift: Array) -> Camera:
    """What a program thinks that has the camera's extrinsics wrong."""
    R = camera.R @ wrong
    return replace(camera, R=R, t=camera.t + shift)


@settings(max_examples=60)
@given(st.sampled_from(UP_AXES), rotations(), rotations(), st.floats(0.5, 4), st.tuples(*[st.floats(-2, 2)] * 3))
def test_a_tilted_scene_stands_upright_on_the_floor(
    up: str, rotation: Array, wrong: Array, height: float, shift: tuple[float, float, float]
) -> None:
    """Whatever the camera's pose is, and whatever it was believed to be."""
    camera = camera_in(up, rotation, height)
    bodies = crowd(camera, 12)
    leveled = level(believed(camera, wrong, np.array(shift)), bodies).for_image(1280, 720)
    assert leveled.up == up
    assert leveled.height == pytest.approx(height, abs=1e-6)
    np.testing.assert_allclose(leveled.R @ leveled.up_vector, camera.R @ camera.up_vector, atol=1e-6)
    np.testing.assert_allclose(leveled.R @ leveled.R.T, np.eye(3), atol=1e-9)
    feet = leveled.world_from_camera(bodies)[:, ANKLES] @ leveled.up_vector
    np.testing.assert_allclose(feet, ANKLE_TO_FLOOR_M, atol=1e-6)


CAMERA = camera_in("-y", rotation_from_vector(np.radians([12.0, 0.0, 3.0])), 1.6)
TILTED = believed(CAMERA, rotation_from_vector(np.radians([14.0, 0.0, -9.0])), np.array([0.1, 0.5, 0.0]))


def off_by_deg(spec: CameraSpec) -> float:
    """Degrees between the up of `spec` and the truth, in the camera."""
    found, true = spec.R @ axis_vector(spec.up), CAMERA.R @ CAMERA.up_vector
    return float(np.degrees(np.arccos(np.clip(found @ true, -1, 1))))


def test_noise_of_the_network_and_people_who_do_not_stand_do_not_matter() -> None:
    standing = crowd(CAMERA, 120, noise_m=0.03)
    lying = crowd(CAMERA, 50, seed=1) @ rotation_from_vector(np.radians([0, 0, 80.0])).T
    sitting = crowd(CAMERA, 80, seed=2, body=SITTING)
    everyone = np.concatenate([standing, lying, sitting])
    leveled = level(TILTED, everyone)
    assert off_by_deg(leveled) < 2
    assert leveled.for_image(1280, 720).height == pytest.approx(1.6, abs=0.1)


def test_a_camera_that_is_right_stays_and_keeps_heading_and_intrinsics() -> None:
    leveled = level(CAMERA, crowd(CAMERA, 40)).for_image(1280, 720)
    np.testing.assert_allclose(leveled.R, CAMERA.R, atol=1e-6)
    np.testing.assert_allclose(leveled.position, CAMERA.position, atol=1e-6)
    assert (leveled.fx, leveled.fy, leveled.cx, leveled.cy) == (CAMERA.fx, CAMERA.fy, CAMERA.cx, CAMERA.cy)


def test_leveling_twice_changes_nothing_more() -> None:
    bodies = crowd(CAMERA, 40, noise_m=0.02)
    once = level(TILTED, bodies)
    twice = level(once.for_image(1280, 720), bodies)
    np.testing.assert_allclose(twice.R, once.R, atol=1e-9)
    np.testing.assert_allclose(twice.t, once.t, atol=1e-9)


def test_very_many_bodies_are_thinned_out() -> None:
    assert off_by_deg(level(TILTED, crowd(CAMERA, 3000, noise_m=0.02))) < 1


@pytest.mark.parametrize("bodies", [np.zeros((0, 19, 3)), crowd(CAMERA, 9), np.zeros((40, 19, 3))])
def test_too_few_people_say_what_is_needed(bodies: Array) -> None:
    with pytest.raises(PosecastError, match="too few standing people") as caught:
        level(TILTED, bodies)
    assert "upright" in caught.value.hint


def test_people_of_all_directions_do_not_agree() -> None:
    rng = np.random.default_rng(4)
    bodies = np.array([turned(STANDING, pitch=rng.uniform(-3, 3), roll=rng.uniform(-3, 3)) for _ in range(60)])
    with pytest.raises(PosecastError, match="do not agree"):
        level(TILTED, bodies)
