"""The page of a relay: people and pictures as on the publishing server, and what it says while that is away."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from engine.bus import bus_address
from tests.browser.conftest import Open
from tests.browser.staged import Server, staged
from tests.redis_server import RedisServer
from tests.webapp.serving import Served
from tests.webapp.stage import Stage
from webapp.access.options import ServeOptions
from webapp.relay.app import create_relay, relay_of


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    server = RedisServer()
    yield server
    server.kill()


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory, redis: RedisServer) -> Iterator[Server]:
    """The relay's address; the publishing server is behind it."""
    folder, stage = tmp_path_factory.mktemp("relay"), Stage(rate=5, size=(640, 360), people=2)
    app = create_relay(bus_address(redis.url), ServeOptions())
    relay_of(app).start()
    try:
        with staged(folder, stage, publish=redis.url), Served(app) as relay:
            yield Server(f"{relay.url}/", stage, folder)
    finally:
        relay_of(app).stop()


def test_viewers_of_a_relay_see_people_and_pictures(visit: Open, dashboard: Server, redis: RedisServer) -> None:
    page = visit(dashboard.url, reduced_motion="reduce")
    expect(page.locator(".figures")).to_contain_text("people2")
    expect(page.locator(".header").get_by_role("status")).to_have_text("Live")
    expect(page.get_by_text("View only")).to_be_visible()
    expect(page.locator(".video img, .video canvas").first).to_be_visible()
    for tab in ("Events", "Record", "Camera", "Engine"):
        page.get_by_role("tab", name=tab).click()
    expect(page.locator(".toast")).to_have_count(0)
    redis.kill()
    expect(page.locator(".banner")).to_contain_text(re.compile("Redis at .* cannot be reached, since"))
    redis.start()
    expect(page.locator(".figures")).to_contain_text("people2")
    expect(page.locator(".header").get_by_role("status")).to_have_text("Live")
