"""The front door in a real Chromium: a server whose camera is not there, and every way to another source."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from engine.pipeline.parts import open_live
from engine.settings import Settings
from engine.types import FrameSource
from tests.browser.conftest import Open, Watch
from tests.browser.staged import Server, staged
from tests.browser.test_dashboard import api, eventually
from tests.browser.test_layouts import serious
from tests.engine.capture.servers import MjpegCamera
from tests.webapp.stage import Stage
from webapp.recording.recordings import Recordings
from webapp.recording.replay import parts_with_recordings

CLIP = Path(__file__).parents[2] / "engine" / "assets" / "stage.mp4"
MISSING = "97"
"""A camera that no machine has."""


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Real sources and uploads; the network is one that always finds people."""
    folder = tmp_path_factory.mktemp("source")
    stage = Stage(rate=8, size=(640, 360), people=3)
    parts = stage.parts()
    demo = parts.open_source

    def open_source(text: str, *, pixel_aspect: Fraction | None = None) -> FrameSource:
        return demo(text) if text == "demo" else open_live(text, uploads=folder / "uploads")

    parts = parts_with_recordings(Recordings(folder / "recordings"), replace(parts, open_source=open_source))
    with staged(folder, stage, settings=Settings(source=MISSING), parts=parts) as server:
        yield server


def drop(page: Page, name: str, content: bytes) -> None:
    """Drop a file somewhere on the page."""
    transfer = page.evaluate_handle(
        """async ([name, content]) => {
            const transfer = new DataTransfer();
            const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
            transfer.items.add(new File([bytes], name, { lastModified: 1 }));
            return transfer;
        }""",
        [name, base64.b64encode(content).decode()],
    )
    page.dispatch_event("body", "dragenter", {"dataTransfer": transfer})
    expect(page.locator(".drop-veil")).to_be_visible()
    page.dispatch_event("body", "drop", {"dataTransfer": transfer})


def plays(page: Page, label: str) -> None:
    """The sheet has closed, and people are there."""
    dialog = page.get_by_role("dialog", name="Source")
    expect(dialog).to_be_hidden()
    expect(page.locator(".source-button")).to_contain_text(label)
    expect(page.locator(".figures")).to_contain_text(re.compile("people[1-9]"))
    expect(page.locator(".banner")).to_be_hidden()
    eventually(lambda: api(page, "api/state")[1]["switching"] is None)


def on_stage(visit: Open) -> Page:
    """A page on which the demo stage plays."""
    page = visit()
    expect(page.locator(".source-button")).to_be_visible()
    if api(page, "api/state")[1]["source"] != "demo":
        assert api(page, "api/source", "PUT", {"source": "demo"})[0] == 202
    plays(page, "Demo stage")
    return page


def choose(page: Page, label: str) -> None:
    """By keyboard, as somebody without a mouse would."""
    button = page.locator(".source-button")
    button.focus()
    page.keyboard.press("Enter")
    page.locator(".source-choice", has_text=label).focus()
    page.keyboard.press("Enter")
    plays(page, label)


def test_without_a_camera_the_sheet_says_why_and_offers_others(visit: Open) -> None:
    page = visit()
    dialog = page.get_by_role("dialog", name="Source")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("alert")).to_contain_text(f"There is no camera {MISSING}.")
    expect(dialog.locator(".source-group").first).to_contain_text(re.compile("None found|Look again"))
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator(".banner")).to_contain_text(f"There is no camera {MISSING}.")
    expect(page.locator(".stage-note")).to_have_text(f"There is no camera {MISSING}.")
    page.locator(".banner").get_by_role("button", name="Choose a source").click()
    small = page.evaluate(
        """() => [...document.querySelectorAll("dialog[open] :is(button, input[type=text], label)")]
            .filter((one) => one.offsetParent && !one.classList.contains("visually-hidden"))
            .filter((one) => one.getBoundingClientRect().height < 44 && !one.closest(".sheet-head"))
            .map((one) => one.outerHTML)"""
    )
    assert small == [], "targets are 44 px high"
    assert serious(page) == []
    page.keyboard.press("Escape")
    choose(page, "Demo stage")


def test_a_dropped_video_is_uploaded_played_and_removed(visit: Open) -> None:
    page = on_stage(visit)
    drop(page, "My holiday.mp4", CLIP.read_bytes())
    plays(page, "My holiday.mp4")
    (upload,) = api(page, "api/uploads")[1]["uploads"]
    assert api(page, "api/state")[1]["source"] == f"upload:{upload['name']}"
    page.locator(".source-button").click()
    row = page.locator(".source-row", has_text="My holiday.mp4")
    expect(row.locator(".tag")).to_have_text("playing")
    expect(row.locator("img")).to_have_js_property("naturalWidth", 320)
    page.get_by_role("checkbox", name="Start with this source next time").check()
    expect(page.locator(".source-remember")).to_contain_text("begins with: My holiday.mp4.")
    remove = row.get_by_role("button", name="Remove My holiday.mp4")
    remove.click()
    remove.click()
    dialog = page.get_by_role("dialog", name="Source")
    expect(dialog.get_by_role("alert")).to_contain_text("it was removed, or never uploaded.")
    expect(row).to_be_hidden()
    assert api(page, "api/state")[1]["start_source"] == "demo"
    page.keyboard.press("Escape")
    choose(page, "Demo stage")


def test_a_file_that_cannot_be_played_is_refused_with_the_reason(visit: Open, watch: Watch) -> None:
    watch.expected = ("status of 400",)
    page = on_stage(visit)
    drop(page, "film.mp4", bytes(range(256)) * 20)
    expect(page.locator(".source-sending")).to_contain_text("The file is no video or image that can be read")
    page.locator(".source-sending").get_by_role("button", name="Close").click()
    expect(page.locator(".source-sending")).to_be_hidden()
    assert api(page, "api/uploads")[1]["unfinished"] == []


def test_a_deleted_recording_leads_to_the_front_door(visit: Open) -> None:
    page = on_stage(visit)
    assert api(page, "api/recordings", "POST", {"record": True})[0] == 201
    eventually(lambda: api(page, "api/recordings")[1]["recording"]["scenes"] > 2)
    api(page, "api/recordings", "POST", {"record": False})
    eventually(lambda: api(page, "api/recordings")[1]["recordings"])
    choose(page, "Recording 20")
    (recording,) = api(page, "api/recordings")[1]["recordings"]
    assert api(page, f"api/recordings/{recording['name']}", "DELETE")[0] == 200
    dialog = page.get_by_role("dialog", name="Source")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("alert")).to_contain_text(f"The recording {recording['name']} was deleted.")
    assert "Errno" not in page.content()
    page.keyboard.press("Escape")
    choose(page, "Demo stage")


def test_an_address_is_entered_and_its_loss_is_told(visit: Open, watch: Watch) -> None:
    watch.expected = ("status of 400", "status of 403")
    page = on_stage(visit)
    page.locator(".source-button").click()
    dialog = page.get_by_role("dialog", name="Source")
    field = dialog.get_by_role("textbox", name="Address")
    for wrong, said in (("/etc/passwd", "'/etc/passwd' is not among the sources"), ("rtsp:///x", "names no host")):
        field.fill(wrong)
        field.press("Enter")
        expect(dialog.get_by_role("alert")).to_contain_text(said)
    camera = MjpegCamera()
    field.fill(camera.url)
    field.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.locator(".source-button")).to_contain_text(camera.url)
    camera.stop()
    expect(page.locator(".banner")).to_contain_text(camera.url)
    expect(page.locator(".stage-note")).to_have_text("The last scene before the source stopped")
    expect(page.locator(".figures")).to_contain_text("fps–latency–people–")
    expect(page.locator(".layout")).to_have_class(re.compile("no-source"))
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("alert")).to_contain_text(camera.url)
    again = MjpegCamera(port=camera.port)
    expect(dialog).to_be_hidden()
    again.stop()
    api(page, "api/source", "PUT", {"source": "demo"})


def test_a_viewer_has_no_front_door(visit: Open, dashboard: Server, watch: Watch) -> None:
    watch.expected = ("status of 403",)
    page = visit(dashboard.view_url)
    expect(page.locator(".chip")).to_be_visible()
    expect(page.locator(".source-button")).to_be_hidden()
    expect(page.locator(".banner button")).to_be_hidden()
    page.dispatch_event("body", "drop", {"dataTransfer": page.evaluate_handle("new DataTransfer()")})
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert api(page, "api/uploads")[0] == 403
    assert api(page, "api/source", "PUT", {"source": "http://127.0.0.1:1/"})[0] == 403
