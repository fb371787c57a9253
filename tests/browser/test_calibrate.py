"""The sheet that calibrates a camera with a board, in a real Chromium: boards are held up, the lens comes out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from engine.calibration.board import parse_board
from engine.geometry import CameraSpec, intrinsics
from engine.video_writer import VideoWriter
from tests.browser.conftest import NETWORK, Open
from tests.browser.server import Dashboard
from tests.browser.test_dashboard import api, eventually, open_tab
from tests.engine.calibration.boards import poses, render

BOARD = parse_board("charuco:5x7:30mm")
FX = 480
CAMERA = CameraSpec(np.eye(3), np.zeros(3), "-y", intrinsics(FX, FX, 320, 240), (640, 480)).for_image(640, 480)
VIEWS = 48

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(300),
]  # the server looks at one picture a second, as fast as somebody moves a board


@pytest.fixture(scope="module")
def dashboard(browser: Browser, tmp_path_factory: pytest.TempPathFactory, posecast_cache: Path) -> Iterator[Dashboard]:
    """A board that is held up in another place each second."""
    folder = tmp_path_factory.mktemp("board")
    with VideoWriter(folder / "board.mp4", 2) as video:
        for number, pose in enumerate(poses(CAMERA, BOARD, VIEWS)):
            picture = render(CAMERA, BOARD, pose, seed=number)
            for part in range(2):
                video.write(picture, number + 0.5 * part)
    with Dashboard(folder, *NETWORK, "--source", str(folder / "board.mp4")) as server:
        server.wait_for_frames()
        yield server


def test_the_picture_is_covered_and_the_lens_calculated_and_used(visit: Open) -> None:
    page = visit()
    open_tab(page, "Camera")
    page.get_by_role("button", name="Calibrate…").click()
    sheet = page.get_by_role("dialog", name="Calibrate the camera")
    sheet.get_by_role("button", name="Start", exact=True).click()
    covered, told = sheet.locator("rect.covered"), sheet.locator(".calibrate-now")
    expect(covered.first).to_be_attached()
    first = covered.count()
    expect(told).to_contain_text(re.compile(r"[1-9]\d* of 15 views, [1-9]\d* % of the picture"))
    eventually(lambda: covered.count() > first)
    expect(sheet.locator(".calibrate-missing li").first).to_be_visible()
    assert sheet.locator(".calibrate-picture").evaluate("image => image.naturalWidth") == 640
    # Of the views that are enough for a number, many more: the focal length has to be a good one.
    expect(told).to_contain_text(re.compile(r"[2-4]\d of 15 views"), timeout=150_000)
    sheet.get_by_role("button", name="Calculate").click()
    result = sheet.locator(".calibrate-result")
    expect(result).to_contain_text("px rms")
    found = re.search(r"fx (\d+\.\d)", result.inner_text())
    assert found is not None
    assert float(found[1]) == pytest.approx(FX, rel=0.02)
    sheet.get_by_role("button", name="Save").click()
    expect(sheet).to_be_hidden()
    expect(page.locator(".camera-head")).to_contain_text("Camera calibrated")
    told_camera = api(page, "api/extrinsics")[1]
    assert (told_camera["format"], told_camera["intrinsics"]) == ("calibrated", "file")
    assert told_camera["fx"] == pytest.approx(FX, rel=0.02)
