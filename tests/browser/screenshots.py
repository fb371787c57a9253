"""Pictures of every layout in both themes: `python -m tests.browser.screenshots [FOLDER]`, into docs/screenshots/."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, expect

from bench.chromium import chromium, slow_display
from tests.browser.measured import measure_a_knee, record
from tests.browser.server import Dashboard

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
PREFERENCES = json.dumps({"show": {"adaptive": False}})
SETTLE_MS = 9000
"""Software drawing is slow: time for movements to end, trails to grow and charts to fill."""
DISPLAY_PAUSE_MS = 800
"""The figures on the page are to be those of an engine that does not draw the page as well."""


def nothing(page: Page) -> None:
    """The page as it opens."""


def tab(name: str) -> Callable[[Page], None]:
    return lambda page: page.get_by_role("tab", name=name, exact=True).click()


def adjust_the_camera(page: Page) -> None:
    tab("Camera")(page)
    page.get_by_role("button", name="Adjust", exact=True).last.click()


@dataclass(frozen=True)
class Layout:
    """One picture: a screen, and what is done on it first."""

    name: str
    size: tuple[int, int]
    prepare: Callable[[Page], None] = nothing
    path: str = ""
    touch: bool = False
    view_only: bool = False


LAYOUTS = (
    Layout("measure", (1440, 900), measure_a_knee),
    Layout("wide", (1920, 1080), tab("Stats")),
    Layout("laptop", (1366, 768)),
    Layout("small", (1024, 720), tab("Record")),
    Layout("camera", (1280, 800), adjust_the_camera),
    Layout("tablet", (768, 1024), touch=True),
    Layout("phone", (390, 844), touch=True, view_only=True),
    Layout("phone-settings", (390, 844), tab("Engine"), touch=True),
    Layout("phone-landscape", (844, 390), tab("Engine"), touch=True),
    Layout("view", (1920, 1080), path="view", view_only=True),
    Layout("login", (1280, 800), path="login"),
)


def main() -> int:
    arguments = _arguments()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder, chromium() as browser:
        if browser is None:
            print("no Chromium here: see tests/tools.sh", file=sys.stderr)
            return 1
        record(Path(folder) / "posecast" / "recordings")
        with Dashboard(Path(folder)) as server:
            server.wait_for_frames()
            for layout in LAYOUTS:
                if not arguments.only or layout.name in arguments.only:
                    for scheme in arguments.schemes:
                        take(browser, server, layout, scheme, arguments.folder)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--only", action="append", choices=[layout.name for layout in LAYOUTS])
    parser.add_argument("--schemes", nargs="+", choices=["dark", "light"], default=["dark", "light"])
    return parser.parse_args()


def take(browser: Browser, server: Dashboard, layout: Layout, scheme: str, folder: Path) -> None:
    page = open_page(browser, server, layout, scheme)
    if layout.path != "login":
        expect(page.locator(".scene-frame .visually-hidden")).to_contain_text("Shown", timeout=60_000)
        layout.prepare(page)
        page.wait_for_timeout(SETTLE_MS)
    page.screenshot(path=folder / f"{layout.name}-{scheme}.png")
    print(folder / f"{layout.name}-{scheme}.png")
    page.context.close()


def open_page(browser: Browser, server: Dashboard, layout: Layout, scheme: str) -> Page:
    width, height = layout.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        device_scale_factor=2 if layout.touch and width < 900 else 1,
        is_mobile=layout.touch,
        has_touch=layout.touch,
    )
    context.add_init_script(slow_display(DISPLAY_PAUSE_MS))
    context.add_init_script(f"localStorage['posecast.preferences'] ??= '{PREFERENCES}'")
    page = context.new_page()
    link = server.view_url if layout.view_only else server.operator_url
    page.goto(f"{server.url}login" if layout.path == "login" else link.replace("/?", f"/{layout.path}?"))
    return page


if __name__ == "__main__":
    sys.exit(main())
