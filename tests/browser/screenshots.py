"""Pictures of the dashboard for the README: `python -m tests.browser.screenshots`, into docs/screenshots/."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, expect

from bench.chromium import chromium, slow_display
from tests.browser.server import Dashboard

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
PREFERENCES = json.dumps({"show": {"adaptive": False}})
SETTLE_MS = 9000
"""Software drawing is slow: time for movements to end, trails to grow and charts to fill."""
DISPLAY_PAUSE_MS = 800
"""The figures on the page are to be those of an engine that does not draw the page as well."""
OFFICE = {
    "R": [[0.93969, -0.34202, 0.0], [-0.0535, -0.147, -0.98769], [0.33781, 0.92812, -0.15643]],
    "t": [-0.035, 1.164, 3.835],
    "unit": "m",
    "up": "+z",
}
"""1.75 m up in a world whose z is up, looking 9 degrees down."""


def main() -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder, chromium() as browser:
        if browser is None:
            print("no Chromium here: see tests/tools.sh", file=sys.stderr)
            return 1
        with Dashboard(Path(folder)) as server:
            server.wait_for_frames()
            wide(browser, server, "dark")
            wide(browser, server, "light")
            camera(browser, server)
            phone(browser, server)
            alone(browser, server)
    return 0


def wide(browser: Browser, server: Dashboard, scheme: str) -> None:
    page = visit(browser, server.operator_url, scheme, 1680, 945)
    page.wait_for_timeout(3 * SETTLE_MS)  # the chart of the last minute
    save(page, f"wide-{scheme}")


def camera(browser: Browser, server: Dashboard) -> None:
    """A camera file is tried; joints are pointed at."""
    page = visit(browser, server.operator_url, "dark", 1280, 800)
    page.get_by_role("tab", name="Camera", exact=True).click()
    data = json.dumps(OFFICE).encode()
    page.set_input_files("input[type=file]", files=[{"name": "office.json", "mimeType": "text/json", "buffer": data}])
    expect(page.locator(".offer, .refusal")).to_be_visible()
    page.locator(".offer").scroll_into_view_if_needed()
    page.wait_for_timeout(SETTLE_MS)
    save(page, "camera")


def phone(browser: Browser, server: Dashboard) -> None:
    page = visit(browser, server.view_url, "light", 390, 844, phone=True)
    page.wait_for_timeout(SETTLE_MS)
    save(page, "phone")


def alone(browser: Browser, server: Dashboard) -> None:
    page = visit(browser, server.view_url.replace("/?", "/view?"), "dark", 1280, 720)
    page.wait_for_timeout(SETTLE_MS)
    save(page, "view")


def visit(browser: Browser, url: str, scheme: str, width: int, height: int, *, phone: bool = False) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        device_scale_factor=2 if phone else 1,
        is_mobile=phone,
        has_touch=phone,
    )
    context.add_init_script(slow_display(DISPLAY_PAUSE_MS))
    context.add_init_script(f"localStorage['posecast.preferences'] ??= '{PREFERENCES}'")
    page = context.new_page()
    page.goto(url)
    expect(page.locator(".stage-note")).to_be_hidden(timeout=60_000)
    return page


def save(page: Page, name: str) -> None:
    page.screenshot(path=FOLDER / f"{name}.png")
    print(f"docs/screenshots/{name}.png")
    page.context.close()


if __name__ == "__main__":
    sys.exit(main())
