from __future__ import annotations

from math import cos, degrees, sin

import numpy as np
import pytest

from engine.capture.stage.cast import CAST, LOOP_S
from engine.capture.stage.pose import Limb, about_x, about_y, about_z
from engine.motion.angles import DEFINITIONS, NAMES, angles, published
from engine.motion.motion import Array
from engine.motion.placing import y_up_from
from tests.engine.motion.stage import PEOPLE, RATE, truth

FRAMES = 540


def posed(person: int) -> list:  # type: ignore[type-arg]
    """The stage's own poses."""
    return [CAST[person].motion((frame / RATE / LOOP_S) % 1.0) for frame in range(FRAMES)]


def direction(limb: Limb, side: float) -> Array:
    """(3,) of the upper limb relative to the trunk, as the stage makes it: x left, y up, z forward."""
    return about_x(-limb.flex) @ about_z(side * limb.abduct) @ np.array([0.0, -1.0, 0.0])


def off(found: Array, expected: list[float]) -> float:
    """Largest difference, around the circle."""
    return float(np.nanmax(np.abs((found - np.array(expected) + 180) % 360 - 180)))


@pytest.mark.parametrize("person", range(PEOPLE))
def test_limbs_of_the_stage_have_their_own_angles(person: int) -> None:
    found = angles(truth(LOOP_S)[person], up="+y")
    poses = posed(person)
    for name, side in (("left", 1.0), ("right", -1.0)):
        arms, legs = ([getattr(pose, f"{name}_{limb}") for pose in poses] for limb in ("arm", "leg"))
        assert off(found[f"{name}_elbow_flexion"], [degrees(arm.bend) for arm in arms]) < 0.5
        assert off(found[f"{name}_knee_flexion"], [degrees(leg.bend) for leg in legs]) < 0.5
        assert off(found[f"{name}_hip_flexion"], [degrees(leg.flex) for leg in legs]) < 0.5
        assert off(found[f"{name}_hip_abduction"], [degrees(leg.abduct) for leg in legs]) < 0.5
        arms_at = [direction(arm, side) for arm in arms]
        elevations = [degrees(np.arccos(np.clip(-at[1], -1, 1))) for at in arms_at]
        planes = [degrees(np.arctan2(at[2], side * at[0])) for at in arms_at]
        assert off(found[f"{name}_shoulder_elevation"], elevations) < 0.5
        assert off(found[f"{name}_shoulder_plane"], planes) < 0.5


@pytest.mark.parametrize("person", range(PEOPLE))
def test_trunk_and_head_of_the_stage_have_their_own_angles(person: int) -> None:
    found = angles(truth(LOOP_S)[person], up="+y")
    poses = posed(person)
    axes = [about_z(pose.roll) @ about_x(pose.pitch) @ np.array([0.0, 1.0, 0.0]) for pose in poses]
    assert off(found["trunk_lean"], [degrees(np.arccos(axis[1])) for axis in axes]) < 0.5
    assert off(found["trunk_side_lean"], [degrees(np.arcsin(axis[0])) for axis in axes]) < 0.5
    assert off(found["trunk_forward_lean"], [degrees(np.arctan2(axis[2], axis[1])) for axis in axes]) < 0.5
    assert off(found["trunk_twist"], [degrees(pose.twist) for pose in poses]) < 0.5
    assert off(found["head_turn"], [degrees(pose.head[0]) for pose in poses]) < 0.5
    # The stage's faces look up by 1.3 degrees where their heads are level.
    assert off(found["head_nod"], [degrees(pose.head[1]) - 1.3 for pose in poses]) < 0.5
    tilts = [about_y(pose.head[0]) @ about_x(pose.head[1]) @ about_z(pose.head[2]) for pose in poses]
    assert off(found["head_tilt"], [degrees(np.arcsin(-tilt[1, 0])) for tilt in tilts]) < 0.5


@pytest.mark.parametrize("person", range(PEOPLE))
def test_headings_are_those_of_the_stage(person: int) -> None:
    found = angles(truth(LOOP_S)[person], up="+y")
    frames = [frame / RATE / LOOP_S for frame in range(FRAMES)]
    yaws = [degrees(CAST[person].place(u)[2] + CAST[person].motion(u).yaw) for u in frames]
    rolls = [CAST[person].motion(u).roll for u in frames]
    assert off(found["pelvis_heading"], yaws) < 0.5
    assert off(found["pelvis_obliquity"], [degrees(roll) for roll in rolls]) < 0.5


def bent(knee: float, hip: float) -> Array:
    """(1, 19, 3): a T-pose in a world that is y up, both legs bent by so many degrees."""
    from engine.skeleton import JOINT

    joints = np.zeros((1, 19, 3))
    places = {"neck": (0, 1.5, 0), "pelvis": (0, 1.0, 0), "nose": (0, 1.7, 0.12)}
    for name, side in (("left", 1), ("right", -1)):
        thigh = np.array([0, -cos(np.radians(hip)), sin(np.radians(hip))]) * 0.45
        shank = np.array([0, -cos(np.radians(hip - knee)), sin(np.radians(hip - knee))]) * 0.4
        hip_at = np.array([side * 0.1, 1.0, 0.0])
        places |= {
            f"{name}_shoulder": (side * 0.2, 1.5, 0), f"{name}_elbow": (side * 0.5, 1.5, 0),
            f"{name}_wrist": (side * 0.75, 1.5, 0), f"{name}_hip": hip_at, f"{name}_knee": hip_at + thigh,
            f"{name}_ankle": hip_at + thigh + shank, f"{name}_eye": (side * 0.03, 1.73, 0.1),
            f"{name}_ear": (side * 0.07, 1.7, 0.0),
        }  # fmt: skip
    for name, place in places.items():
        joints[0, JOINT[name]] = place
    return joints


def test_a_squat_by_hand() -> None:
    found = {name: float(value[0]) for name, value in angles(bent(90.0, 60.0), up="+y").items()}
    assert found["left_knee_flexion"] == pytest.approx(90)
    assert found["right_hip_flexion"] == pytest.approx(60)
    assert found["left_hip_abduction"] == pytest.approx(0, abs=1e-6)
    assert found["left_elbow_flexion"] == pytest.approx(0, abs=1e-3)
    assert found["left_shoulder_elevation"] == pytest.approx(90)
    assert found["left_shoulder_plane"] == pytest.approx(0, abs=1e-6)
    assert found["trunk_lean"] == pytest.approx(0, abs=1e-6)
    assert found["pelvis_heading"] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("up", ["+x", "-x", "+y", "-y", "+z", "-z"])
def test_the_world_does_not_matter(up: str) -> None:
    joints = truth()[2]
    expected, found = angles(joints, up="+y"), angles(joints @ y_up_from(up), up=up)
    for name in NAMES:
        np.testing.assert_allclose(found[name], expected[name], atol=1e-6, err_msg=name)


def test_what_is_missing_has_no_angle() -> None:
    joints = truth()[0][:3].copy()
    joints[1, 7] = np.nan  # the left knee
    found = angles(joints, up="+y")
    assert np.isnan(found["left_knee_flexion"]).tolist() == [False, True, False]
    assert np.isfinite(found["right_knee_flexion"]).all()
    for value in angles(np.zeros((2, 19, 3)), up="-y").values():
        assert np.isnan(value).all()


def test_the_plane_of_a_hanging_arm_is_not_defined() -> None:
    from engine.skeleton import JOINT

    joints = bent(0.0, 0.0)
    joints[0, JOINT["left_elbow"]] = (0.2, 1.2, 0)
    assert "left_shoulder_plane" not in published(joints[0], up="+y")
    assert published(joints[0], up="+y")["right_shoulder_plane"] == 0.0


def test_definitions_say_all_that_is_needed() -> None:
    assert len(set(NAMES)) == len(NAMES)
    for each in DEFINITIONS["angles"]:
        assert {"name", "label", "kind", "zero", "positive", "isb"} <= each.keys()
