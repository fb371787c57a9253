"""The Camera panel in a real Chromium: the floor found from people, adjustments by hand, Undo, sources' own cameras."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from engine.geometry import Camera
from tests.browser.conftest import NETWORK, Open, Watch
from tests.browser.server import Dashboard
from tests.browser.test_dashboard import GOOD, api, camera_file, eventually, open_tab

STAGE = Path(__file__).parents[2] / "engine" / "assets" / "stage.mp4"
LINES = """async (camera) => {
    const { floorLines } = await import("/static/js/video/floor-grid.js");
    return floorLines(camera);
}"""


@pytest.fixture(scope="module")
def dashboard(browser: Browser, tmp_path_factory: pytest.TempPathFactory, posecast_cache: Path) -> Iterator[Dashboard]:
    """Plays people whose floor has to be found: the stage as a file, whose camera nobody knows."""
    folder = tmp_path_factory.mktemp("camera")
    clip = shutil.copy(STAGE, folder / "clip.mp4")
    with Dashboard(folder, *NETWORK, "--source", str(clip)) as server:
        server.wait_for_frames()
        yield server


@pytest.fixture
def page(page: Page) -> Page:
    """The dashboard without a camera that an earlier test has left."""
    api(page, "api/extrinsics", "DELETE")
    api(page, "api/settings", "PUT", {"level": "auto"})
    return page


def chip(page: Page, text: str) -> Any:
    found = page.locator(".floor-chip")
    expect(found).to_contain_text(text)
    return found


def camera_of(page: Page) -> dict[str, Any]:
    """The camera of the newest scene."""
    return api(page, "api/scene")[1]["camera"]


def slide(page: Page, name: str, value: float) -> None:
    page.locator(".adjust").get_by_role("slider", name=name).evaluate(
        "(slider, value) => { slider.value = value; slider.dispatchEvent(new Event('input')); }", value
    )


def test_the_floor_that_was_found_is_adjusted_and_the_change_undone(page: Page) -> None:
    found = chip(page, "Floor found from people")
    eventually(lambda: api(page, "api/extrinsics")[1]["source"] == "estimated")
    found.get_by_role("button", name="Adjust").click()
    grid = page.locator("canvas.floor-grid")
    expect(grid).to_be_visible()
    blank = grid.evaluate("canvas => canvas.toDataURL()")
    slide(page, "Tilt", 21.5)
    slide(page, "Roll", -4)
    slide(page, "Height", 2.3)
    expect(page.locator(".preview-note")).to_be_visible()
    eventually(lambda: grid.evaluate("canvas => canvas.toDataURL()") != blank)
    assert api(page, "api/extrinsics")[1]["source"] == "estimated", "a preview must change nothing"
    page.locator(".adjust").get_by_role("button", name="Apply").click()
    chip(page, "Floor adjusted by hand")
    expect(grid).to_be_hidden()
    told = api(page, "api/extrinsics")[1]
    assert (told["tilt_deg"], told["roll_deg"], told["height_m"]) == pytest.approx((21.5, -4, 2.3))
    eventually(lambda: camera_of(page)["source"] == "file")
    scene = camera_of(page)
    assert (scene["tilt_deg"], scene["height_m"]) == pytest.approx((21.5, 2.3), abs=1e-3)
    page.locator(".floor-chip").get_by_role("button", name="Undo").click()
    chip(page, "Floor found from people")
    assert api(page, "api/extrinsics")[1]["source"] == "estimated"


def test_the_grid_lies_where_the_camera_sees_the_floor(page: Page) -> None:
    chip(page, "Floor found from people")
    scene = api(page, "api/scene")[1]
    told = scene["camera"]
    lens = {name: told[name] for name in ("fx", "fy", "cx", "cy")}
    extrinsics = {"R": told["R"], "t": told["t"]}
    shown = {**lens, "extrinsics": extrinsics, "up": scene["up"], "image_size": scene["image_size"]}
    lines = page.evaluate(LINES, shown)
    assert len(lines) > 10
    width, height = scene["image_size"]
    camera = Camera((width, height), *lens.values(), np.array(told["R"]), np.array(told["t"]), scene["up"])
    world = np.array([line["world"] for line in lines])
    assert np.abs(world @ camera.up_vector).max() < 1e-9
    expected = camera.project(camera.camera_from_world(world))
    np.testing.assert_allclose([line["image"] for line in lines], expected, atol=0.01)


def test_the_found_floor_is_undone_and_found_again(page: Page) -> None:
    chip(page, "Floor found from people").get_by_role("button", name="Undo").click()
    expect(page.locator(".floor-chip")).to_be_hidden()
    open_tab(page, "Camera")
    automatic = page.get_by_role("switch", name="Find the floor from people")
    expect(automatic).not_to_be_checked()
    assert api(page, "api/extrinsics")[1]["default"]
    assert api(page, "api/extrinsics")[1]["height_m"] == 1.5
    automatic.set_checked(True, force=True)
    chip(page, "Floor found from people")


def test_each_source_has_its_camera(page: Page) -> None:
    open_tab(page, "Camera")
    clip = api(page, "api/state")[1]["source"]
    choice = page.get_by_role("combobox", name="Camera of this source")
    choice.select_option("reference")
    expect(page.locator(".camera-head")).to_contain_text("Reference demo's room")
    expect(page.locator(".facts").first).to_contain_text("1.52 m")
    assert api(page, "api/source", "PUT", {"source": "demo"})[0] == 202
    expect(choice).to_have_value("neutral")
    expect(page.locator(".facts").first).to_contain_text("1.60 m")
    eventually(lambda: camera_of(page)["source"] == "file")  # the demo's own
    assert api(page, "api/source", "PUT", {"source": clip})[0] == 202
    expect(choice).to_have_value("reference")
    page.locator(".camera-head").get_by_role("button", name="Undo").click()
    expect(choice).to_have_value("neutral")


def test_undo_stays_in_sight_after_a_camera_file_was_applied(page: Page) -> None:
    open_tab(page, "Camera")
    page.locator(".panel:visible input[type=file]").set_input_files(files=[camera_file("room.json", GOOD)])
    page.locator(".offer:visible").get_by_role("button", name="Apply").click()
    head = page.locator(".camera-head")
    expect(head).to_contain_text("room.json applied")
    page.get_by_role("spinbutton", name="Focal length").scroll_into_view_if_needed()
    undo = head.get_by_role("button", name="Undo")
    expect(undo).to_be_in_viewport()
    undo.click()
    chip(page, "Floor found from people")
    expect(head).to_be_hidden()


def test_a_video_is_not_called_a_camera_file_that_is_too_large(page: Page) -> None:
    open_tab(page, "Camera")
    video = {"name": "clip.mp4", "mimeType": "video/mp4", "buffer": STAGE.read_bytes()}
    page.locator(".panel:visible input[type=file]").set_input_files(files=[video])
    refusal = page.locator(".refusal:visible")
    expect(refusal.locator("strong")).to_have_text("clip.mp4 is not a camera file")
    expect(refusal).not_to_contain_text("KiB")


def test_the_camera_is_adjusted_on_a_phone_beside_its_video(visit: Open) -> None:
    page = visit(viewport={"width": 390, "height": 844}, has_touch=True)
    api(page, "api/extrinsics", "DELETE")
    chip(page, "Floor found from people").get_by_role("button", name="Adjust").click()
    expect(page.locator(".adjust canvas.floor-grid")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator(".adjust").get_by_role("button", name="Discard").click()
    open_tab(page, "Video")
    expect(page.get_by_role("tabpanel", name="Video").locator("canvas.picture")).to_be_visible()
    expect(page.locator("canvas.floor-grid")).to_be_hidden()


def test_a_visitor_with_the_view_link_is_offered_no_changes(visit: Open, dashboard: Dashboard, watch: Watch) -> None:
    watch.expected = ("status of 403",)
    page = visit(dashboard.view_url)
    found = chip(page, "Floor found from people")
    expect(found.get_by_role("button", name="Adjust")).to_be_hidden()
    status, answer = api(page, "api/extrinsics/undo", "POST", {})
    assert status == 403, json.dumps(answer)
