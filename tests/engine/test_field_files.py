"""Calibration files of other programs, with distortion: written, read, and read by those programs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.extrinsics import load_calibration, parse_calibration
from engine.extrinsics.camera_toml import camera_toml
from engine.geometry import REFERENCE_CAMERA, intrinsics

K = intrinsics(900, 905, 640, 350)
LENS = (-0.2, 0.1, 0.001, -0.002)
SPEC = replace(REFERENCE_CAMERA, K=K, resolution=(1280, 720), distortion=LENS)
OTHER = replace(SPEC, t=SPEC.t + np.array([0.5, 0.0, 0.2]), distortion=())
TOML = camera_toml({"left": SPEC, 'Tür "2"': OTHER}, notes=("two cameras",), error=0.31)


def test_anipose_toml_is_read_back_equal() -> None:
    for name, spec in (("left", SPEC), ('Tür "2"', OTHER)):
        read = parse_calibration(TOML.encode(), "calibration.toml", name)
        np.testing.assert_allclose(read.spec.R, spec.R, atol=1e-9)
        np.testing.assert_allclose(read.spec.t, spec.t, atol=1e-9)
        np.testing.assert_allclose(read.spec.K, K)
        assert (read.spec.resolution, read.spec.up, read.unit) == ((1280, 720), "-y", "m")
        assert read.spec.distortion == spec.distortion
        assert not any("unit" in warning for warning in read.warnings)


@pytest.mark.long
def test_anipose_reads_the_toml_that_is_written(tmp_path: Path) -> None:
    cameras = pytest.importorskip("aniposelib.cameras", reason="aniposelib is not installed")
    path = tmp_path / "calibration.toml"
    path.write_text(TOML, encoding="utf-8")
    group = cameras.CameraGroup.load(str(path))
    points = np.array([[0.1, 0.2, 0.3], [-0.5, 0.1, 0.4]])
    for camera, spec in zip(group.cameras, (SPEC, OTHER), strict=True):
        ours = spec.for_image(1280, 720)
        expected = ours.project(ours.camera_from_world(points))
        np.testing.assert_allclose(camera.project(points).reshape(-1, 2), expected, atol=1e-6)


def test_easymocaps_lenses_are_read_beside_the_poses(tmp_path: Path) -> None:
    vector, _ = cv2.Rodrigues(SPEC.R)
    for name, values in (
        ("intri", {"K_1": K, "dist_1": np.array([[*LENS, 0.0]])}),
        ("extri", {"R_1": vector, "Rot_1": SPEC.R, "T_1": SPEC.t.reshape(3, 1)}),
    ):
        file = cv2.FileStorage(str(tmp_path / f"{name}.yml"), cv2.FILE_STORAGE_WRITE)
        for key, value in values.items():
            file.write(key, value)
        file.release()
    read = load_calibration(str(tmp_path / "extri.yml"))
    np.testing.assert_allclose(read.spec.K, K)
    np.testing.assert_allclose(read.spec.R, SPEC.R, atol=1e-9)
    assert read.spec.distortion == LENS
    (tmp_path / "intri.yml").unlink()
    assert any("intri.yml" in warning for warning in load_calibration(str(tmp_path / "extri.yml")).warnings)


def test_qualisys_distortion_has_opencvs_order() -> None:
    axes = np.diag([1.0, -1.0, -1.0]) @ SPEC.R
    pose = " ".join(f'r{i + 1}{j + 1}="{axes[i, j]}"' for i in range(3) for j in range(3))
    place = " ".join(f'{axis}="{value}"' for axis, value in zip("xyz", -1000 * SPEC.R.T @ SPEC.t, strict=True))
    lens = " ".join(
        f'{name}="{value}"'
        for name, value in (
            ("focalLengthU", 900 * 64), ("focalLengthV", 905 * 64),
            ("centerPointU", 640 * 64), ("centerPointV", 350 * 64),
            ("radialDistortion1", -0.2), ("radialDistortion2", 0.1), ("radialDistortion3", 0.03),
            ("tangentalDistortion1", 0.001), ("tangentalDistortion2", -0.002),
        )
    )  # fmt: skip
    text = (
        f'<calibration><cameras><camera serial="a" active="1"><fov_video left="0" top="0" right="1279" bottom="719"/>'
        f"<transform {pose} {place}/><intrinsic {lens}/></camera></cameras></calibration>"
    )
    spec = parse_calibration(text.encode(), "Calib.qca.txt").spec
    assert spec.distortion == (-0.2, 0.1, 0.001, -0.002, 0.03)
    np.testing.assert_allclose(spec.t, SPEC.t, atol=1e-6)


def test_a_matlab_stereo_pair_of_json_has_both_lenses() -> None:
    pair = {"R": np.eye(3).tolist(), "T": [-100, 0, 0], "unit": "mm", "cameraMatrix1": K.tolist()}
    text = json.dumps(
        {**pair, "cameraMatrix2": K.tolist(), "distCoeffs1": [list(LENS)], "distCoeffs2": [[0.1, 0, 0, 0]]}
    )
    first, second = (parse_calibration(text.encode(), "pair.json", name).spec for name in "12")
    assert (first.distortion, second.distortion) == (LENS, (0.1, 0, 0, 0))
    np.testing.assert_allclose(second.t, (-0.1, 0, 0))
