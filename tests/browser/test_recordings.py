"""The list of recordings: rename, trim, merge, leave out, delete, and Undo; with keys, on a phone, for viewers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open, Watch
from tests.browser.staged import Server, staged
from tests.browser.test_dashboard import api, open_tab
from tests.browser.test_layouts import serious
from tests.engine.motion.stage import write_recording
from tests.webapp.stage import Stage

FIRST, SECOND = "recording-20261128-120000", "recording-20261128-130000"


def lost_and_found(person: int, frame: int) -> int | None:
    return person + 1 if person < 3 else None if person == 4 else 4 if frame < 60 else 9


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("recordings")
    (folder / "recordings").mkdir()
    for name in (FIRST, SECOND):
        write_recording(folder / "recordings" / f"{name}.jsonl", seconds=4.0, identity=lost_and_found)
    with staged(folder, Stage(rate=4, size=(320, 180), people=2)) as server:
        yield server


@pytest.fixture
def page(visit: Open) -> Page:
    page = visit(reduced_motion="reduce")
    open_tab(page, "Record")
    return page


def card(page: Page, name: str = FIRST) -> Locator:
    return page.locator(f".recording[data-name='{name}']")


def entry(page: Page, name: str = FIRST) -> dict[str, Any]:
    listed = api(page, "api/recordings")[1]["recordings"]
    return next(one for one in listed if one["name"] == name)


def undo(page: Page, said: str) -> None:
    page.locator(".toast", has_text=said).get_by_role("button", name="Undo").click()


def test_a_recording_is_renamed_in_place(page: Page) -> None:
    title = card(page).get_by_role("button", name=re.compile("^Rename"))
    title.focus()
    page.keyboard.press("Enter")
    page.keyboard.type("Squats 2")
    page.keyboard.press("Enter")
    expect(card(page).get_by_role("button", name="Rename Squats 2")).to_be_focused()
    assert entry(page)["title"] == "Squats 2"
    page.keyboard.press("Enter")
    page.keyboard.type("Something else")
    page.keyboard.press("Escape")
    expect(card(page).get_by_role("button", name="Rename Squats 2")).to_be_focused()
    assert entry(page)["title"] == "Squats 2"
    undo(page, "Renamed to Squats 2")
    expect(card(page).get_by_role("button", name=re.compile("Rename Recording 2026"))).to_be_visible()
    assert entry(page)["title"] is None


def test_it_is_trimmed_and_noted(page: Page, watch: Watch) -> None:
    watch.expected = ("status of 400",)
    card(page).get_by_role("button", name=re.compile("^Edit")).click()
    expect(card(page)).to_contain_text("0:03 · 5 people")
    card(page).get_by_label("From", exact=True).fill("1")
    card(page).get_by_label("From", exact=True).press("Enter")
    expect(card(page)).to_contain_text("0:02 of 0:03")
    card(page).get_by_label("To", exact=True).fill("0.5")
    card(page).get_by_label("To", exact=True).press("Enter")
    expect(page.locator(".toast.problem")).to_contain_text("two increasing times")
    expect(card(page).get_by_label("To", exact=True)).not_to_have_value("0.5")
    assert entry(page)["edits"]["trim_s"][0] == 1
    card(page).get_by_label("Notes").fill("left knee")
    card(page).get_by_label("Notes").blur()
    expect(card(page).locator(".recording-notes")).to_have_text("left knee")
    undo(page, "Notes saved")
    undo(page, "Kept 0:01 to")
    expect(card(page)).to_contain_text("0:03 · 5 people")
    assert (entry(page)["notes"], entry(page)["edits"]["trim_s"]) == ("", None)


def test_people_are_merged_named_and_left_out(page: Page) -> None:
    editor = card(page)
    editor.get_by_role("button", name=re.compile("^Edit")).click()
    name = editor.get_by_label("Name of person 9")
    name.fill("Ada")
    name.press("Enter")
    expect(page.locator(".toast", has_text="Person 9 is Ada")).to_be_visible()
    for person in (4, 9):
        editor.get_by_role("checkbox", name=f"Merge person {person}").check()
    editor.get_by_role("button", name="Merge 4 and 9").click()
    expect(editor.get_by_label("Name of person 4")).to_have_value("Ada")
    expect(editor).to_contain_text("0:03 · 4 people")
    assert entry(page)["edits"] == {"trim_s": None, "merged": [[4, 9]], "deleted": [], "names": {"4": "Ada"}}
    editor.get_by_role("button", name="Leave out Person 2").click()
    expect(editor).to_contain_text("0:03 · 3 people")
    undo(page, "Merged 9 into 4")
    expect(editor.get_by_label("Name of person 9")).to_have_value("Ada")
    editor.get_by_role("button", name="Show Person 2").click()
    expect(editor).to_contain_text("0:03 · 5 people")
    assert entry(page)["edits"] == {"trim_s": None, "merged": [], "deleted": [], "names": {"9": "Ada"}}


def test_what_is_deleted_comes_back(page: Page) -> None:
    card(page, SECOND).get_by_role("button", name=re.compile("^Delete")).click()
    expect(card(page, SECOND)).to_have_count(0)
    expect(card(page).get_by_role("button").first).to_be_focused()
    undo(page, "Deleted Recording")
    expect(card(page, SECOND)).to_be_visible()
    card(page, SECOND).get_by_role("button", name=re.compile("^Download")).click()
    expect(page.get_by_role("dialog").get_by_label("Recording", exact=True)).to_have_value(SECOND)


def test_axe_finds_nothing_serious_in_an_open_card_on_a_phone(visit: Open) -> None:
    page = visit(reduced_motion="reduce", viewport={"width": 390, "height": 844}, has_touch=True)
    open_tab(page, "Record")
    card(page).get_by_role("button", name=re.compile("^Edit")).click()
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert serious(page) == [], scheme
    widths = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert widths[0] <= widths[1], "nothing scrolls sideways on a phone"


def test_a_viewer_opens_and_changes_nothing(visit: Open, dashboard: Server) -> None:
    page = visit(dashboard.view_url)
    open_tab(page, "Record")
    expect(page.get_by_role("button", name="Start recording")).to_be_disabled()
    expect(card(page).get_by_role("button")).to_have_count(2)
    card(page).get_by_role("button", name=re.compile("^Open")).click()
    expect(page.locator(".time-replay")).to_have_attribute("aria-pressed", "true")
