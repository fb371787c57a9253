"""A camera calibrated on one picture, and frames of another: scaled, turned, cropped, or refused."""

from __future__ import annotations

import numpy as np
import pytest

from engine import framing
from engine.errors import PosecastError
from engine.extrinsics import check_frames
from engine.geometry import Camera, CameraSpec

K = np.array([[1100.0, 0, 645], [0, 1105.0, 355], [0, 0, 1]])
T = np.array([0.0, 1.2, 3.0])
SPEC = CameraSpec(np.eye(3), T, "-y", K, (1280, 720))


def lens(camera: Camera) -> tuple[float, float, float, float]:
    return camera.fx, camera.fy, camera.cx, camera.cy


@pytest.mark.parametrize(
    ("frame", "expected", "words"),
    [
        ((1280, 720), (1100, 1105, 645, 355), None),
        ((640, 360), (550, 552.5, 322.5, 177.5), None),
        ((1920, 1088), (1650, 1105 * 1088 / 720, 967.5, 355 * 1088 / 720), None),
        ((640, 480), (1100 / 1.5, 1105 / 1.5, 645 / 1.5 - 320 / 3, 355 / 1.5), "cropped"),
        ((720, 1280), (1105, 1100, 360, 640), "turned upright"),
        ((480, 640), (1105 / 1.5, 1100 / 1.5, 240, 320), "turned upright and cropped"),
    ],
)
def test_intrinsics_follow_the_frames(frame: tuple[int, int], expected: tuple[float, ...], words: str | None) -> None:
    assert lens(SPEC.for_image(*frame)) == pytest.approx(expected)
    warnings = check_frames(SPEC, frame, None)
    assert warnings == [] if words is None else words in warnings[0]


def test_a_sensor_of_4_to_3_that_gives_16_to_9_is_cropped_at_top_and_bottom() -> None:
    spec = CameraSpec(np.eye(3), T, "-y", np.array([[1000.0, 0, 520], [0, 1000, 380], [0, 0, 1]]), (1024, 768))
    assert lens(spec.for_image(1280, 720)) == pytest.approx((1250, 1250, 650, 355))


@pytest.mark.parametrize("frame", [(500, 500), (2560, 1080), (720, 480)])
def test_another_shape_is_refused_and_its_intrinsics_are_not_used(frame: tuple[int, int]) -> None:
    with pytest.raises(PosecastError, match="the camera file is for images of 1280 x 720"):
        check_frames(SPEC, frame, None)
    assert SPEC.for_image(*frame).fx == CameraSpec(np.eye(3), T, "-y").for_image(*frame).fx
    assert "not used" in check_frames(SPEC, frame, 600.0)[0]


@pytest.mark.parametrize("turn", [1, -1])
def test_a_camera_on_its_side_is_turned_with_its_picture(turn: int) -> None:
    """A point is seen at the same place of the picture, however that is held."""
    axes = framing.turned_axes(turn)
    on_its_side = CameraSpec(axes.T @ SPEC.R, axes.T @ SPEC.t, "-y", K, (1280, 720))
    lying, upright = on_its_side.for_image(1280, 720), on_its_side.for_image(720, 1280)
    assert upright.roll == pytest.approx(0, abs=1e-9)
    point = np.array([0.2, -0.5, 0.3])
    u, v = lying.project(lying.camera_from_world(point))
    expected = (720 - v, u) if turn == 1 else (v, 1280 - u)
    np.testing.assert_allclose(upright.project(upright.camera_from_world(point)), expected)


def test_intrinsics_for_an_unknown_size_are_doubted_by_their_principal_point() -> None:
    spec = CameraSpec(np.eye(3), T, "-y", K)
    assert check_frames(spec, (1280, 720), None) == []
    assert "far from the middle of 640 x 360" in check_frames(spec, (640, 360), None)[0]
    assert "far from the middle of 720 x 1280" in check_frames(spec, (720, 1280), None)[0]


@pytest.mark.parametrize(("fx", "offer"), [(4.2, "149 pixels"), (35.0, "1244 pixels")])
def test_a_focal_length_in_millimetres_is_refused_with_an_offer(fx: float, offer: str) -> None:
    with pytest.raises(PosecastError) as caught:
        check_frames(SPEC, (1280, 720), fx)
    assert f"of a 36 mm wide sensor: {offer}" in caught.value.hint


def test_a_very_short_focal_length_is_doubted() -> None:
    assert "field of view of 165 degrees" in check_frames(SPEC, (1280, 720), 85.0)[0]
    assert check_frames(SPEC, (1280, 720), 600.0) == []
