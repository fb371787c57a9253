from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.calibration.board import parse_board
from engine.calibration.rig_from_board import rig_from_board
from engine.calibration.sighting import Sighting
from engine.errors import PosecastError
from engine.geometry import Camera, CameraSpec, intrinsics, rotation_from_vector
from tests.engine.calibration.people import apart

BOARD = parse_board("charuco:5x7:60mm")
LENS = CameraSpec(
    np.eye(3), np.zeros(3), "-y", intrinsics(900, 900, 640, 360), (1280, 720), distortion=(-0.1, 0.02, 0, 0)
)
SPECS = {
    name: replace(LENS, R=rotation_from_vector(np.array([0.0, angle, 0.0])), t=np.array([x, 0.0, z]))
    for name, angle, x, z in (("a", 0.0, 0.0, 0.0), ("b", 0.5, -1.2, 0.3), ("c", 1.0, -1.8, 0.9))
}


def sightings(moments: int = 12, noise: float = 0.15) -> dict[str, list[Sighting]]:
    random = np.random.default_rng(1)
    seen: dict[str, list[Sighting]] = {name: [] for name in SPECS}
    for number in range(moments):
        R = rotation_from_vector(random.uniform(-0.5, 0.5, 3))
        centre = np.array([random.uniform(-0.6, 0.9), random.uniform(-0.4, 0.4), random.uniform(1.6, 3.0)])
        corners = (BOARD.corners - [0.15, 0.21, 0]) @ R.T + centre
        for name, spec in SPECS.items():
            camera: Camera = spec.for_image(1280, 720)
            pixels = camera.project(camera.camera_from_world(corners))
            inside = ((pixels > 0) & (pixels < (1280, 720))).all(axis=1)
            if inside.sum() >= 8:
                found = pixels[inside] + random.normal(0, noise, (int(inside.sum()), 2))
                seen[name].append(Sighting(found, np.flatnonzero(inside), (1280, 720), float(number), 0.5))
    return seen


def test_cameras_are_found_by_a_board_that_pairs_see() -> None:
    result = rig_from_board(sightings(), dict.fromkeys(SPECS, LENS), BOARD)
    assert result.doubts == ()
    for one in result.cameras:
        truth = SPECS[one.name]
        assert apart(one.spec.R, truth.R) < 0.1
        assert np.linalg.norm(one.spec.R.T @ one.spec.t - truth.R.T @ truth.t) < 0.01
        assert one.rms_px < 0.5


@pytest.mark.parametrize(("noise", "wrong"), [(0.5, 0.0), (0.15, 0.03)])
def test_noise_and_wrong_corners_do_no_harm(noise: float, wrong: float) -> None:
    random, seen = np.random.default_rng(3), sightings(16, noise)
    for name, views in seen.items():
        for at, view in enumerate(views):
            moved = (random.random(len(view.ids)) < wrong)[:, None] * random.normal(0, 30, (len(view.ids), 2))
            seen[name][at] = replace(view, corners=view.corners + moved)
    for one in rig_from_board(seen, dict.fromkeys(SPECS, LENS), BOARD).cameras:
        truth = SPECS[one.name]
        assert apart(one.spec.R, truth.R) < 0.1
        assert np.linalg.norm(one.spec.R.T @ one.spec.t - truth.R.T @ truth.t) < 0.006


def test_a_camera_that_shares_no_moment_with_the_others_is_named() -> None:
    seen = sightings()
    seen["c"] = [replace(one, time=one.time + 0.5) for one in seen["c"]]
    with pytest.raises(PosecastError, match="seen by c too seldom together"):
        rig_from_board(seen, dict.fromkeys(SPECS, LENS), BOARD)


def test_a_camera_that_never_sees_the_board_is_named() -> None:
    with pytest.raises(PosecastError, match="b never sees the board"):
        rig_from_board({**sightings(6), "b": []}, dict.fromkeys(SPECS, LENS), BOARD)


def test_a_board_that_moves_between_the_cameras_pictures_is_doubted() -> None:
    random, seen = np.random.default_rng(2), sightings()
    seen["b"] = [replace(one, corners=one.corners + random.normal(0, 25, 2)) for one in seen["b"]]
    result = rig_from_board(seen, dict.fromkeys(SPECS, LENS), BOARD)
    assert any("did the board move?" in doubt for doubt in result.doubts)
