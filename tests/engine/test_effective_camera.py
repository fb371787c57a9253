"""Which camera is in effect: the file's, the source's own or the default, as the settings change it."""

from __future__ import annotations

from dataclasses import replace

from engine.extrinsics import Calibration, effective_camera
from engine.geometry import DEFAULT_CAMERA
from engine.settings import Settings

OWN = replace(DEFAULT_CAMERA, up="+z")
FILE = Calibration(replace(DEFAULT_CAMERA, up="+x"), "reference", "m")


def test_the_file_comes_before_the_sources_own_and_that_before_the_default() -> None:
    assert effective_camera(Settings(), FILE, OWN).up == "+x"
    assert effective_camera(Settings(), None, OWN).up == "+z"
    assert effective_camera(Settings(), None, None).up == DEFAULT_CAMERA.up


def test_settings_override_them_all() -> None:
    camera = effective_camera(Settings(up="+y", fx=700.0), FILE, OWN)
    assert (camera.up, camera.for_image(640, 480).fx) == ("+y", 700.0)
