"""Measuring a recording on the page: clicked joints, curves, the playhead dragged along them, a ghost, and files."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from bench.chromium import slow_display
from engine.skeleton import JOINT
from tests.browser.conftest import DISPLAY_PAUSE_MS, PATIENCE_MS, Watch
from tests.browser.pictures import look
from tests.browser.server import TOKEN
from tests.browser.staged import Server, staged
from tests.browser.test_dashboard import api, eventually
from tests.browser.test_layouts import serious
from tests.engine.motion.stage import write_recording
from tests.webapp.stage import Stage

NAMES = ("recording-20261128-120000", "recording-20261128-110000")
SECONDS = 4.0
SQUATTER = 2
"""Id of the person of the stage who does squats."""
BEGINNINGS = {
    "jsonl": b'{"version":1',
    "csv": b"time_s,person",
    "bvh": b"HIERARCHY",
    "glb": b"glTF",
    "c3d": b"\x02P",
    "trc": b"PathFileType",
    "mot": b"Coordinates",
    "npz": b"PK",
}


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("measure")
    (folder / "recordings").mkdir()
    for name in NAMES:
        write_recording(folder / "recordings" / f"{name}.jsonl", seconds=SECONDS)
    with staged(folder, Stage(rate=2, size=(640, 360))) as server:
        for name in NAMES:  # is measured while the page opens
            series = f"{server.url}api/recordings/{name}/series?quantity=trunk_lean"
            urlopen(Request(series, headers={"Authorization": f"Bearer {TOKEN}"}), timeout=30).close()
        yield server


@pytest.fixture(scope="module")
def opened(browser: Browser, dashboard: Server) -> Iterator[Page]:
    """One page for all tests, with the first recording open: pages draw slowly here."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(slow_display(DISPLAY_PAUSE_MS))
    page = context.new_page()
    watch = Watch(urlsplit(dashboard.url).netloc)
    watch.follow(page)
    page.goto(dashboard.operator_url)
    page.get_by_role("tab", name="Record", exact=True).click()
    page.locator(f"[data-name={NAMES[0]}]").get_by_role("button", name=re.compile("^Open")).click()
    expect(page.locator(".header .status")).to_contain_text("Replay")
    page.get_by_role("group", name="Time").get_by_role("button", name="Pause").click()
    yield page
    assert watch.unexpected() == []
    context.close()


@pytest.fixture
def page(opened: Page) -> Page:
    """The recording at its beginning, with nothing measured."""
    opened.keyboard.press("Escape")
    if opened.locator(".measure").is_visible():
        opened.get_by_role("button", name="Close measuring").click()
    time_of(opened).press("Home")
    return opened


def time_of(page: Page) -> Locator:
    return page.get_by_role("slider", name="Time", exact=True)


def second(page: Page) -> float:
    return float(time_of(page).get_attribute("aria-valuenow") or "nan")


def curves(page: Page, query: str) -> Any:
    """What the server says of the squatter's curves."""
    answers: list[Any] = []

    def answered() -> bool:
        status, found = api(page, f"api/recordings/{NAMES[0]}/series?person={SQUATTER}&{query}")
        answers.append(found)
        return bool(status == 200)

    eventually(answered)
    return answers[-1]


def cell(page: Page, row: str, column: int) -> Locator:
    return page.locator(".curve-table tbody tr").filter(has_text=row).first.locator("td").nth(column)


def number(cell: Locator) -> float:
    return float(re.sub(r"[^\d.-]", "", cell.inner_text()) or "nan")


def click_on_video(page: Page, folder: Path, joint: str) -> None:
    """Click where the joint of the squatter is in the first scene."""
    scene = json.loads((folder / f"{NAMES[0]}.jsonl").read_text().partition("\n")[0])
    person = next(one for one in scene["people"] if one["id"] == SQUATTER)
    (x, y, _), (width, height) = person["keypoints_2d"][JOINT[joint]], scene["image_size"]
    box = page.locator(".video-layers").bounding_box()
    assert box is not None
    scale = min(box["width"] / width, box["height"] / height)
    left, top = box["x"] + (box["width"] - scale * width) / 2, box["y"] + (box["height"] - scale * height) / 2
    page.mouse.click(left + scale * x, top + scale * y)


def drag(page: Page, start: float, end: float) -> None:
    """Drag on the curves, from one share of their width to another."""
    expect(page.locator(".u-over")).to_be_visible()
    box = page.locator(".u-over").bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + start * box["width"], y)
    page.mouse.down()
    page.mouse.move(box["x"] + end * box["width"], y, steps=3)
    page.mouse.up()


def test_a_clicked_knee_is_measured_and_its_curve_scrubs(page: Page, dashboard: Server) -> None:
    click_on_video(page, dashboard.recordings, "left_knee")
    row = page.locator(".curve-table tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Left knee flexion")
    expect(cell(page, "Left knee", 2)).to_contain_text("°")
    expect(page.locator(".curve-labels span:visible")).to_have_text(re.compile(r"^\d+°$"))

    drag(page, 0.2, 0.7)
    found = curves(page, "quantity=left_knee_flexion")
    eventually(lambda: abs(second(page) - 0.7 * (SECONDS - 1 / 30)) < 0.1)
    angle = np.interp(second(page), found["time"], found["series"][0]["values"])
    eventually(lambda: abs(number(cell(page, "Left knee", 0)) - angle) < 1.5)

    page.get_by_role("button", name="Trunk", exact=True).click()
    page.get_by_label("Measure more").select_option("right_knee_speed")
    expect(row).to_have_count(3)
    expect(page.locator(".u-axis")).to_have_count(3)
    page.get_by_role("button", name="Remove Trunk lean").click()
    expect(row).to_have_count(2)
    assert serious(page) == []


def test_figures_and_the_table_are_of_a_to_b(page: Page) -> None:
    page.get_by_role("button", name="Measure angles").click()
    page.get_by_label("Person", exact=True).first.select_option(str(SQUATTER))
    page.get_by_role("button", name="Knees", exact=True).click()
    expect(page.locator(".curve-table caption")).to_have_text("The whole recording")
    drag(page, 0.2, 0.25)
    page.get_by_role("button", name="A", exact=True).click()
    drag(page, 0.5, 0.75)
    page.get_by_role("button", name="B", exact=True).click()
    expect(page.locator(".curve-table caption")).to_contain_text("From A to B")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).click()
    lines = download.value.path().read_text().splitlines()
    assert lines[0] == "time_s,person,left_knee_flexion_deg,right_knee_flexion_deg"
    values = np.array([[float(value) for value in line.split(",")] for line in lines[1:]])
    assert 0.8 < values[0, 0] < 1.2
    assert 2.7 < values[-1, 0] < 3.5
    eventually(lambda: abs(number(cell(page, "Left knee", 2)) - values[:, 2].max()) < 0.1)
    page.get_by_role("button", name="As recorded").click()
    expect(page.get_by_role("button", name="As recorded")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Cleaned").click()
    page.get_by_role("button", name="End the loop").click()


@pytest.mark.long
def test_a_second_recording_is_a_ghost(page: Page) -> None:
    page.get_by_role("button", name="Measure angles").click()
    page.get_by_label("Person", exact=True).first.select_option(str(SQUATTER))
    page.get_by_role("button", name="Knees", exact=True).click()
    page.get_by_role("button", name="Ghost", exact=True).click()
    page.get_by_label("Ghost", exact=True).select_option(NAMES[1])
    panel = page.locator(".ghost-panel")
    panel.get_by_label("Person").select_option(str(SQUATTER))
    expect(page.locator(".curve-table")).to_contain_text("Difference: mean 0.0°, most 0.0°")
    before = look(page.locator("canvas.scene"))
    start = panel.get_by_label("Starts at")
    start.fill("0.8")
    start.press("Tab")
    expect(page.locator(".curve-table")).not_to_contain_text("mean 0.0°")
    eventually(lambda: bool((look(page.locator("canvas.scene")) != before).any()))
    panel.get_by_label("Hips over hips").check(force=True)
    page.get_by_role("button", name="Difference", exact=True).click()
    expect(page.get_by_role("img", name="Curves of Difference, Difference")).to_be_visible()
    page.get_by_role("button", name="Ghost", exact=True).click()
    expect(page.locator(".curve-table tbody tr")).to_have_count(2)


@pytest.mark.long
@pytest.mark.timeout(400)
def test_it_can_be_downloaded_as_every_format(page: Page) -> None:
    """Of a part, one person: the file says what it is, and the page what was done."""
    page.get_by_role("button", name="Measure angles").click()
    page.get_by_role("button", name="Download as").click()
    files = page.get_by_role("tabpanel", name="Files")
    files.get_by_role("button", name="A part").click()
    files.get_by_label("To, seconds").fill("2.5")
    files.get_by_label("People", exact=True).select_option(str(SQUATTER))
    expect(files.locator(".treatment-said")).to_contain_text("noise is filtered")
    rows = files.get_by_role("listitem")
    got = []
    for index in range(rows.count()):
        button = rows.nth(index).get_by_role("button")
        if button.count() == 0:
            expect(rows.nth(index)).to_contain_text("without video")
            continue
        with page.expect_download() as download:
            button.click()
        suffix = download.value.suggested_filename.rpartition(".")[2]
        assert download.value.path().read_bytes().startswith(BEGINNINGS[suffix]), suffix
        expect(files.get_by_text(re.compile("kept 0 s to 2.5 s"))).to_be_visible()
        got.append(suffix)
    assert set(got) == set(BEGINNINGS)
    files.get_by_role("button", name="As recorded").click()
    expect(files.locator(".treatment-said")).to_contain_text("nothing is filtered")
    assert zipfile.is_zipfile(io.BytesIO(download.value.path().read_bytes()))
