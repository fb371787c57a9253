"""What leaves the server: the weight of pictures, the Send sheet, and what the operator lets viewers see."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from engine.overlay import BACKGROUND
from tests.browser.conftest import Open, Watch
from tests.browser.pictures import look
from tests.browser.server import TOKEN, VIEW_TOKEN
from tests.browser.staged import Server, staged
from tests.browser.test_dashboard import api, eventually
from tests.engine.outputs.peers import OscPeer
from tests.webapp.stage import Stage
from webapp.access.options import ServeOptions
from webapp.access.share import sharing

COMMAND = "posecast serve --source 0 --host 0.0.0.0"
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server in this process: these tests look at what it sends."""
    stage = Stage(rate=8, size=(1280, 720), people=3)
    with staged(tmp_path_factory.mktemp("send"), stage, network_command=COMMAND) as server:
        yield server


@pytest.fixture
def page(visit: Open) -> Page:
    page = visit()
    expect(page.locator(".figures")).to_contain_text(re.compile("people[1-9]"))
    return page


def streams(page: Page) -> list[str]:
    """Queries of the streams that the page requests from now on."""
    queries: list[str] = []
    page.on("request", lambda request: queries.append(request.url) if "stream.mjpg" in request.url else None)
    return queries


def send(page: Page, part: str) -> Locator:
    """The part of the open Send sheet."""
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_role("tab", name=part).click()
    return page.get_by_role("tabpanel", name=part)


def is_empty(page: Page) -> bool:
    """Whether the video has no picture behind people."""
    corner = look(page.locator("canvas.picture"))[-40:-10, 10:60]
    return bool(np.abs(np.median(corner, axis=(0, 1)) - BACKGROUND).max() < 6)


def test_the_page_requests_pictures_as_wide_as_it_shows_them(visit: Open, dashboard: Server) -> None:
    page = visit("about:blank", viewport={"width": 1280, "height": 720})
    asked = streams(page)
    page.goto(dashboard.operator_url)
    picture, people = page.locator("canvas.picture"), page.locator(".video-layers canvas").last
    expect(picture).to_have_js_property("width", 480)
    assert [url.partition("?")[2] for url in asked] == ["view=raw&width=480"]
    assert look(people).std() > 20
    page.get_by_role("button", name="Swap with the video").first.click()
    eventually(lambda: picture.evaluate("canvas => canvas.width") > 480)
    assert len(asked) == 2, "one stream takes over from the other"
    shown = people.evaluate("({ width, clientWidth }) => [width, clientWidth]")
    assert abs(shown[0] - shown[1]) <= 1, "people are drawn at the screen's resolution"


def test_the_skeleton_view_costs_no_pictures(page: Page) -> None:
    page.get_by_role("button", name="Skeleton").click()
    eventually(lambda: is_empty(page))
    asked = streams(page)
    page.wait_for_timeout(700)
    assert asked == []
    page.get_by_role("button", name="Raw").click()
    eventually(lambda: not is_empty(page))
    page.get_by_role("button", name="Overlay").click()


def test_a_server_of_one_computer_says_how_to_start_it_for_the_network(page: Page) -> None:
    watch = send(page, "Watch")
    expect(watch).to_contain_text("this computer only")
    expect(watch.get_by_label("command", exact=True)).to_have_text(COMMAND)
    expect(watch.locator(".qr")).to_have_count(0)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    watch.get_by_role("button", name="Copy command").click()
    expect(watch.get_by_role("button", name="Copy command")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == COMMAND


def test_the_links_and_their_codes(page: Page) -> None:
    options = ServeOptions(host="192.168.1.5", port=9000, token=TOKEN, view_token=VIEW_TOKEN)
    page.route("**/api/share", lambda route: route.fulfill(json=sharing(options, "http://127.0.0.1/", operator=True)))
    watch = send(page, "Watch")
    expect(watch).to_contain_text("not change anything")
    link = watch.get_by_label("link", exact=True)
    expect(link).to_have_text(f"http://192.168.1.5:9000/?token={VIEW_TOKEN}")
    watch.get_by_role("button", name="3D view alone").click()
    expect(link).to_have_text(f"http://192.168.1.5:9000/view?token={VIEW_TOKEN}")
    assert watch.locator(".qr").evaluate("image => image.naturalWidth") > 100
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Send")).to_be_hidden()


def test_the_operator_decides_what_viewers_see(page: Page, visit: Open, dashboard: Server, watch: Watch) -> None:
    watch.expected = ("status of 403",)
    viewer = visit(dashboard.view_url)
    eventually(lambda: not is_empty(viewer))
    sees = send(page, "Watch")
    sees.get_by_role("button", name="Skeletons").click()
    expect(sees).to_contain_text("no pictures at all")
    eventually(lambda: is_empty(viewer))
    expect(viewer.get_by_role("button", name="Raw")).to_be_disabled()
    assert api(viewer, "snapshot.jpg")[0] == 403
    asked = streams(viewer)
    viewer.reload()
    eventually(lambda: is_empty(viewer))
    expect(viewer.get_by_role("button", name="Skeleton")).to_have_attribute("aria-pressed", "true")
    assert asked == [], "a page that is opened later does not even ask"
    sees.get_by_role("button", name="Blurred faces").click()
    eventually(lambda: not is_empty(viewer))
    expect(viewer.get_by_role("button", name="Raw")).to_be_enabled()
    assert not is_empty(page), "the operator sees everything"
    sees.get_by_role("button", name="Video", exact=True).click()
    eventually(lambda: api(page, "api/settings")[1]["viewers_see"] == "video")


@pytest.mark.parametrize("language", ["Python", "JavaScript", "WebSocket", "curl"])
def test_the_programs_run_as_they_are(page: Page, language: str, node: str, tmp_path: Path) -> None:
    live = send(page, "Live data")
    live.get_by_role("button", name=language, exact=True).click()
    program = live.get_by_label(f"{language} program", exact=True).inner_text().replace("TOKEN", VIEW_TOKEN)
    assert VIEW_TOKEN in program
    if language == "JavaScript" and not (ROOT / "node_modules").is_dir():
        pytest.skip("needs node_modules: make setup")
    file = tmp_path / "program.mjs"
    file.write_text(program)
    if language == "JavaScript":
        (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    run = [sys.executable, "-u", "-c", program]
    command = {"Python": run, "WebSocket": run, "JavaScript": [node, str(file)]}
    # All but curl run until they are stopped.
    with subprocess.Popen(
        command.get(language, ["bash", "-c", program]),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL if language == "curl" else subprocess.STDOUT,  # curl's progress
        text=True,
    ) as running:
        assert running.stdout is not None
        said = running.stdout.readline()
        running.terminate()
    expected = r'"people":\[\{"id":1' if language == "curl" else r"^\d+(\.\d+)? 1 "
    assert re.search(expected, said), said


def test_files_are_in_every_format_there_is(page: Page) -> None:
    api(page, "api/recordings", "POST", {"record": True})
    eventually(lambda: api(page, "api/recordings")[1]["recording"]["scenes"] > 35)  # exports require 1 s
    api(page, "api/recordings", "POST", {"record": False})
    eventually(lambda: api(page, "api/recordings")[1]["recordings"])
    files = send(page, "Files")
    formats = api(page, "api/recordings")[1]["formats"]
    assert {"jsonl", "csv", "mp4"} <= {one["name"] for one in formats}
    expect(files.get_by_role("listitem")).to_have_count(len(formats))
    expect(files.get_by_role("listitem").filter(has_text="MP4")).to_contain_text("without video")
    for label in ("Download JSONL", "Download CSV: A row per joint", "Download NumPy arrays"):
        with page.expect_download() as download:
            files.get_by_label(re.compile(f"^{label}")).click()
        assert download.value.path().stat().st_size > 100, label


def test_a_program_gets_scenes_that_the_operator_sends(page: Page, watch: Watch) -> None:
    watch.expected = ("status of 400",)
    live = send(page, "Live data").get_by_role("region", name="To other programs")
    with OscPeer() as peer:
        live.get_by_label("Protocol").select_option("osc")
        live.get_by_label("Address").fill(f"127.0.0.1:{peer.port}/wrong")
        live.get_by_role("button", name="Add", exact=True).click()
        expect(live.get_by_role("alert")).to_contain_text("nothing may follow the port")
        live.get_by_label("Address").fill(f"127.0.0.1:{peer.port}")
        live.get_by_text("Options", exact=True).click()
        live.get_by_label("People are numbered by").select_option("slot")
        live.get_by_role("button", name="Add", exact=True).click()
        row = live.get_by_role("listitem")
        expect(row).to_contain_text(f"osc://127.0.0.1:{peer.port}?number=slot")
        expect(row).to_contain_text(re.compile(r"Sending \d+ per second"))
        expect(live.get_by_label("Address")).to_have_value("")
        eventually(lambda: "/posecast/person/3/left_wrist" in peer.newest())
        row.get_by_role("button", name="Send a test").click()
        expect(row.get_by_role("status")).to_contain_text("messages were sent to 127.0.0.1")
        row.get_by_role("switch").click(force=True)
        expect(row).to_contain_text("Off")
        row.get_by_role("switch").click(force=True)
        expect(row).to_contain_text("Sending")
    expect(row).to_contain_text("Nothing listens at 127.0.0.1")
    row.get_by_role("button", name="Remove").click()
    expect(row.get_by_role("button", name="Remove")).to_have_text("Remove?")
    row.get_by_role("button", name="Remove").click()
    expect(live.get_by_role("listitem")).to_have_count(0)


def test_viewers_see_no_outputs(visit: Open, dashboard: Server) -> None:
    page = visit(dashboard.view_url)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    expect(page.get_by_text("View only")).to_be_visible()
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_hidden()
    assert not [url for url in asked if "api/outputs" in url]
