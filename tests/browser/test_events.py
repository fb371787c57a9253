"""Events on the page: the list, the rules, and zones drawn on the floor of the 3D view."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open
from tests.browser.staged import Server, staged
from tests.webapp.stage import Stage

EVERYWHERE = "-50, -50\n50, -50\n50, 50\n-50, 50"


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with staged(tmp_path_factory.mktemp("events"), Stage(rate=5, size=(640, 360), people=2)) as server:
        yield server


@pytest.fixture
def page(visit: Open) -> Page:
    page = visit(reduced_motion="reduce")
    expect(page.locator(".figures")).to_contain_text(re.compile("people[1-9]"))
    page.get_by_role("tab", name="Events").click()
    return page


def listed(page: Page) -> Locator:
    return page.get_by_role("log", name="Events, the newest first").get_by_role("listitem")


def zones_of(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate("fetch('api/events').then((answer) => answer.json())")["zones"]
    return found


def test_a_zone_is_drawn_named_and_reports_who_is_in_it(page: Page) -> None:
    expect(listed(page).filter(has_text="came into view").first).to_be_visible()
    page.get_by_role("button", name="Draw a zone").click()
    canvas = page.locator("canvas.scene")
    canvas.focus()
    page.keyboard.press("4")  # from above
    page.wait_for_timeout(1000)
    box = canvas.bounding_box()
    assert box is not None
    bar = page.locator(".drawing-bar")
    for number, (x, y) in enumerate(((0.3, 0.4), (0.7, 0.4), (0.5, 0.8)), start=1):
        canvas.click(position={"x": x * box["width"], "y": y * box["height"]})
        expect(bar).to_contain_text(f"{number} corner")
    canvas.focus()
    page.keyboard.press("Enter")
    expect(bar).to_contain_text("Drag a corner, or the zone")
    corners = page.get_by_label("Corners: x, z in metres")
    drawn = corners.input_value()
    assert len(drawn.splitlines()) == 3
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.4 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.25 * box["width"], box["y"] + 0.3 * box["height"], steps=3)
    page.mouse.up()
    moved = corners.input_value()
    assert moved.splitlines()[0] != drawn.splitlines()[0]
    assert moved.splitlines()[1:] == drawn.splitlines()[1:]
    page.get_by_label("Name", exact=True).fill("Mat")
    corners.fill(EVERYWHERE)
    page.get_by_role("button", name="Save zone").click()
    expect(listed(page).filter(has_text="came into Mat").first).to_be_visible()
    assert [(zone["name"], zone["corners"][0]) for zone in zones_of(page)] == [("Mat", [-50, -50])]

    listed(page).filter(has_text="came into Mat").first.get_by_role("button").click()
    status = page.locator(".header").get_by_role("status")
    expect(status).not_to_have_text("Live")
    page.locator(".time-live").click()
    expect(status).to_have_text("Live")

    page.get_by_role("button", name="Delete Mat").click()
    page.get_by_role("button", name="Delete Mat").click()
    expect(page.get_by_role("button", name="Delete Mat")).to_have_count(0)
    assert zones_of(page) == []
    page.get_by_role("button", name="Clear").click()
    expect(listed(page).filter(has_text="came into Mat")).to_have_count(0)


@pytest.mark.long
def test_a_zone_is_written_with_the_keyboard_alone_and_a_wrong_one_is_said(page: Page) -> None:
    page.get_by_role("button", name="Draw a zone").press("Enter")
    corners = page.get_by_label("Corners: x, z in metres")
    corners.fill("1 2\n3")
    page.get_by_label("Name", exact=True).press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("two numbers")
    corners.fill("0 0\n1 0\n0 1")
    page.get_by_label("Name", exact=True).fill("Corner")
    page.get_by_label("Name", exact=True).press("Enter")
    expect(page.get_by_role("button", name="Change Corner")).to_be_visible()
    page.reload()
    page.get_by_role("tab", name="Events").click()
    page.get_by_role("button", name="Change Corner").click()
    expect(page.get_by_label("Corners: x, z in metres")).to_have_value("0.00, 0.00\n1.00, 0.00\n0.00, 1.00")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Draw a zone")).to_be_focused()


@pytest.mark.long
def test_rules_are_switched_and_numbered(page: Page, visit: Open) -> None:
    other = visit()
    other.get_by_role("tab", name="Events").click()
    page.get_by_role("switch", name="Repetitions").press("Space")
    rule = page.locator(".rule", has=page.get_by_role("switch", name="Repetitions"))
    rule.get_by_text("Numbers").click()
    rule.locator("select").select_option("elbow")
    expect(other.get_by_role("switch", name="Repetitions")).to_be_checked()
    expect(other.locator(".rule", has=other.get_by_role("switch", name="Repetitions")).locator("select")).to_have_value(
        "elbow"
    )


def test_viewers_read_the_list_and_change_nothing(visit: Open, dashboard: Server) -> None:
    page = visit(dashboard.view_url)
    page.get_by_role("tab", name="Events").click()
    expect(page.get_by_role("tabpanel", name="Events")).to_contain_text("view-only")
    expect(page.get_by_role("button", name="Draw a zone")).to_be_disabled()
    expect(page.get_by_role("switch", name="A fall")).to_be_disabled()
