from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.calibration.board import parse_board
from engine.calibration.lens import calibrate_lens
from engine.calibration.selection import Selection
from engine.calibration.session import Session
from engine.calibration.sighting import BoardFinder, Sighting
from engine.errors import PosecastError
from engine.geometry import CameraSpec, intrinsics, rotation_from_vector
from tests.engine.calibration.boards import poses, render

BOARD = parse_board("charuco:5x7:30mm")
SPEC = CameraSpec(
    np.eye(3), np.zeros(3), "-y", intrinsics(700, 702, 488, 262), (960, 540), distortion=(-0.25, 0.08, 0.001, -0.0007)
)
CAMERA = SPEC.for_image(960, 540)


@pytest.fixture(scope="module")
def session() -> Session:
    session = Session(BOARD)
    for number, pose in enumerate(poses(CAMERA, BOARD, 26)):
        session.look(render(CAMERA, BOARD, pose, seed=number), float(number))
    return session


def exact(count: int, *, tilt: float = 40.0, noise: float = 0.1, seed: int = 1) -> list[Sighting]:
    """Views as a perfect detector would give them."""
    random, views = np.random.default_rng(seed), []
    for number, (R, t) in enumerate(poses(CAMERA, BOARD, count, seed)):
        turned = R if tilt else np.eye(3)
        centre = np.array([*BOARD.size_m, 0.0]) / 2
        pixels = CAMERA.project((BOARD.corners - centre) @ turned.T + R @ centre + t)
        inside = ((pixels >= 0) & (pixels < CAMERA.image_size)).all(axis=1)
        if inside.sum() < 6:
            continue
        found = pixels[inside] + random.normal(0, noise, (inside.sum(), 2))
        views.append(Sighting(found, np.flatnonzero(inside), CAMERA.image_size, float(number), 0.5))
    return views


def test_the_lens_is_found_from_rendered_boards_with_noise_and_blur(session: Session) -> None:
    lens = session.lens()
    assert lens.K[0, 0] == pytest.approx(700, rel=0.005)
    assert lens.K[1, 1] == pytest.approx(702, rel=0.005)
    np.testing.assert_allclose(lens.K[:2, 2], (488, 262), atol=3)
    np.testing.assert_allclose(lens.distortion[:2], (-0.25, 0.08), atol=0.02)
    assert lens.rms_px < 0.2
    assert lens.doubts == ()
    assert session.covered.share > 0.9
    assert session.is_complete


def test_corners_are_pixels_of_the_picture_counted_from_its_corner() -> None:
    pose = (np.eye(3), np.array([-0.075, -0.105, 0.5]))
    sighting = BoardFinder(BOARD).find(render(CAMERA, BOARD, pose, noise=1.0))
    assert sighting is not None
    expected = CAMERA.project(BOARD.corners[sighting.ids] @ pose[0].T + pose[1])
    assert np.abs(sighting.corners - expected).mean() < 0.1


def test_pictures_without_the_board_tell_nothing() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (270, 480, 3), np.uint8)
    session = Session(BOARD)
    assert session.look(noise, 0.0).sighting is None
    with pytest.raises(PosecastError, match="the board was not seen"):
        session.lens()


def test_more_coefficients_are_used_only_where_they_are_worth_it() -> None:
    views = exact(24)
    assert calibrate_lens(views, BOARD).distortion[4:] == ()


def test_boards_that_are_never_tilted_are_refused_with_the_reason() -> None:
    lens = calibrate_lens(exact(20, tilt=0.0), BOARD)
    assert any("hardly ever tilted" in doubt for doubt in lens.doubts)
    assert any("tilted to the left" in told for told in lens.covered.missing)


def test_too_few_views_and_two_sizes_are_refused() -> None:
    views = exact(9)
    with pytest.raises(PosecastError, match="only 5 usable views of the board; 8 are needed"):
        calibrate_lens(views[:5], BOARD)
    with pytest.raises(PosecastError, match="several sizes"):
        calibrate_lens([*views, replace(views[0], size=(640, 480))], BOARD)


def test_what_is_missing_is_told() -> None:
    corner = [view for view in exact(40) if (view.centre < np.array(CAMERA.image_size) * 0.45).all()]
    selection = Selection(BOARD)
    for view in corner:
        selection.add(view)
    session = Session(BOARD)
    session._selection = selection
    assert "bottom right of the picture" in session.covered.missing[0]


def test_blurred_moving_and_repeated_views_are_not_kept() -> None:
    first, other = exact(2)
    selection = Selection(BOARD)
    assert selection.add(first) == ""
    assert "like another" in selection.add(replace(first, time=10.0))
    assert "blurred" in selection.add(replace(other, time=20.0, sharpness=0.1))
    assert selection.add(replace(first, corners=first.corners + 60, time=20.2)) == "the board moves: hold it still"
    assert selection.sightings == [first]


def test_only_the_most_different_views_are_kept() -> None:
    selection = Selection(BOARD)
    for view in exact(120, seed=3):
        selection.add(view)
    assert 30 < len(selection.sightings) <= 40


def test_a_board_that_lies_on_its_side_has_the_same_pose() -> None:
    R = rotation_from_vector(np.array([0.0, 0.0, np.pi / 2]))
    sighting = BoardFinder(BOARD).find(render(CAMERA, BOARD, (R, np.array([0.1, -0.07, 0.5])), noise=1.0))
    assert sighting is not None
    assert len(sighting.ids) >= 18
