"""The page on every screen, for every hand and eye: layouts, sheets, and what axe-core says of them."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Open


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
        box = sheet.bounding_box()
        assert box is not None
        assert (box["x"], box["width"], box["y"] + box["height"]) == (0, 390, 700), "from edge to edge, at the bottom"
        close()
        expect(sheet).to_be_hidden()
        expect(page.locator("#opener")).to_be_focused()
    assert page.evaluate("window.sheetsClosed") == 3
