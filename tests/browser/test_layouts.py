"""The page on every screen, for every hand and eye: layouts, sheets, cancelling, and what axe-core says of them."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.browser.conftest import Open
from tests.browser.pictures import coloured, look
from tests.browser.staged import Server, staged
from tests.webapp.stage import Stage

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
TABS = ("Engine", "Camera", "Display", "Joints", "Events", "Stats", "Record")
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
"""Options of `visit`."""


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """In place of a whole server with its network: these tests look at the page."""
    with staged(tmp_path_factory.mktemp("layouts"), Stage(rate=4, size=(640, 360), people=3)) as server:
        yield server


@pytest.fixture
def page(visit: Open) -> Page:
    """The dashboard without movements, once people are there."""
    page = visit(reduced_motion="reduce")
    expect(page.locator(".figures")).to_contain_text(re.compile("people[1-9]"))
    return page


def resize(page: Page, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    places = None
    while places != (places := [box(page.locator(part)) for part in (".header", ".stage", ".side")]):
        page.wait_for_timeout(100)


def box(element: Locator) -> FloatRect:
    found = element.bounding_box()
    assert found is not None
    return found


def is_inside(inner: FloatRect, outer: FloatRect) -> bool:
    """With a pixel for rounding."""
    return (
        inner["x"] >= outer["x"] - 1
        and inner["y"] >= outer["y"] - 1
        and inner["x"] + inner["width"] <= outer["x"] + outer["width"] + 1
        and inner["y"] + inner["height"] <= outer["y"] + outer["height"] + 1
    )


def eventually(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)


# Layouts


def test_no_screen_is_cut_off(page: Page) -> None:
    """From the wall to the phone: nothing scrolls sideways, every tab is in reach, and people have the most room."""
    shares = {}
    for width, height in (
        (1920, 1080),
        (1366, 768),
        (1230, 700),
        (1024, 720),
        (900, 700),
        (768, 1024),
        (412, 780),
        (360, 640),
        (844, 390),
        (667, 375),
    ):
        resize(page, width, height)
        assert page.evaluate("[document.documentElement.scrollWidth, innerWidth]") == [width, width]
        side, scene = box(page.locator(".side")), box(page.locator("canvas.scene"))
        for name in TABS:
            assert is_inside(box(page.get_by_role("tab", name=name, exact=True)), side), f"{name} at {width}x{height}"
        for part in (".side", ".stage"):
            assert is_inside(box(page.locator(part)), {"x": 0, "y": 0, "width": width, "height": height})
        shares[width, height] = scene["width"] * scene["height"] / (width * height)
    assert shares[1920, 1080] > 0.55
    assert shares[1366, 768] > 0.5
    assert shares[1024, 720] > 0.4
    assert shares[412, 780] > 0.55
    assert shares[844, 390] > 0.4


def test_settings_on_a_phone_are_a_sheet_under_the_3d_view(visit: Open) -> None:
    page = visit(**PHONE, reduced_motion="reduce")
    toggle = page.get_by_role("button", name="Open settings")
    expect(toggle).to_have_attribute("aria-expanded", "false")
    expect(page.get_by_role("tabpanel")).to_be_hidden()
    closed = box(page.locator("canvas.scene"))
    page.get_by_role("tab", name="Engine").tap()
    expect(page.locator(".preset").first).to_be_visible()
    opened = box(page.locator("canvas.scene"))
    assert closed["height"] > opened["height"] > 150, "the 3D view stays in sight above the sheet"
    assert page.evaluate("scrollY") == 0
    page.get_by_role("button", name="Close settings").tap()
    expect(page.locator(".preset").first).to_be_hidden()
    page.get_by_role("tab", name="Video").tap()
    expect(page.get_by_role("region", name="Video")).to_be_visible()
    page.get_by_role("tab", name="Video").tap()
    expect(page.get_by_role("region", name="Video")).to_be_hidden()


def test_fingers_hit_what_they_aim_at(visit: Open) -> None:
    page = visit(**PHONE, reduced_motion="reduce")
    for name in (*TABS, "Video"):
        page.get_by_role("tab", name=name, exact=True).tap()
        closed = page.locator("details:visible:not([open])")
        while closed.count() > 0:
            closed.first.locator("summary").first.tap()
        small = page.evaluate(
            """() => [...document.querySelectorAll("button, a[href], select, input, summary, textarea")]
                .filter((element) => element.checkVisibility() && element.type !== "file" && !element.disabled)
                .filter((element) => !element.classList.contains("skip"))
                .map((element) => [element.outerHTML.slice(0, 90), element.getBoundingClientRect(),
                    parseFloat(getComputedStyle(element).fontSize), element.matches("input, select, textarea")])
                .filter(([, { width, height }, size, types]) => height < 43.5 || width < 39.5 || (types && size < 16))
                .map(([name, { width, height }, size]) => `${width} x ${height}, ${size} px: ${name}`)"""
        )
        assert small == [], name


def test_a_tapped_joint_is_told_until_another_tap(visit: Open) -> None:
    page = visit(**PHONE, reduced_motion="reduce")
    expect(page.locator(".figures")).to_contain_text(re.compile("people[1-9]"))
    scene, tip = page.locator("canvas.scene"), page.locator(".tip")
    eventually(lambda: _tap_somebody(page, scene) and tip.is_visible())
    told = tip.locator("strong").inner_text()
    page.wait_for_timeout(1000)
    expect(tip.locator("strong")).to_have_text(told)
    scene.tap(position={"x": 4, "y": 4})
    expect(tip).to_be_hidden()


def _tap_somebody(page: Page, scene: Locator) -> bool:
    """Taps one of the coloured pixels."""
    picture = look(scene)
    ys, xs = np.nonzero(np.any([coloured(picture, person_id) for person_id in range(1, 4)], axis=0))
    if len(ys) == 0:
        return False
    at = np.random.default_rng().integers(len(ys))
    scene.tap(position={"x": float(xs[at]), "y": float(ys[at])})
    page.wait_for_timeout(400)
    return True


def test_the_3d_view_has_a_page_of_its_own_for_a_wall(page: Page, dashboard: Server) -> None:
    link = page.get_by_role("link", name="Open the 3D view alone")
    expect(link).to_have_attribute("href", f"{dashboard.url}view")
    expect(link).to_have_attribute("target", "_blank")
    page.goto(f"{dashboard.url}view")
    toolbar = page.locator(".toolbar")
    expect(page.locator("main")).to_have_class(re.compile("idle"))
    expect(toolbar).to_have_css("opacity", "0")
    page.mouse.move(300, 300)
    expect(toolbar).to_have_css("opacity", "1")


# Sheets


def test_a_sheet_returns_the_focus_and_fills_a_phone(visit: Open) -> None:
    page = visit(viewport={"width": 390, "height": 700}, reduced_motion="reduce")
    expect(page.locator("canvas.scene")).to_be_visible()
    page.evaluate(
        """async () => {
            const { createSheet } = await import("/static/js/panels/sheet.js");
            const { h } = await import("/static/js/dom.js");
            const opener = h("button", { id: "opener", type: "button" }, "Open");
            window.sheetsClosed = 0;
            const onClose = () => (window.sheetsClosed += 1);
            const sheet = createSheet({ title: "Where from", onClose }, h("input", {}));
            opener.addEventListener("click", sheet.open);
            document.body.append(opener, sheet.element);
        }"""
    )
    sheet = page.get_by_role("dialog", name="Where from")
    for close in (
        lambda: page.keyboard.press("Escape"),
        lambda: sheet.get_by_role("button", name="Close").click(),
        lambda: page.mouse.click(20, 20),
    ):
        page.locator("#opener").press("Enter")
        expect(sheet).to_be_visible()
        frame = box(sheet)
        assert (frame["x"], frame["width"], frame["y"] + frame["height"]) == (0, 390, 700), "at the bottom, full width"
        close()
        expect(sheet).to_be_hidden()
        expect(page.locator("#opener")).to_be_focused()
    page.wait_for_function("window.sheetsClosed === 3")  # the browser tells of it a moment later


# The engine in three words


def test_a_switch_is_cancelled_and_what_runs_stays(page: Page, dashboard: Server) -> None:
    page.locator("details.advanced > summary").click()
    running = page.locator(".running")
    expect(running).to_contain_text("OpenVINO")
    precision = page.get_by_role("combobox", name="Precision")
    expect(precision).not_to_have_value("auto")  # until the page knows what runs
    before = precision.input_value()
    dashboard.stage.loading.clear()
    page.locator("[data-backend=onnxruntime]").click()
    progress = page.get_by_role("status").filter(has_text="Switching to ONNX Runtime")
    expect(progress).to_be_visible()
    expect(page.locator("[data-backend=onnxruntime]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-backend=onnxruntime] .tag")).to_have_text("loading")
    expect(page.locator("[data-backend=openvino] .tag")).to_have_text("running")
    expect(page.get_by_role("button", name="Compare", exact=True)).to_have_accessible_description(
        "Wait until the new backend runs, or cancel the switch."
    )
    progress.get_by_role("button", name="Cancel").click()
    expect(progress).to_be_hidden()
    expect(page.locator("[data-backend=openvino]")).to_have_attribute("aria-pressed", "true")
    expect(precision).to_have_value(before)
    dashboard.stage.loading.set()
    expect(running).to_contain_text("OpenVINO")
    expect(page.locator(".toast")).to_have_count(0)


def test_a_preset_is_one_switch_and_its_reset_can_be_undone(page: Page, dashboard: Server) -> None:
    changes: list[Any] = []
    page.on(
        "request",
        lambda request: changes.append(request.post_data_json) if request.method == "PUT" else None,
    )
    careful = page.get_by_role("button", name=re.compile("^Careful"))
    expect(careful).to_be_enabled()
    dashboard.stage.loading.clear()
    careful.click()
    expect(careful).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".progress strong")).to_have_text(re.compile("^Switching to .*height 368$"))
    dashboard.stage.loading.set()
    expect(page.locator(".progress")).to_be_hidden()
    expect(careful).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".running")).to_contain_text("368 px")
    assert [sorted(change) for change in changes] == [["backend", "device", "height_size", "precision"]]
    page.get_by_role("button", name="Reset all engine settings").click()
    expect(page.locator(".running")).to_contain_text("256 px")
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(".running")).to_contain_text("368 px")
    eventually(lambda: dashboard.stage.loading.is_set())
    page.get_by_role("button", name="Reset all engine settings").click()
    expect(page.locator(".running")).to_contain_text("256 px")
    expect(page.get_by_role("button", name="Reset all engine settings")).to_be_hidden()


def test_what_the_3d_view_shows_is_reset_and_undone(page: Page) -> None:
    page.get_by_role("tab", name="Display").click()
    reset, trails = page.get_by_role("button", name="Reset display"), page.get_by_role("switch", name="Trails")
    expect(reset).to_be_hidden()
    trails.set_checked(False, force=True)
    reset.click()
    expect(trails).to_be_checked()
    expect(reset).to_be_hidden()
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(trails).not_to_be_checked()


# What axe-core says


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_axe_finds_nothing_serious(scheme: str, visit: Open, dashboard: Server) -> None:
    page = visit(f"{dashboard.url}login", reduced_motion="reduce", color_scheme=scheme)
    assert serious(page) == [], "the login page"
    page.goto(dashboard.operator_url)
    expect(page.locator(".figures")).to_contain_text(re.compile("people[1-9]"))
    page.locator("details.advanced > summary").click()
    for name in TABS:
        page.get_by_role("tab", name=name, exact=True).click()
        assert serious(page) == [], name
    for name in ("Demo", "Send"):
        page.get_by_role("banner").get_by_role("button", name=re.compile(name)).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        assert serious(page) == [], f"the sheet of {name}"
        page.keyboard.press("Escape")
    resize(page, 390, 844)
    expect(page.get_by_role("button", name="Close settings")).to_be_visible()
    assert serious(page) == [], "a phone"
    page.goto(f"{dashboard.url}view")
    expect(page.locator(".stage-note")).to_be_hidden()
    assert serious(page) == [], "the 3D view alone"


def serious(page: Page) -> list[str]:
    """What axe-core finds that is serious or critical. It is run by the debugger, which the page's policy allows."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    assert len(found["passes"]) > 8, "it looked at the page"
    return [
        f"{rule['id']}: {node['html'][:120]} {node['failureSummary'][:200]}"
        for rule in found["violations"]
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]
