from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.distortion import Distortion, distorted, reach, shortest, turned, undistorted
from engine.errors import PosecastError
from engine.extrinsics import Calibration, calibration_json, parse_calibration
from engine.geometry import CameraSpec, same_camera
from engine.wire import scene_to_wire
from engine.wire.decode import camera_from_wire, parse_scene
from tests.webapp.people import person, snapshot

WEBCAM = (-0.28, 0.11, 0.001, -0.0007, -0.02)
RATIONAL = (0.3, -0.05, 0.0004, 0.0002, 0.01, 0.5, 0.02, 0.003)
PRISM = (-0.1, 0.05, 0.001, 0.0005, 0.0, 0.0, 0.0, 0.0, 0.002, -0.001, 0.0015, 0.0005)
LENSES = (WEBCAM, WEBCAM[:4], RATIONAL, PRISM, (0.4, 0.3, 0.0, 0.0))
GRID = np.stack(np.meshgrid(np.linspace(-0.6, 0.6, 13), np.linspace(-0.4, 0.4, 9)), axis=-1)
K = np.array([[900.0, 0, 640], [0, 905.0, 350], [0, 0, 1]])
SPEC = CameraSpec(np.eye(3), np.zeros(3), "-y", K, (1280, 720), distortion=WEBCAM)


@pytest.mark.parametrize("lens", LENSES)
def test_points_are_bent_as_opencv_bends_them(lens: Distortion) -> None:
    points = np.concatenate([GRID.reshape(-1, 2), np.ones((GRID.size // 2, 1))], axis=1)
    theirs, _ = cv2.projectPoints(points, np.zeros(3), np.zeros(3), np.eye(3), np.array(lens))
    np.testing.assert_allclose(distorted(GRID.reshape(-1, 2), lens), theirs[:, 0], atol=1e-12)


@pytest.mark.parametrize("lens", LENSES)
def test_undistorting_is_the_exact_inverse(lens: Distortion) -> None:
    np.testing.assert_allclose(undistorted(distorted(GRID, lens), lens), GRID, atol=1e-11)


@given(st.floats(-0.35, 0.4), st.floats(-0.1, 0.2), st.floats(-0.002, 0.002), st.floats(-0.002, 0.002))
def test_rays_invert_projecting_through_a_lens(k1: float, k2: float, p1: float, p2: float) -> None:
    camera = replace(SPEC, distortion=shortest((k1, k2, p1, p2))).for_image(1280, 720)
    points = np.concatenate([2.5 * GRID, np.full((*GRID.shape[:2], 1), 2.5)], axis=-1)
    points = points[np.hypot(*np.moveaxis(GRID, -1, 0)) < 0.9 * reach(camera.distortion)]
    np.testing.assert_allclose(2.5 * camera.rays(camera.project(points)), points[:, :2], atol=1e-8)


def test_points_beyond_the_lens_are_not_seen_and_pixels_there_have_the_outermost_ray() -> None:
    lens = (-0.4, 0.0, 0.0, 0.0)
    limit = reach(lens)
    assert limit == pytest.approx(np.sqrt(1 / 1.2), abs=2e-3)
    assert np.isnan(distorted(np.array([1.2 * limit, 0.0]), lens)).all()
    assert np.linalg.norm(undistorted(np.array([3.0, 4.0]), lens)) == pytest.approx(limit)


def test_missing_keypoints_stay_missing_and_none_at_all_is_fine() -> None:
    camera = SPEC.for_image(1280, 720)
    rays = camera.rays(np.array([[np.nan, np.nan], [100.0, 100.0]], np.float32))
    assert np.isnan(rays[0]).all()
    assert np.isfinite(rays[1]).all()
    assert camera.rays(np.zeros((0, 19, 2))).shape == (0, 19, 2)


@pytest.mark.parametrize("size", [(640, 360), (1920, 1080), (960, 720)])
def test_scaled_and_cropped_pictures_have_the_same_lens(size: tuple[int, int]) -> None:
    assert SPEC.for_image(*size).distortion == WEBCAM


@pytest.mark.parametrize("turn", [1, -1])
def test_a_turned_picture_shows_the_same_points(turn: int) -> None:
    """The camera lies on its side, and the phone has turned its picture upright."""
    side = np.array([[0.0, turn, 0.0], [-turn, 0.0, 0.0], [0.0, 0.0, 1.0]])
    lying = replace(SPEC, R=side, distortion=PRISM)
    points = np.array([[0.3, -0.5, 2.0], [-0.4, 0.2, 1.7], [0.1, 0.6, 3.0]])
    before, after = lying.for_image(1280, 720), lying.for_image(720, 1280)
    across, down = before.project(before.camera_from_world(points)).T
    expected = np.stack([720 - down, across] if turn == 1 else [down, 1280 - across], axis=1)
    np.testing.assert_allclose(after.project(after.camera_from_world(points)), expected, atol=1e-9)


def test_a_turn_in_an_unknown_direction_keeps_the_radial_part() -> None:
    assert turned(WEBCAM, 0) == (-0.28, 0.11, 0.0, 0.0, -0.02)


def test_intrinsics_that_do_not_fit_the_picture_do_not_bend_it_either() -> None:
    assert SPEC.for_image(700, 200).distortion == ()


@pytest.mark.parametrize("values", [(0.1,) * 3, (0.1,) * 6, (0.1,) * 14, (float("nan"),) * 5])
def test_other_numbers_are_no_distortion(values: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="distortion must be"):
        shortest(values)


@pytest.mark.parametrize("lens", LENSES)
def test_a_lens_survives_files_and_scenes(lens: Distortion) -> None:
    spec = replace(SPEC, distortion=lens)
    read = parse_calibration(json.dumps(calibration_json(Calibration(spec, "opencv", "m"))).encode(), "c").spec
    assert same_camera(replace(read, provenance=spec.provenance), spec)
    wire = scene_to_wire(
        snapshot(0, (person(),), camera=replace(spec, t=np.array([0.0, 1.0, 3.0]))), fps=1, wall_time=0
    )
    camera = camera_from_wire(wire)
    assert camera is not None
    np.testing.assert_allclose(camera.distortion, lens, atol=1e-9)
    told = parse_scene(wire).camera
    assert told is not None
    assert told.distortion == camera.distortion


POSE: dict[str, Any] = {"R": np.eye(3).tolist(), "t": [0, 1, 3], "unit": "m", "up": "-y", "K": K.tolist()}
ROWS = [[1, 0, 0, 0], [0, 1, 0, 1], [0, 0, 1, 3], [0, 0, 0, 1]]
FILES: dict[str, tuple[str, Distortion]] = {
    "OpenCV's list": (json.dumps({**POSE, "dist_coeffs": [list(WEBCAM)]}), WEBCAM),
    "OpenCV's eight": (json.dumps({**POSE, "distortion_coefficients": list(RATIONAL)}), RATIONAL),
    "zeros": (json.dumps({**POSE, "distCoef": [0.0] * 5}), ()),
    "two of them": (json.dumps({**POSE, "dist": [-0.2, 0.1]}), (-0.2, 0.1, 0, 0)),
    "by name": (json.dumps({**POSE, "k1": -0.2, "k2": 0.1, "k3": 0.01, "p1": 0.001, "p2": 0.002}),
                (-0.2, 0.1, 0.001, 0.002, 0.01)),
    "radial and tangential": (json.dumps({**POSE, "k": [[-0.2], [0.1], [0.01]], "p": [[0.001], [0.002]]}),
                              (-0.2, 0.1, 0.001, 0.002, 0.01)),
    "anipose": (f"[cam_0]\nname = \"a\"\nsize = [1280, 720]\nmatrix = {K.tolist()}\ndistortions = {list(WEBCAM)}\n"
                "rotation = [0.0, 0.0, 0.0]\ntranslation = [0.0, 1.0, 3.0]\n", WEBCAM),
    "Kalibr": (f"cam0:\n  T_cam_imu: {ROWS}\n  camera_model: pinhole\n  intrinsics: [900, 905, 640, 350]\n"
               "  distortion_model: radtan\n  distortion_coeffs: [-0.2, 0.1, 0.001, 0.002]\n"
               "  resolution: [1280, 720]\n", (-0.2, 0.1, 0.001, 0.002)),
    "COLMAP": ("1 OPENCV 1280 720 900 905 640 350 -0.2 0.1 0.001 0.002\n", (-0.2, 0.1, 0.001, 0.002)),
    "COLMAP's radial": ("1 SIMPLE_RADIAL 1280 720 900 640 350 -0.2\n", (-0.2, 0, 0, 0)),
}  # fmt: skip


@pytest.mark.parametrize("kind", FILES)
def test_the_distortion_of_every_kind_of_file_is_used(kind: str) -> None:
    text, lens = FILES[kind]
    calibration = parse_calibration(text.encode(), "camera")
    assert calibration.spec.distortion == lens
    assert calibration.distorted == bool(lens)
    assert not any("distortion" in warning for warning in calibration.warnings)


OTHERS = {
    "equidistant": json.dumps({**POSE, "distortion_model": "equidistant", "D": [0.1, 0.0, 0.0, 0.0]}),
    "fisheye": "1 OPENCV_FISHEYE 1280 720 900 905 640 350 -0.02 0.01 0.001 0.002\n",
}


@pytest.mark.parametrize("model", OTHERS)
def test_models_that_are_not_supported_are_told(model: str) -> None:
    calibration = parse_calibration(OTHERS[model].encode(), "camera")
    assert calibration.spec.distortion == ()
    assert f"the lens distortion in the file ({model}) is not corrected" in calibration.warnings


@pytest.mark.parametrize("given", [[0.1, 0.2, 0.3], ["a"], [0.1] * 14, "much"])
def test_distortions_that_cannot_be_are_refused(given: Any) -> None:
    with pytest.raises(PosecastError):
        parse_calibration(json.dumps({**POSE, "dist": given}).encode(), "camera")


def test_a_distortion_that_folds_the_picture_is_doubted() -> None:
    values = {**POSE, "image_size": [1280, 720], "distCoef": [-0.9, 0.0, 0.0, 0.0, 0.0]}
    assert any(
        "folds the picture" in warning for warning in parse_calibration(json.dumps(values).encode(), "c").warnings
    )


def test_both_lenses_of_a_stereo_pair_are_read() -> None:
    pair = {"R": np.eye(3).tolist(), "T": [-0.1, 0, 0], "unit": "m", "M1": K.tolist(), "M2": K.tolist()}
    text = json.dumps({**pair, "D1": list(WEBCAM), "D2": list(RATIONAL)}).encode()
    assert [parse_calibration(text, "pair", name).spec.distortion for name in "12"] == [WEBCAM, RATIONAL]
