"""Heads are covered whatever is seen of them, and what is covered cannot be recognised."""

from __future__ import annotations

import numpy as np
import pytest

from engine.faces import Circle, covered, head_of
from engine.geometry import DEFAULT_CAMERA
from engine.skeleton import JOINT, JOINT_COUNT
from engine.types import Pose2D
from tests.engine.bodies import STANDING

CAMERA = DEFAULT_CAMERA.for_image(1280, 720)
FACE = ("nose", "left_eye", "right_eye", "left_ear", "right_ear")


def pose(seen: tuple[str, ...], *, turn: float = 0.0, distance: float = 4.0) -> tuple[Pose2D, np.ndarray]:
    """Someone of 1.8 m seen with only these joints, turned about the vertical [rad]; and all pixels, (19, 2)."""
    cos, sin = np.cos(turn), np.sin(turn)
    joints = (STANDING - STANDING[JOINT["neck"]]) @ np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]]).T
    pixels = CAMERA.project(joints + np.array([0.2, -0.3, distance])).astype(np.float32)
    scores = np.zeros(JOINT_COUNT, np.float32)
    scores[[JOINT[name] for name in seen]] = 0.9
    return Pose2D(np.where(scores[:, None] > 0, pixels, np.nan).astype(np.float32), scores, 1.0), pixels


def inside(circle: Circle, point: np.ndarray) -> bool:
    return bool(np.hypot(*(point - (circle.x, circle.y))) <= circle.radius)


@pytest.mark.parametrize("turn", [0.0, 0.8, np.pi / 2, np.pi])
@pytest.mark.parametrize(
    "seen",
    [
        (*FACE, "neck", "left_shoulder", "right_shoulder", "left_hip", "right_hip"),
        ("neck", "left_shoulder", "right_shoulder", "left_hip"),
        ("nose", "left_eye", "neck", "right_hip"),
        ("left_ear", "neck", "left_shoulder", "left_elbow", "left_hip"),
        ("neck", "right_hip"),
    ],
    ids=lambda seen: "-".join(seen[:2]),
)
def test_the_whole_face_is_covered(seen: tuple[str, ...], turn: float) -> None:
    found, pixels = pose(seen, turn=turn)
    circle = head_of(found, (1280, 720))
    assert circle is not None
    for name in FACE:
        assert inside(circle, pixels[JOINT[name]]), name
    nose, metre = pixels[JOINT["nose"]], CAMERA.fy / 4
    assert inside(circle, nose - np.array([0, 0.06 * metre])), "the forehead"
    assert inside(circle, nose + np.array([0, 0.07 * metre])), "the chin"
    assert circle.radius < 0.5 * metre, "and not the whole body"


def test_people_without_a_head_in_view_have_no_circle() -> None:
    assert head_of(pose(("left_knee", "left_ankle", "right_knee"))[0], (1280, 720)) is None
    assert head_of(pose(())[0], (1280, 720)) is None


def test_a_single_keypoint_of_a_face_is_covered() -> None:
    circle = head_of(pose(("nose",))[0], (1280, 720))
    assert circle is not None
    assert circle.radius == pytest.approx(12)


def test_few_keypoints_far_apart_make_no_huge_head() -> None:
    few = pose(("nose", "neck"))[0]
    few.keypoints[JOINT["neck"]] = (30, 719)
    circle = head_of(few, (1280, 720))
    assert circle is not None
    assert circle.radius < 720 / 6


def test_what_is_covered_has_a_few_colours_and_the_rest_stays() -> None:
    noise = np.random.default_rng(5).integers(0, 255, (200, 300, 3), np.uint8)
    before = noise.copy()
    out = covered(noise, [Circle(100, 80, 40)])
    assert (noise == before).all(), "the frame itself stays as it is"
    ys, xs = np.mgrid[:200, :300]
    distance = np.hypot(xs - 100, ys - 80)
    assert len(np.unique(out[distance < 40].reshape(-1, 3), axis=0)) <= 25
    assert (out[distance > 40] == noise[distance > 40]).all()
    assert np.abs(out[distance < 38].astype(int) - noise[distance < 38]).mean() > 40


@pytest.mark.parametrize("circle", [Circle(-5, -5, 20), Circle(299, 199, 30), Circle(-90, 50, 20), Circle(5, 5, 0.2)])
def test_heads_at_the_edge_and_outside(circle: Circle) -> None:
    assert covered(np.zeros((200, 300, 3), np.uint8), [circle]).shape == (200, 300, 3)
