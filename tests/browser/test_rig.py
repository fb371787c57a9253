"""Several cameras on the page in a real Chromium: all or one of them, one that is missing, and the place of one."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from engine.capture.stage import CAMERA_SPECS
from engine.extrinsics import Calibration, calibration_json
from engine.geometry import CameraSpec
from engine.video_writer import VideoWriter
from tests.browser.conftest import NETWORK, Watch
from tests.browser.server import Dashboard
from tests.browser.test_camera import STAGE
from tests.browser.test_dashboard import api, camera_file, eventually, open_tab
from tests.engine.capture.test_rig import camera_toml

NAMES = ("left", "right", "back")
RED = (30, 20, 190)


@pytest.fixture(scope="module")
def dashboard(browser: Browser, tmp_path_factory: pytest.TempPathFactory, posecast_cache: Path) -> Iterator[Dashboard]:
    """The stage, twice; on the right five seconds of red, after which that camera is missing until all repeats."""
    folder = tmp_path_factory.mktemp("rig")
    for name in ("left", "back"):
        shutil.copy(STAGE, folder / f"{name}.mp4")
    with VideoWriter(folder / "right.mp4", 10) as right:
        for number in range(50):
            right.write(np.full((360, 640, 3), RED, np.uint8), number / 10)
    cameras = (camera_toml(name, f"{name}.mp4", number) for number, name in enumerate(NAMES))
    (folder / "rig.toml").write_text('up = "+y"\n' + "".join(cameras))
    with Dashboard(folder, *NETWORK, "--source", str(folder / "rig.toml")) as server:
        server.wait_for_frames()
        yield server


def file_of(spec: CameraSpec) -> FilePayload:
    return camera_file("moved.json", calibration_json(Calibration(spec, "reference", "m")))


def redness(page: Page) -> float:
    """The share of the video panel that shows the camera on the right."""
    picture = cv2.imdecode(np.frombuffer(page.locator(".video-layers").screenshot(), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return float((np.abs(picture.astype(int) - RED).max(axis=2) < 40).mean())


def test_the_video_shows_all_cameras_or_one(page: Page) -> None:
    chooser = page.get_by_role("combobox", name="Shown camera")
    assert chooser.locator("option").all_inner_texts() == ["All cameras", *NAMES]
    eventually(lambda: 0.1 < redness(page) < 0.5)
    snapshot = page.get_by_role("link", name="Save snapshot")
    expect(snapshot).not_to_have_attribute("href", re.compile("camera="))
    chooser.select_option("right")
    expect(snapshot).to_have_attribute("href", re.compile("camera=right"))
    eventually(lambda: redness(page) > 0.7)
    chooser.select_option("left")
    eventually(lambda: redness(page) < 0.05)
    chooser.select_option("All cameras")
    eventually(lambda: 0.1 < redness(page) < 0.5)


@pytest.mark.long  # it is missing for seven seconds of twelve
def test_a_missing_camera_says_since_when_and_comes_back(page: Page) -> None:
    open_tab(page, "Stats")
    row = page.locator(".rig-health li").filter(has_text="right")
    note = page.locator(".missing-cameras p")
    expect(note).to_contain_text(re.compile(r"right\s*missing for \d+ s: no picture at this moment"))
    expect(row).to_contain_text(re.compile(r"missing for \d+ s"))
    expect(note).to_have_count(0)
    expect(row).to_contain_text("fps")


def test_one_camera_is_placed_by_a_file_and_put_back(page: Page, watch: Watch) -> None:
    watch.expected = ("status of 400",)
    open_tab(page, "Camera")
    which = page.get_by_role("combobox", name="Camera of the rig")
    assert which.locator("option").all_inner_texts() == list(NAMES)
    which.select_option("right")
    calibration = page.get_by_role("combobox", name="Its calibration")
    expect(calibration).to_have_value("neutral")
    expect(page.locator(".panel:visible .facts").first).to_contain_text("4.40, 2.20, -1.00 m")
    picker = page.locator(".panel:visible input[type=file]")
    picker.set_input_files(files=[file_of(CAMERA_SPECS[0])])
    expect(page.locator(".refusal:visible")).to_contain_text("left and right stand at the same place")
    moved = replace(CAMERA_SPECS[1], t=CAMERA_SPECS[1].t + np.array([0.5, 0.0, 0.0]))
    picker.set_input_files(files=[file_of(moved)])
    offer = page.locator(".offer:visible")
    expect(page.locator(".preview-note")).to_be_visible()
    before = api(page, "api/scene")[1]["cameras"]["right"]["t"]
    offer.get_by_role("button", name="Apply").click()
    expect(page.locator(".camera-head")).to_contain_text("moved.json applied")
    eventually(lambda: np.allclose(api(page, "api/scene")[1]["cameras"]["right"]["t"], moved.t, atol=1e-5))
    expect(calibration).to_have_value("own")
    page.locator(".camera-head").get_by_role("button", name="Undo").click()
    eventually(lambda: api(page, "api/scene")[1]["cameras"]["right"]["t"] == before)
    expect(calibration).to_have_value("neutral")
