"""Bodies against recorded ones: the lifter's golden vectors, and joints out of maps as they have always been."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.geometry import Camera
from engine.lifting import lift
from engine.lifting.keypoints import bundled_lifter
from engine.types import Floats, Maps, Pose2D

GOLDEN = Path(__file__).parent / "golden"


def test_the_lifter_gives_the_golden_bodies() -> None:
    """24 people, computed in float64 beside the training; float32 is to stay within half a millimetre."""
    golden = np.load(GOLDEN / "lifter.npz")
    bodies = bundled_lifter()(golden["rays"], golden["mask"] > 0)
    assert bodies.errors is not None
    assert {bodies.joints.dtype, bodies.errors.dtype} == {np.dtype(np.float32)}
    np.testing.assert_allclose(bodies.joints, golden["joints"], atol=5e-4)
    np.testing.assert_allclose(bodies.errors, golden["error"], atol=5e-4)


@pytest.mark.parametrize("person", [0, 7, 23])
def test_one_person_is_lifted_as_among_others(person: int) -> None:
    golden = np.load(GOLDEN / "lifter.npz")
    row = slice(person, person + 1)
    alone = bundled_lifter()(golden["rays"][row], golden["mask"][row] > 0)
    np.testing.assert_allclose(alone.joints, golden["joints"][row], atol=5e-4)


def numbered_features(shape: tuple[int, int, int]) -> Floats:
    """Features from -0.5 to 0.5 that are the same to the bit everywhere: whole numbers over 1024."""
    numbers = np.arange(np.prod(shape), dtype=np.int64) * 7919 % 1024
    return (numbers.astype(np.float32) / np.float32(1024) - np.float32(0.5)).reshape(shape)


def test_joints_out_of_maps_are_what_they_were_to_the_bit() -> None:
    """19 people of the stage, recorded with the program before it knew another way to a body."""
    golden = np.load(GOLDEN / "maps.npz")
    poses = [Pose2D(*pair, 1.0) for pair in zip(golden["keypoints"], golden["scores"], strict=True)]
    features = numbered_features((57, 32, 57))
    camera = Camera((1280, 720), 1024.0, 1018.0, 633.5, 371.25, np.eye(3), np.zeros(3))
    x, y = golden["scale"].tolist()
    lifted = lift(Maps(features, features[:19], features[:38]), poses, (x, y), camera, height_m=1.75)
    for pose, expected in zip(lifted, golden["joints"], strict=True):
        assert pose is not None
        np.testing.assert_array_equal(pose.joints, expected)
