"""The dashboard in a real Chromium, against a real server that plays the demo stage."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, FilePayload, Page, Route, expect

from engine.overlay import BACKGROUND
from tests.browser.conftest import NETWORK, Open, Watch
from tests.browser.pictures import coloured, differ, look
from tests.browser.proxy import SubPath
from tests.browser.server import TOKEN, Dashboard

GOOD = {"R": [[1, 0, 0], [0, -1, 0], [0, 0, -1]], "t": [0, 1.25, 4.5], "unit": "m", "up": "+y"}
MIRRORED = {"R": [[1, 0, 0], [0, 1, 0], [0, 0, -1]], "t": [0, 0, 0]}
SECOND_COPY = "Multiple instances of Three.js"
"""What three.js says of a test that loads it beside the bundle of the page."""


def api(page: Page, path: str, method: str = "GET", body: object = None) -> tuple[int, Any]:
    """Status and answer of a request made by the page itself, with its cookie."""
    status, text = page.evaluate(
        """async ([path, method, body]) => {
            const headers = body === null ? {} : { "Content-Type": "application/json" };
            const text = body === null ? undefined : JSON.stringify(body);
            const response = await fetch(path, { method, headers, body: text });
            return [response.status, await response.text()];
        }""",
        [path, method, body],
    )
    return status, json.loads(text)


def eventually(condition: Callable[[], object], seconds: float = 40) -> None:
    """Wait until `condition` holds; how long that takes does not matter."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)


def camera_file(name: str, camera: object) -> FilePayload:
    return {"name": name, "mimeType": "application/json", "buffer": json.dumps(camera).encode()}


def open_tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()


def open_advanced(page: Page) -> None:
    """Opens what is exact in the Engine panel."""
    page.locator("details.advanced > summary").click()


def hide(page: Page, *names: str) -> None:
    """Switches things of the 3D view off."""
    open_tab(page, "Display")
    for name in names:
        page.get_by_role("switch", name=name).set_checked(False, force=True)


def test_the_stage_plays_in_video_and_in_3d(page: Page) -> None:
    scene, video = page.locator("canvas.scene"), page.locator("canvas.picture")
    colours = [person["colour"] for person in api(page, "api/scene")[1]["people"] if person["joints_3d"]]
    assert len(colours) >= 2
    shown = look(scene)
    assert sum(coloured(shown, colour).sum() > 150 for colour in colours) >= 2, "people are not in the 3D view"
    first = look(video)
    assert first.std() > 20, "the video is one grey"
    eventually(lambda: differ(look(video), first) and differ(look(scene), shown))
    expect(page.locator(".header .engine")).to_have_text("OpenVINO · CPU · fp32")


def test_heads_are_above_feet(page: Page) -> None:
    """Pointing at the highest of somebody names a part of the head or a hand, at the lowest a foot."""
    hide(page, "Trails", "Path on the floor", "ID labels", "World axes", "Camera and picture", "Shadows")
    page.get_by_role("button", name="Front", exact=True).click()
    # Who is pointed at may have moved on since the picture was taken: then another part is named.
    eventually(lambda: _name_at(page, lowest=True) == "ankle")
    eventually(lambda: _name_at(page, lowest=False) in ("eye", "ear", "nose", "wrist"))


def _name_at(page: Page, *, lowest: bool) -> str:
    """The joint that the page names where the highest or lowest pixels of somebody are."""
    scene, tip = page.locator("canvas.scene"), page.locator(".tip strong")
    for _ in range(40):
        colours = [person["colour"] for person in api(page, "api/scene")[1]["people"]]
        picture = look(scene)
        ys, xs = np.nonzero(np.any([coloured(picture, colour) for colour in colours], axis=0))
        if len(ys) == 0:
            continue
        at = int(np.argmax(ys) if lowest else np.argmin(ys))
        scene.hover(position={"x": float(xs[at]), "y": float(ys[at]) + (-3 if lowest else 6)}, force=True)
        page.wait_for_timeout(250)
        if tip.is_visible() and (named := re.match(r"(?:left |right )?(\w+)", tip.inner_text())):
            return named[1]
    raise AssertionError("nothing is named anywhere")


def test_a_joint_is_told_with_its_numbers(page: Page) -> None:
    open_tab(page, "Joints")
    row = page.locator("table.joints tbody tr").nth(14)
    expect(row.locator("th")).to_have_text("right ankle")
    expect(row.locator("td").nth(3)).to_have_text(re.compile(r"-?\d+\.\d\d"))
    height = float(row.locator("td").nth(2).inner_text())
    assert -0.6 < height < 0.9, "an ankle of the stage is near its floor, y = 0"
    person = page.get_by_role("combobox", name="Person").input_value()
    told = page.get_by_role("spinbutton", name="Height of this person")
    told.fill("1.55")
    told.press("Enter")
    eventually(lambda: api(page, "api/settings")[1]["person_heights_m"] == {person: 1.55})
    told.fill("")
    told.press("Enter")
    eventually(lambda: api(page, "api/settings")[1]["person_heights_m"] is None)


def test_angles_are_told_and_sent_on_request(page: Page) -> None:
    def sent() -> bool:
        return any("left_knee_flexion" in one.get("angles", {}) for one in api(page, "api/scene")[1]["people"])

    open_tab(page, "Joints")
    knee = page.locator("table.angles tr").filter(has_text="Left knee flexion")
    expect(knee.locator("td")).to_have_text(re.compile(r"^\d+$"))
    assert 0 <= int(knee.locator("td").inner_text()) < 150
    assert not sent()
    switch = page.get_by_role("switch", name="Send angles with the scenes")
    switch.check(force=True)
    eventually(sent)
    switch.uncheck(force=True)
    eventually(lambda: not sent())


def test_the_backend_is_switched_while_frames_keep_coming(visit: Open, dashboard: Dashboard) -> None:
    page = visit("about:blank")
    scenes: list[float] = []

    def count(payload: object) -> None:
        if '"scene"' in str(payload)[:40]:
            scenes.append(time.monotonic())

    page.on("websocket", lambda socket: socket.on("framereceived", count))
    page.goto(dashboard.operator_url)
    other = page.locator("[data-backend=onnxruntime]")
    open_advanced(page)
    expect(other).to_be_enabled()
    expect(page.locator("[data-backend=openvino] .tag")).to_have_text("running")
    begun = time.monotonic()
    other.click()
    expect(page.locator(".progress")).to_be_visible()
    expect(page.locator(".progress")).to_contain_text("ONNX Runtime")
    expect(other.locator(".tag")).to_have_text("running")
    ended = time.monotonic()
    expect(page.locator(".progress")).to_be_hidden()
    during = [at for at in scenes if begun < at < ended]
    assert during, "no scenes came while the new backend was being made"
    expect(page.locator(".engine")).to_have_text(re.compile("^ONNX Runtime"))
    seen = len(scenes)
    page.wait_for_timeout(1500)
    assert len(scenes) > seen, "no scenes come from the new backend"
    page.locator("[data-backend=openvino]").click()
    expect(page.locator("[data-backend=openvino] .tag")).to_have_text("running")


def test_two_backends_are_compared_and_one_is_taken(visit: Open, dashboard: Dashboard) -> None:
    page = visit()
    expect(page.locator("[data-backend=openvino] .tag")).to_have_text("running")
    start = page.get_by_role("button", name="Compare", exact=True)
    open_advanced(page)
    a, b = (page.get_by_role("combobox", name=side, exact=True) for side in "AB")
    a.select_option(label="OpenVINO · CPU · fp32")
    b.select_option(label="OpenVINO · CPU · fp32")
    expect(start).to_be_disabled()
    expect(start).to_have_accessible_description("Choose two that differ.")
    b.select_option(label="ONNX Runtime · CPU · fp32")
    start.click()
    said = re.compile(r"B differs from A by \d+\.\d px · \d.* mm, OKS [01]\.\d+; it detects \d.* %")
    expect(page.locator(".compared")).to_contain_text("ONNX Runtime · CPU · fp32")
    expect(page.get_by_text(said)).to_be_visible()
    expect(page.get_by_text(re.compile(r"\d+ frames? compared"))).to_be_visible()
    for side in (0, 1):
        expect(page.get_by_role("row", name=re.compile("^network")).locator("td").nth(side)).to_have_text(
            re.compile(r"\d ms")
        )
    viewer = visit(dashboard.view_url)
    open_advanced(viewer)
    expect(viewer.get_by_text(said)).to_be_visible()
    expect(viewer.get_by_role("button", name="Use B")).to_be_hidden()
    page.get_by_role("button", name="Use B").click()
    expect(page.locator(".header .engine")).to_have_text(re.compile("^ONNX Runtime"))
    expect(start).to_be_visible()
    expect(viewer.get_by_text("No comparison is running")).to_be_visible()
    assert api(page, "api/comparison")[1] == {"comparison": None}
    page.locator("[data-backend=openvino]").click()
    expect(page.locator("[data-backend=openvino] .tag")).to_have_text("running")


def test_an_unavailable_backend_says_why(page: Page) -> None:
    open_advanced(page)
    _, answer = api(page, "api/backends")
    for backend in answer["backends"]:
        row = page.locator(f"[data-backend={backend['name']}]")
        if not backend["available"]:
            expect(row).to_be_disabled()
            assert backend["reason"].lower().rstrip(".") in row.inner_text().lower()


def test_the_engine_panel_says_why_something_else_runs(page: Page) -> None:
    told = page.evaluate(
        """async () => {
            const { createEnginePanel } = await import("/static/js/panels/engine.js");
            const panel = createEnginePanel({ actions: {} });
            const line = panel.element.querySelector(".warning");
            const settings = await (await fetch("api/settings")).json();
            return ["onnxruntime on CPU runs now, since openvino on CPU failed", null].map((fallback) => {
                panel.update({ backend: null, switching: null, status: "running", source: "demo", settings, fallback });
                return line.hidden ? null : line.textContent;
            });
        }"""
    )
    assert told == ["Onnxruntime on CPU runs now, since openvino on CPU failed.", None]


def test_the_chosen_person_stays_chosen(page: Page) -> None:
    """Somebody whom one sample misses, or who leaves, is not replaced by another under the user's hands."""
    told = page.evaluate(
        """async () => {
            const { createJointsPanel } = await import("/static/js/panels/joints.js");
            const { createMoment } = await import("/static/js/timeline/moment.js");
            const sent = [];
            const onHeight = async (id, metres) => sent.push([id, metres]);
            const loadAngles = () => new Promise(() => {});
            const panel = createJointsPanel({ onHeight, loadAngles });
            document.body.append(panel.element);
            const [person] = panel.element.querySelectorAll("select");
            const height = panel.element.querySelector("input");
            const moment = createMoment();
            let now = 0;
            const see = (...ids) => {
                moment.ids.set(ids);
                moment.count = ids.length;
                panel.update(moment, now += 1000);
                return [person.selectedOptions[0]?.text ?? null, height.disabled];
            };
            const shown = [see(), see(3, 4), see(4)];
            height.focus();
            height.value = "1.7";
            shown.push(see(5));
            height.dispatchEvent(new Event("change"));
            height.blur();
            shown.push(see(5, 4));
            person.value = "5";
            person.dispatchEvent(new Event("change"));
            shown.push(see(4), see(4, 5));
            panel.element.remove();
            return { shown, sent };
        }"""
    )
    assert told["shown"] == [
        [None, True],
        ["Person 3", False],
        ["Person 4", False],
        ["Person 4 (not in view)", False],
        ["Person 4", False],
        ["Person 5 (not in view)", False],
        ["Person 5", False],
    ]
    assert told["sent"] == [[4, 1.7]]


def test_a_camera_file_is_offered_before_the_first_frame(page: Page) -> None:
    told = page.evaluate(
        """async (text) => {
            const { createCameraPanel } = await import("/static/js/panels/camera/camera.js");
            const previews = [];
            const panel = createCameraPanel({ actions: { preview: (camera) => previews.push(camera) }, toasts: {} });
            panel.update({ camera: null, stats: {}, settings: { fx: null, up: null, floor_offset_m: 0.25 } });
            await panel.offerFile(new File([text], "room.json"));
            const said = panel.element.querySelector(".offer:not(.adjust), .refusal");
            return [said.textContent, previews[0]?.floor_offset_m];
        }""",
        json.dumps(GOOD),
    )
    assert "room.json" in told[0]
    assert "1.25 m" in told[0], "beside the camera that holds, the file is read"
    assert told[1] == 0.25, "the floor is where the settings have it"


def test_a_camera_file_is_seen_before_it_is_applied(page: Page) -> None:
    open_tab(page, "Camera")
    page.set_input_files("input[type=file]", files=[camera_file("room.json", GOOD)])
    offer = page.locator(".offer:not(.adjust)")
    expect(offer).to_contain_text("room.json")
    expect(offer.get_by_role("row", name="Height")).to_contain_text("1.25 m")
    expect(page.locator(".preview-note")).to_be_visible()
    assert api(page, "api/extrinsics")[1]["default"], "a preview must change nothing"
    page.route(re.compile(r"/api/extrinsics$"), _say_that_it_is_not_saved)
    offer.get_by_role("button", name="Apply").click()
    expect(page.locator(".done")).to_be_visible()
    expect(page.locator(".outcome .warning")).to_have_text("In use, but it could not be saved.")
    expect(page.locator(".preview-note")).to_be_hidden()
    assert api(page, "api/extrinsics")[1]["height_m"] == pytest.approx(1.25)
    expect(page.locator(".facts").first).to_contain_text("1.25 m")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".facts").first).to_contain_text("1.60 m")
    assert api(page, "api/extrinsics")[1]["default"]


def _say_that_it_is_not_saved(route: Route) -> None:
    answer = route.fetch()
    warnings = [*answer.json()["warnings"], "in use, but it could not be saved"]
    route.fulfill(response=answer, json={**answer.json(), "warnings": warnings})


def test_a_bad_camera_file_is_explained(page: Page, watch: Watch) -> None:
    watch.expected = ("status of 400",)  # Chromium reports every refusal on its console
    open_tab(page, "Camera")
    page.set_input_files("input[type=file]", files=[camera_file("mirrored.json", MIRRORED)])
    refusal = page.locator(".refusal")
    expect(refusal.locator("strong")).to_have_text(re.compile(r"^mirrored\.json: R is mirrored"))
    expect(refusal.locator("p")).not_to_be_empty()
    page.get_by_role("button", name="Paste", exact=True).click()
    page.get_by_role("textbox", name="Camera file as text").fill("this is no camera")
    page.get_by_role("button", name="Preview").click()
    expect(refusal).to_contain_text("pasted")
    assert api(page, "api/extrinsics")[1]["default"]


def test_one_of_several_cameras_is_dropped_and_chosen(page: Page, watch: Watch) -> None:
    watch.expected = ("status of 400",)
    K = [[1000, 0, 640], [0, 1000, 360], [0, 0, 1]]
    cameras = [{"name": name, "R": GOOD["R"], "t": [[0], [100 + 10 * i], [300]]} for i, name in enumerate("ab")]
    transfer = page.evaluate_handle(
        """(text) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([text], "calibration.json"));
            return transfer;
        }""",
        json.dumps({"cameras": [{**camera, "K": K, "resolution": [1280, 720]} for camera in cameras]}),
    )
    page.dispatch_event("body", "dragenter", {"dataTransfer": transfer})
    expect(page.locator(".drop-veil")).to_be_visible()
    page.dispatch_event("body", "drop", {"dataTransfer": transfer})
    choice = page.locator(".outcome select")
    choice.select_option("b")
    expect(page.locator(".offer:not(.adjust)")).to_be_visible()
    page.get_by_role("button", name="Discard").click()
    expect(page.locator(".offer:not(.adjust)")).to_be_hidden()
    assert api(page, "api/extrinsics")[1]["default"]


def test_the_video_shows_what_is_chosen(page: Page) -> None:
    video = page.locator("canvas.picture")

    def is_empty() -> bool:
        """Whether there is no picture of the stage behind people."""
        picture = look(video)
        top = picture[picture.shape[0] // 5 : picture.shape[0] // 4]
        return bool(np.abs(np.median(top, axis=(0, 1)) - BACKGROUND).max() < 6)

    page.get_by_role("button", name="Skeleton").click()
    eventually(is_empty)
    page.get_by_role("button", name="Raw").click()
    eventually(lambda: not is_empty())


def test_settings_apply_live(page: Page) -> None:
    open_advanced(page)
    slider = page.get_by_role("slider", name="Assumed height of people")
    expect(slider).to_have_value("1.8")
    expect(page.get_by_role("slider", name="Fewest joints seen")).to_have_attribute("min", "3")
    slider.focus()
    slider.press("ArrowLeft")
    eventually(lambda: api(page, "api/settings")[1]["assumed_height_m"] == 1.79)
    slider.press("ArrowRight")
    eventually(lambda: api(page, "api/settings")[1]["assumed_height_m"] == 1.8)


def test_what_is_refused_does_not_stay_on_screen(page: Page, watch: Watch) -> None:
    watch.expected = ("status of 409",)
    refusal = json.dumps({"error": "not now", "hint": ""})
    page.route(
        re.compile(r"/api/(settings|backend)$"),
        lambda route: route.continue_() if route.request.method == "GET" else route.fulfill(status=409, body=refusal),
    )
    slider = page.get_by_role("slider", name="Assumed height of people")
    slider.press("ArrowLeft")
    expect(page.locator(".toast")).to_contain_text("Not now")
    expect(slider).to_have_value("1.8")
    expect(slider).to_have_attribute("aria-valuetext", "1.80 m")
    open_advanced(page)
    precision = page.get_by_role("combobox", name="Precision")
    expect(precision).not_to_have_value("")
    runs = precision.input_value()
    others = precision.evaluate("select => [...select.options].map(({ value }) => value)")
    precision.select_option(next(one for one in others if one != runs))
    expect(precision).to_have_value(runs)
    open_tab(page, "Camera")
    focal = page.get_by_role("spinbutton", name="Focal length")
    focal.fill("900")
    focal.press("Enter")
    expect(focal).to_have_value("")


def test_a_recording_is_made_replayed_kept_and_deleted(page: Page) -> None:
    open_tab(page, "Record")
    header = page.locator(".header")
    before = header.bounding_box()
    page.get_by_role("button", name="Start recording").click()
    expect(page.get_by_role("button", name=re.compile("Stop recording"))).to_be_visible()
    expect(header).to_have_class(re.compile("recording"))
    assert header.bounding_box() == before, "the header stays as it is while something is recorded"
    eventually(lambda: api(page, "api/recordings")[1]["recording"]["scenes"] > 2)
    page.get_by_role("button", name=re.compile("Stop recording")).click()
    toast = page.locator(".toast", has_text=re.compile(r"Saved: .+ · \d+:\d\d, \d"))
    toast.get_by_role("button", name="Open").click()
    item = page.locator(".recording").first
    status = header.get_by_role("status")
    expect(status).to_have_text("Replay")
    assert api(page, "api/state")[1]["source"] == "demo", "others see what they saw"
    page.get_by_role("button", name="Show to everybody").click()
    eventually(lambda: api(page, "api/state")[1]["source"].startswith("recording:"))
    expect(page.locator(".figures")).to_contain_text(re.compile("people[1-9]"))
    eventually(lambda: api(page, "api/state")[1]["switching"] is None)
    badge = page.locator(".replay-badge")
    expect(badge).to_contain_text("Replay")
    expect(status).to_have_text("Replay")
    badge.get_by_role("button", name="Back to live").click()
    eventually(lambda: api(page, "api/state")[1]["source"] == "demo")
    expect(badge).to_be_hidden()
    expect(status).to_have_text("Live")
    item.get_by_role("button", name=re.compile("^Edit")).click()
    with page.expect_download() as jsonl:
        item.get_by_role("link", name=re.compile("JSONL")).click()
    lines = jsonl.value.path().read_text().splitlines()
    assert len(lines) > 2
    assert json.loads(lines[0])["people"]
    with page.expect_download() as csv:
        item.get_by_role("link", name=re.compile("CSV")).click()
    assert csv.value.path().read_text().startswith("frame")
    item.get_by_role("button", name=re.compile("^Delete")).click()
    expect(page.get_by_text("No recordings yet.")).to_be_visible()


def test_a_visitor_with_the_view_link_changes_nothing(visit: Open, dashboard: Dashboard, watch: Watch) -> None:
    watch.expected = ("status of 403", "status of 503")
    page = visit("about:blank")
    hiccups = iter(range(2))  # who asks is found out all the same
    page.route(
        "**/api/state",
        lambda route: route.continue_() if next(hiccups, None) is None else route.fulfill(status=503, body="{}"),
    )
    page.goto(dashboard.view_url)
    expect(page.locator(".chip")).to_be_visible()
    expect(page.locator("[data-backend=onnxruntime]")).to_be_disabled()
    expect(page.get_by_role("slider", name="Assumed height of people")).to_be_disabled()
    expect(page.get_by_role("button", name="Record", exact=True)).to_be_disabled()
    expect(page.locator(".guard-note").first).to_be_visible()
    open_tab(page, "Camera")
    expect(page.get_by_role("switch", name="Find the floor from people")).to_be_disabled()
    before = api(page, "api/state")[1]
    attempts = [
        ("api/backend", "PUT", {"name": "pytorch"}),
        ("api/comparison", "PUT", {"a": {"name": "openvino"}, "b": {"name": "pytorch"}}),
        ("api/comparison", "DELETE", None),
        ("api/settings", "PUT", {"smoothing": False}),
        ("api/source", "PUT", {"source": "demo"}),
        ("api/extrinsics", "PUT", GOOD),
        ("api/extrinsics", "DELETE", None),
        ("api/recordings", "POST", {"record": True}),
    ]
    for path, method, body in attempts:
        status, answer = api(page, path, method, body)
        assert status == 403, f"{method} {path}"
        assert answer["error"]
    after = api(page, "api/state")[1]
    assert (after["settings"], after["camera"], after["switching"]) == (before["settings"], before["camera"], None)


def test_the_page_comes_back_after_a_restart_of_the_server(visit: Open, dashboard: Dashboard, watch: Watch) -> None:
    watch.expected = ("net::ERR_",)  # what Chromium says of a server that is not there
    page = visit()
    expect(page.locator(".figures")).to_contain_text(re.compile("people[1-9]"))
    page.evaluate("document.title = 'never loaded again'")
    dashboard.stop()
    expect(page.locator(".banner")).to_be_visible()
    expect(page.locator(".banner")).to_contain_text("lost")
    expect(page.locator(".scene-frame")).to_have_class(re.compile("dimmed"))
    dashboard.start()
    expect(page.locator(".banner")).to_be_hidden()
    expect(page.locator(".scene-frame")).not_to_have_class(re.compile("dimmed"))
    before = look(page.locator("canvas.picture"))
    eventually(lambda: differ(look(page.locator("canvas.picture")), before))
    assert page.title() == "never loaded again"


def test_a_phone_needs_no_sideways_scrolling(visit: Open) -> None:
    page = visit(viewport={"width": 412, "height": 780}, has_touch=True, is_mobile=True)
    expect(page.locator("canvas.scene")).to_be_visible()
    expect(page.locator(".header").get_by_role("status")).to_have_text("Live", use_inner_text=True)
    for name in ("Record", "Send"):
        expect(page.locator(".header").get_by_role("button", name=name, exact=True)).to_be_visible()
    for name in ("Camera", "Display", "Joints", "Stats", "Record", "Engine"):
        open_tab(page, name)
        for width in (412, 360):
            page.set_viewport_size({"width": width, "height": 780})
            sizes = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
            assert sizes == [width, width], name


def test_the_keyboard_reaches_tabs_and_views(page: Page) -> None:
    page.get_by_role("tab", name="Engine").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Camera")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("tabpanel", name="Camera")).to_be_visible()
    page.locator("canvas.scene").focus()
    page.keyboard.press("4")
    expect(page.get_by_role("button", name="Top", exact=True)).to_have_attribute("aria-pressed", "true")


def test_the_token_form_signs_in(visit: Open, dashboard: Dashboard, watch: Watch) -> None:
    watch.expected = ("status of 401",)
    page = visit(f"{dashboard.url}?token=bogus")
    help_text = page.locator("#help")
    expect(help_text).to_contain_text("This link is not valid")
    assert "bogus" not in page.url
    page.get_by_label("Token").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(help_text).to_contain_text("Wrong token")
    page.get_by_label("Token").fill(TOKEN)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(dashboard.url)
    expect(page.locator("canvas.scene")).to_be_visible()


def test_any_number_of_people_is_drawn_at_once_in_their_colours(page: Page, watch: Watch) -> None:
    """Twenty people take as many calls of the renderer as one, and both themes have their own form of a colour."""
    watch.expected = (SECOND_COPY,)
    told = page.evaluate(
        """async () => {
            const main = document.querySelector("script[type=module]").src.replace("/bundled/", "/");
            const load = (path) => import(new URL(path, main));
            const { PerspectiveCamera, Scene, WebGLRenderer } = await load("../vendor/vendor.js");
            const { createColours } = await load("scene/colours.js");
            const { createPeople } = await load("scene/people.js");
            const { REST } = await load("scene/mannequin/shape.js");
            const { JOINTS, JOINT_COUNT } = await load("skeleton.js");
            const { createMoment } = await load("timeline/moment.js");
            const renderer = new WebGLRenderer({ preserveDrawingBuffer: true });
            renderer.setSize(64, 64, false);
            const camera = new PerspectiveCamera(20, 1, 0.05, 200);
            camera.position.set(0, 1.25, 2);
            const colours = createColours();
            const people = createPeople(colours, 2);
            const scene = new Scene();
            scene.add(...people.objects);
            const moment = createMoment();
            const points = new Float32Array(moment.world.length);
            for (let slot = 0; slot < 20; slot++) {
                moment.ids[slot] = moment.colours[slot] = slot;
                JOINTS.forEach((name, joint) => {
                    const [x, y, z] = REST[name] ?? REST.nose;
                    points.set([x, y, z - slot], 3 * (slot * JOINT_COUNT + joint));
                });
            }
            moment.confidence.fill(1);
            people.show({ limbs: true, face: true, seen: false, shadow: true });
            const draw = (count, theme) => {
                colours.setTheme(theme);
                people.setTheme(theme, "#808080");
                moment.count = count;
                people.update(moment, points, { slot: -1, joint: -1 });
                renderer.render(scene, camera);
                const gl = renderer.getContext();
                const pixel = new Uint8Array(4);
                gl.readPixels(32, 32, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
                return { calls: renderer.info.render.calls, pixel: [...pixel.slice(0, 3)] };
            };
            const seen = { dark: draw(1, "dark"), light: draw(1, "light"), crowd: draw(20, "light") };
            people.dispose();
            renderer.dispose();
            return seen;
        }"""
    )
    assert told["crowd"]["calls"] == told["light"]["calls"] <= 3
    for theme in ("dark", "light"):
        red, green, blue = told[theme]["pixel"]
        assert blue > green > red, f"the first colour is a blue, not {told[theme]}"
    assert sum(told["dark"]["pixel"]) > sum(told["light"]["pixel"]), "it is brighter on the dark floor"


def test_the_viewpoint_stays_above_the_floor(page: Page, watch: Watch) -> None:
    watch.expected = (SECOND_COPY,)
    heights = page.evaluate(
        """async () => {
            const main = document.querySelector("script[type=module]").src.replace("/bundled/", "/");
            const load = (path) => import(new URL(path, main));
            const { PerspectiveCamera } = await load("../vendor/vendor.js");
            const { createViews } = await load("scene/views.js");
            const { createMoment } = await load("timeline/moment.js");
            const element = document.body.appendChild(document.createElement("canvas"));
            const camera = new PerspectiveCamera(42, 1, 0.05, 200);
            camera.position.set(0, 1.5, 4);
            const views = createViews(camera, element, {
                subjects: () => ({ points: [0, 0, 0, 0, 2, 0], count: 2 }), front: (angle) => angle,
                realCamera: () => null, reducedMotion: true, onChange: () => {},
            });
            views.go("front");
            const moment = createMoment();
            const press = (key, shiftKey) => {
                const heights = [];
                for (let i = 0; i < 80; i++) {
                    element.dispatchEvent(new KeyboardEvent("keydown", { code: key, shiftKey }));
                    views.update(moment, [], 0.05);
                    heights.push(camera.position.y);
                }
                return [Math.min(...heights), Math.max(...heights)];
            };
            const seen = [["ArrowUp", true], ["ArrowDown", true], ["ArrowDown", false]].map((keys) => press(...keys));
            views.dispose();
            element.remove();
            return seen;
        }"""
    )
    assert min(low for low, _ in heights) >= 0.05 - 1e-6, "neither orbiting nor panning goes below the floor"
    assert max(high for _, high in heights) > 2, "and upwards it goes"


def test_the_theme_is_remembered(page: Page) -> None:
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    page.get_by_role("button", name="Switch between dark and light theme").click()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    expect(page.locator("canvas.scene")).to_be_visible()


def test_the_3d_view_stands_alone(visit: Open, dashboard: Dashboard) -> None:
    page = visit(f"{dashboard.url}view?token=view-token-for-tests")
    expect(page.locator("canvas.scene")).to_be_visible()
    assert page.locator(".side, .video").count() == 0
    scene = page.locator("canvas.scene")
    eventually(lambda: sum(coloured(look(scene), colour).sum() > 150 for colour in range(8)) >= 2)


def test_the_page_works_under_a_sub_path(browser: Browser, tmp_path: Path) -> None:
    with Dashboard(tmp_path, "--behind-proxy", *NETWORK) as server, SubPath(server.port) as proxy:
        watch = Watch(proxy.host)
        page = browser.new_page()
        watch.follow(page)
        page.goto(f"{proxy.url}?token={TOKEN}")
        assert page.url == proxy.url
        expect(page.locator(".figures")).to_contain_text(re.compile("people[1-9]"))
        expect(page.locator("canvas.picture")).to_have_js_property("width", 480)
        page.goto(f"{proxy.url}view")
        expect(page.locator(".stage-note")).to_be_hidden()
        page.close()
    assert watch.unexpected() == []
