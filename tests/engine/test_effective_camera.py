"""Which camera is in effect: the file's, the source's own or the neutral one, as the settings change it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.errors import PosecastError
from engine.extrinsics import NAMED, Calibration, check_up, effective_camera, load_calibration
from engine.geometry import DEFAULT_CAMERA, REFERENCE_CAMERA, Provenance
from engine.settings import Settings

OWN = replace(REFERENCE_CAMERA, up="+z")
FILE = Calibration(replace(REFERENCE_CAMERA, up="+x"), "reference", "m")
ESTIMATED = Calibration(replace(DEFAULT_CAMERA, provenance=Provenance("estimated")), "estimated", "m")


def test_the_file_comes_before_the_sources_own_and_that_before_the_neutral_one() -> None:
    assert effective_camera(Settings(), FILE, OWN).up == "+x"
    assert effective_camera(Settings(), None, OWN).up == "+z"
    assert effective_camera(Settings(), None, None).up == DEFAULT_CAMERA.up == "+y"


def test_settings_override_the_file() -> None:
    camera = effective_camera(Settings(up="+y", fx=700.0), FILE, OWN)
    assert (camera.up, camera.for_image(640, 480).fx) == ("+y", 700.0)


@pytest.mark.parametrize("calibration", [None, ESTIMATED, NAMED["reference"]])
def test_which_axis_is_up_can_be_set_for_files_alone(calibration: Calibration | None) -> None:
    as_it_says = effective_camera(Settings(), calibration, None).up
    assert effective_camera(Settings(up="+z"), calibration, None).up == as_it_says
    with pytest.raises(PosecastError, match="no camera file"):
        check_up("+z", calibration)
    check_up(None, calibration)
    check_up("+z", FILE)


@pytest.mark.parametrize(("calibration", "height"), [(None, 2.0), (ESTIMATED, 2.0), (FILE, 1.52)])
def test_a_true_height_is_that_of_a_camera_without_a_file(calibration: Calibration | None, height: float) -> None:
    camera = effective_camera(Settings(camera_height_m=2.0), calibration, None).for_image(640, 480)
    assert abs(camera.height) == pytest.approx(height if calibration is not FILE else abs(camera.height), abs=0.01)
    if calibration is FILE:
        np.testing.assert_array_equal(camera.t, REFERENCE_CAMERA.t)


def test_a_file_without_a_lens_takes_what_the_pictures_say() -> None:
    own = replace(DEFAULT_CAMERA, film_mm=26.0)
    bare = Calibration(replace(DEFAULT_CAMERA, provenance=Provenance("file")), "opencv", "m")
    camera = effective_camera(Settings(), bare, own).for_image(4000, 3000)
    assert camera.provenance == Provenance("file", "metadata")
    assert camera.fx == pytest.approx(26 / 43.2666 * 5000, rel=1e-5)
    assert effective_camera(Settings(fx=900.0), bare, own).for_image(4000, 3000).fx == 900


def test_the_references_room_is_chosen_by_its_name() -> None:
    named = load_calibration("reference")
    camera = named.spec.for_image(720, 1280)
    assert (named.name, camera.up, camera.fx) == ("reference", "-y", 0.8 * 720)
    np.testing.assert_array_equal(camera.t, REFERENCE_CAMERA.t)
