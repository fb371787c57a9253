"""Pose2Sim on its own four cameras: it reads our keypoints and our calibration, and its joints lie near ours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.pose2sim import CALIBRATION, CAMERAS, distances_m, people_of, recorded, scenes_of, triangulated
from engine.extrinsics import Calibration, load_calibration
from engine.extrinsics.camera_toml import camera_toml

MEDIA = Path(__file__).parents[3].parent / "shared" / "media"
FRAMES = 30

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not (MEDIA / CALIBRATION).is_file(), reason="needs ../shared/media"),
]


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("Pose2Sim", reason="Pose2Sim is not installed: make test-long does it")
    return recorded(MEDIA, tmp_path_factory.mktemp("pose2sim"), FRAMES, 256)


@pytest.fixture(scope="module")
def project(recording: Path) -> Path:
    """Pose2Sim's project of the recording, with its own reading of the calibration."""
    project = recording.parent / "project"
    triangulated(recording, (MEDIA / CALIBRATION).read_text(), CALIBRATION, project)
    return project


def calibrations(path: Path) -> dict[str, Calibration]:
    return {name: load_calibration(f"{path}#{name}") for name in CAMERAS}


def test_its_joints_lie_near_ours(recording: Path, project: Path) -> None:
    theirs = people_of(project)
    assert len(theirs) >= 2
    mm = distances_m(theirs, scenes_of(recording)) * 1e3
    known = np.isfinite(mm)
    assert not np.isinf(mm).any(), "somebody whom only Pose2Sim sees"
    assert known.sum() > 2 * FRAMES * 12
    assert np.median(mm[known]) < 25
    assert max(np.median(joint[np.isfinite(joint)]) for joint in mm.T if np.isfinite(joint).any()) < 60


def test_both_read_qualisys_calibration_alike(project: Path) -> None:
    ours = calibrations(MEDIA / CALIBRATION)
    for name, its in calibrations(next((project / "calibration").glob("*.toml"))).items():
        assert its.spec.K is not None
        assert its.unit == "m"
        np.testing.assert_allclose(its.spec.K, ours[name].spec.K, atol=1e-6)
        np.testing.assert_allclose(its.spec.R, ours[name].spec.R, atol=1e-6)
        np.testing.assert_allclose(its.spec.t, ours[name].spec.t, atol=1e-6)


def test_it_reads_our_calibration_as_its_own(recording: Path, project: Path, tmp_path: Path) -> None:
    ours = camera_toml({name: one.spec for name, one in calibrations(MEDIA / CALIBRATION).items()}, notes=("four",))
    by_ours = triangulated(recording, ours, "calibrated.toml", tmp_path / "ours")
    for one, other in zip(by_ours, people_of(project), strict=True):
        assert one.keys() == other.keys()
        for frame, joints in one.items():
            np.testing.assert_allclose(joints, other[frame], atol=1e-3)
