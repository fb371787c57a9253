"""A phone as the camera, in a real Chromium whose camera is a file: the page, both ways of sending, the link's end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import pytest
from playwright.sync_api import Browser, Page, expect

import posecast
from bench.chromium import camera_flags, chromium
from engine.capture.browser import Publications
from engine.pipeline.parts import open_live
from engine.types import FrameSource
from tests.browser.conftest import NETWORK, Open, Watch
from tests.browser.server import TOKEN, Dashboard
from tests.browser.staged import Server, staged
from tests.browser.test_dashboard import api, eventually
from tests.webapp.stage import Stage

CLIP = Path(__file__).parents[2] / "engine" / "assets" / "stage.mp4"
SIZE, RATE, SECONDS = (640, 360), 10, 6


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The stage as MJPEG: what Chromium takes for a camera."""
    path = tmp_path_factory.mktemp("clip") / "stage.mjpeg"
    with av.open(str(CLIP)) as source, av.open(str(path), "w", format="mjpeg") as made:
        stream = made.add_stream("mjpeg", rate=RATE, options={"q": "3"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuvj420p"
        due = 0.0
        for frame in source.decode(video=0):
            if frame.time is None or frame.time < due:
                continue
            if frame.time > SECONDS:
                break
            due += 1 / RATE
            made.mux(stream.encode(frame.reformat(*SIZE, format="yuvj420p")))
        made.mux(stream.encode(None))
    return path


@pytest.fixture(scope="module")
def browser(clip: Path) -> Iterator[Browser]:
    with chromium(*camera_flags(clip)) as found:
        if found is None:
            pytest.skip("no Chromium here: see tests/tools.sh")
        yield found


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Takes what is published; the network is one that always finds people. Localhost is secure without https."""
    stage, publications = Stage(rate=8, size=SIZE, people=2), Publications()
    parts = stage.parts()
    demo = parts.open_source

    def open_source(text: str, *, pixel_aspect: Fraction | None = None) -> FrameSource:
        return demo(text) if text == "demo" else open_live(text, publications=publications)

    parts = replace(parts, open_source=open_source)
    with staged(tmp_path_factory.mktemp("phone"), stage, parts=parts, publications=publications) as server:
        yield server


def invite(page: Page, name: str) -> str:
    """The link of a camera, from the sheet."""
    page.locator(".source-button").click()
    page.get_by_label("Name of the camera").fill(name)
    page.get_by_role("button", name="Show its link").click()
    shown = page.locator(".source-phone")
    expect(shown.locator("p").first).to_contain_text("need this server on the network")
    expect(shown.get_by_role("img", name=re.compile("QR code"))).to_have_count(0)
    return str(shown.locator("code", has_text="/camera?").inner_text())


def drawn(phone: Page) -> bool:
    """Whether people are drawn over the phone's own picture."""
    return bool(
        phone.evaluate(
            """() => {
                const canvas = document.querySelector("canvas");
                if (!canvas.width) return false;
                return canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some(Boolean);
            }"""
        )
    )


def test_a_scanned_link_is_a_camera_until_it_is_removed(visit: Open, watch: Watch) -> None:
    page = visit()
    phone = visit(invite(page, "left"), viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    phone.get_by_role("button", name="Start camera").click()
    expect(phone.get_by_role("status")).to_have_text("Sending as “left”")
    expect(page.get_by_role("dialog", name="Source")).to_be_hidden()  # it plays at once
    expect(page.locator(".source-button")).to_contain_text("Camera of left")
    eventually(lambda: drawn(phone))
    assert api(page, "api/cameras")[1]["cameras"][0]["publishing"]["transport"] == "WebRTC"
    watch.expected = ("401", "403", "WebSocket", "404")
    page.locator(".source-button").click()
    page.get_by_role("button", name="Remove the link of left").click()
    expect(phone.get_by_role("status")).to_contain_text("Trying again")
    eventually(lambda: "left is not connected" in str(api(page, "api/state")[1]["stats"]["source_problem"]))


@pytest.mark.long
def test_without_webrtc_pictures_are_sent_one_by_one_and_the_page_says_so(visit: Open) -> None:
    page = visit()
    link = invite(page, "right")
    phone = visit("about:blank")
    phone.add_init_script("delete window.RTCPeerConnection; window.RTCPeerConnection = undefined;")
    phone.goto(link)
    phone.get_by_role("button", name="Start camera").click()
    expect(phone.get_by_role("status")).to_contain_text("Sending as “right” · as pictures, since")
    eventually(
        lambda: api(page, "api/cameras")[1]["cameras"][-1]["publishing"] == {"transport": "JPEG", "size": [640, 360]}
    )
    phone.get_by_role("button", name="Stop").click()
    eventually(lambda: api(page, "api/state")[1]["publishing"] == [])
    expect(phone.get_by_role("button", name="Start camera")).to_be_visible()


@pytest.mark.long
def test_one_device_at_a_time_and_the_other_is_told(visit: Open, watch: Watch) -> None:
    watch.expected = ("409", "404", "WebSocket")
    page = visit()
    link = invite(page, "shared")
    first, second = visit(link), visit(link)
    first.get_by_role("button", name="Start camera").click()
    expect(first.get_by_role("status")).to_have_text("Sending as “shared”")
    second.get_by_role("button", name="Start camera").click()
    expect(second.get_by_role("status")).to_contain_text("Shared is already sending pictures")
    first.get_by_role("button", name="Stop").click()
    expect(second.get_by_role("status")).to_have_text("Sending as “shared”")


@pytest.mark.long
def test_over_https_it_finds_the_people_that_infer_finds(
    browser: Browser, clip: Path, tmp_path: Path, posecast_cache: Path
) -> None:
    with Dashboard(tmp_path, *NETWORK, "--tls", "auto") as server:
        server.wait_for_frames()
        context = browser.new_context(ignore_https_errors=True)
        dashboard = context.new_page()
        complaints: list[str] = []
        dashboard.on("console", lambda one: complaints.append(one.text) if one.type == "error" else None)
        dashboard.goto(server.operator_url)
        expect(dashboard.locator(".figures")).to_contain_text(re.compile("people[1-9]"))  # by wss
        expect(dashboard.get_by_role("img", name="Live video")).to_be_visible()
        assert complaints == []
        dashboard.close()
        page = context.new_page()
        page.goto(f"{server.url}camera?token={TOKEN}")
        page.get_by_role("button", name="Start camera").click()
        expect(page.get_by_role("status")).to_have_text("Sending as “phone”")
        assert api(page, "api/source", "PUT", {"source": "browser"})[0] == 202
        eventually(lambda: api(page, "api/state")[1]["source"] == "browser")
        counts: dict[int, int] = {}

        def heard() -> bool:
            scene = api(page, "api/scene")[1]
            counts[scene["frame"]] = len(scene["people"])
            return len(counts) >= RATE * SECONDS

        eventually(heard, 100)
        context.close()
    options = {"backend": "openvino", "precision": "fp32", "height_size": 192}
    found = [len(scene.people) for scene in posecast.infer(str(clip), **options)]
    sent = sum(counts.values()) / len(counts)
    assert sent >= 0.95 * sum(found) / len(found), (sent, sum(found) / len(found))


def test_a_link_without_rights_is_told_so(visit: Open, dashboard: Server, watch: Watch) -> None:
    watch.expected = ("403",)
    page = visit(f"{dashboard.view_url.replace('?', 'camera?')}")
    expect(page.locator("body")).to_contain_text(re.compile("viewing only"))
