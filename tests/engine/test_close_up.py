"""The second look at a person: where it looks, whom it takes for them, and what counts then."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numpy as np
import pytest

from engine import close_up, decoding
from engine.close_up import ROWS, second_look
from engine.fusion import swapped
from engine.skeleton import JOINT, JOINT_COUNT, NOSE, PELVIS
from engine.types import Backend, Floats, Image, Maps, Pose2D

Found = Callable[[Floats], list[Pose2D]]
"""What is found in a cut-out whose dot is at (x, y), pixels of the cut-out before it was scaled."""
SCORES = np.where(np.arange(JOINT_COUNT) == PELVIS, 0, 0.8).astype(np.float32)
SHAPE = np.random.default_rng(1).uniform(0, 1, (JOINT_COUNT, 2)).astype(np.float32) * np.float32([60, 160])
SHAPE[PELVIS] = np.nan


class Dots:
    """A network that sees where the one white dot of its picture is."""

    fixed_size: tuple[int, int] | None = None

    def __init__(self) -> None:
        self.dot, self.runs = np.zeros(2, np.float32), 0

    def infer(self, image: Image) -> Maps:
        assert image.shape == (self.fixed_size or (ROWS, ROWS)) + (3,)
        if self.runs % 2 == 0:  # the other picture is mirrored
            bright = np.argwhere(image[..., 0] > 200)
            self.dot = bright.mean(axis=0)[::-1].astype(np.float32) + np.float32(0.5)
        self.runs += 1
        return Maps(None, np.zeros((19, 1, 1), np.float32), np.zeros((38, 1, 1), np.float32))


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Callable[[Found], Dots]:
    def finding(found: Found) -> Dots:
        dots = Dots()
        monkeypatch.setattr(decoding, "decode", lambda maps, scale: found(dots.dot / np.float32(scale)))
        return dots

    return finding


def pose_at(nose: tuple[float, float], scores: Floats = SCORES) -> Pose2D:
    return Pose2D(SHAPE - SHAPE[NOSE] + np.float32(nose), scores, 5.0)


def picture(nose: tuple[int, int]) -> Image:
    image = np.zeros((400, 600, 3), np.uint8)
    image[nose[1] - 2 : nose[1] + 2, nose[0] - 2 : nose[0] + 2] = 255
    return image


def looked(nose: tuple[int, int], first: Pose2D, dots: Dots) -> Pose2D:
    (pose,) = second_look(picture(nose), [first], cast(Backend, dots))
    return pose


@pytest.mark.parametrize("nose", [(300, 200), (12, 8), (590, 390), (20, 395)])
@pytest.mark.parametrize("fixed", [None, (256, 448)])
def test_keypoints_are_those_of_the_second_look(
    nose: tuple[int, int], fixed: tuple[int, int] | None, network: Callable[[Found], Dots]
) -> None:
    """Also of people at the edge of the picture, and with a model of one size."""
    dots = network(lambda dot: [pose_at((float(dot[0]), float(dot[1])))])
    dots.fixed_size = fixed
    pose = looked(nose, pose_at((nose[0] + 4, nose[1] - 3)), dots)
    np.testing.assert_allclose(pose.keypoints, pose_at(nose).keypoints, atol=0.7)


def test_a_keypoint_that_only_the_first_look_found_is_trusted_less(network: Callable[[Found], Dots]) -> None:
    wrist, fewer = JOINT["left_wrist"], SCORES.copy()
    fewer[wrist] = 0
    dots = network(lambda dot: [pose_at((float(dot[0]), float(dot[1])), fewer)])
    first = pose_at((303, 200))
    pose = looked((300, 200), first, dots)
    np.testing.assert_allclose(pose.keypoints[wrist], first.keypoints[wrist])
    assert pose.scores[wrist] == pytest.approx(0.4)
    assert pose.scores[NOSE] == pytest.approx(0.8)
    assert pose.scores[PELVIS] == 0


def test_somebody_else_in_the_cut_out_does_not_count(network: Callable[[Found], Dots]) -> None:
    first = pose_at((300, 200))
    assert looked((300, 200), first, network(lambda dot: [pose_at((float(dot[0]) + 60, 0.0))])) is first
    assert looked((300, 200), first, network(lambda dot: [])) is first


def test_the_one_who_is_nearest_counts_also_with_sides_exchanged(network: Callable[[Found], Dots]) -> None:
    def both(dot: Floats) -> list[Pose2D]:
        x, y = float(dot[0]), float(dot[1])
        return [pose_at((x + 30, y)), swapped(pose_at((x, y)))]

    pose = looked((300, 200), pose_at((303, 200)), network(both))
    np.testing.assert_allclose(pose.keypoints, swapped(pose_at((300, 200))).keypoints, atol=0.7)


def test_very_small_people_are_not_enlarged_without_end(network: Callable[[Found], Dots]) -> None:
    tiny = Pose2D(SHAPE * np.float32(0.02) + np.float32([300, 200]), SCORES, 5.0)
    sides: list[float] = []
    dots = network(lambda dot: sides.append(float(dot[0])) or [])
    looked((301, 201), tiny, dots)
    assert 0 < sides[0] < close_up.LEAST_SIDE_PX
