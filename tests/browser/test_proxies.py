"""The dashboard behind the proxies that docs/serving.md configures: page and sockets, under a sub-path too."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import proxies
from tests.browser.conftest import NETWORK
from tests.browser.server import TOKEN, Dashboard


@pytest.fixture(scope="module")
def server(browser: Browser, tmp_path_factory: pytest.TempPathFactory, posecast_cache: Path) -> Iterator[Dashboard]:
    with Dashboard(tmp_path_factory.mktemp("proxied"), *NETWORK, "--behind-proxy") as running:
        running.wait_for_frames()
        yield running


PROXIES: dict[str, tuple[str, Callable[[Path, int], AbstractContextManager[str]]]] = {
    "nginx": ("nginx", proxies.nginx),
    "caddy": ("caddy", lambda folder, port: proxies.caddy(folder, port, sub_path=False)),
    "caddy-sub-path": ("caddy", lambda folder, port: proxies.caddy(folder, port, sub_path=True)),
}


@pytest.mark.parametrize("name", PROXIES)
def test_the_documented_configuration_serves_page_and_sockets(
    name: str, server: Dashboard, browser: Browser, tmp_path: Path
) -> None:
    program, begin = PROXIES[name]
    if not proxies.installed(program):
        pytest.skip(f"no {program} here: see tests/tools.sh")
    with begin(tmp_path, server.port) as url, closing(browser.new_context()) as context:
        page = context.new_page()
        refused: list[str] = []
        sockets: list[str] = []
        page.on("response", lambda response: refused.append(response.url) if response.status >= 400 else None)
        page.on("websocket", lambda socket: sockets.append(socket.url))
        page.goto(f"{url}?token={TOKEN}")
        assert page.url == url
        _shows_people(page)
        assert refused == []
        assert [address for address in sockets if address.startswith(url.replace("http", "ws"))]


def _shows_people(page: Page) -> None:
    expect(page.locator("body")).not_to_contain_text("could not be loaded")
    page.wait_for_function("() => document.querySelector('canvas') !== null", timeout=60_000)
    expect(page.locator(".figures")).to_contain_text(re.compile("people[1-9]"), timeout=60_000)


def test_a_refusal_is_told_as_such(server: Dashboard, browser: Browser, tmp_path: Path) -> None:
    if not proxies.installed("nginx"):
        pytest.skip("no nginx here: see tests/tools.sh")
    with proxies.nginx(tmp_path, server.port, host="$host") as url, closing(browser.new_context()) as context:
        page = context.new_page()
        page.goto(f"{url}?token={TOKEN}")
        expect(page.locator("body")).to_contain_text("The server refuses this page", timeout=60_000)
        expect(page.locator("body")).to_contain_text("must pass the Host header on with its port")
        expect(page.locator("body")).not_to_contain_text("make setup")
