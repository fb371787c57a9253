"""The bar of time: a recording is watched by the page that opens it, and live can be looked back at."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.browser.conftest import Open, Watch
from tests.browser.made_recordings import LEVEL, LEVELS, make_recording
from tests.browser.staged import Server, staged
from tests.webapp.stage import Stage

SQUATS, WALK, HOUR = "recording-20261129-010000", "recording-20261129-020000", "recording-20261129-030000"
SQUATS_S, WALK_S, HOUR_S = 20, 8, 3600
RATE = 10

NO_3D = """
const get = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
    return kind.startsWith('webgl') ? null : get.call(this, kind, ...rest);
};
"""

SEEK = """async (share) => {
    const slider = document.querySelector('.time-slider');
    const readout = document.querySelector('.time-readout');
    const { left, width, top, height } = slider.querySelector('.time-line').getBoundingClientRect();
    const at = { clientX: left + share * width, clientY: top + height / 2, pointerId: 1, button: 0, bubbles: true };
    slider.setPointerCapture = () => {};
    const started = performance.now();
    slider.dispatchEvent(new PointerEvent('pointerdown', at));
    slider.dispatchEvent(new PointerEvent('pointerup', at));
    await new Promise((shown) => {
        const look = () => (readout.textContent === 'Loading' ? setTimeout(look, 2) : shown());
        setTimeout(look, 2);
    });
    return performance.now() - started;
}"""
"""Clicks on the slider, and waits until the scene there is at hand: milliseconds."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("timeline")


@pytest.fixture(scope="module")
def dashboard(folder: Path) -> Iterator[Server]:
    make_recording(folder / "recordings", SQUATS, seconds=SQUATS_S, video=True)
    make_recording(folder / "recordings", WALK, seconds=WALK_S, people=2)
    with staged(folder, Stage(rate=4, size=(320, 180), people=3)) as server:
        yield server


@pytest.fixture
def page(visit: Open, dashboard: Server, watch: Watch) -> Page:
    """Without the 3D view, which the processor would draw: time goes on without it."""
    watch.expected = ("WebGL", "no 3D view")
    page = visit("about:blank")
    page.add_init_script(NO_3D)
    page.goto(dashboard.operator_url)
    return page


def open_recording(page: Page, name: str) -> None:
    page.get_by_role("tab", name="Record").click()
    item = page.locator(".recording", has=page.locator(f"[href*='{name}']"))
    item.get_by_role("button", name="Open").click()
    expect(page.locator(".time-replay")).to_have_attribute("aria-pressed", "true")


def now(page: Page) -> float:
    return float(page.locator(".time-slider").get_attribute("aria-valuenow") or "nan")


def seek(page: Page, seconds: float, length: float) -> None:
    page.evaluate(SEEK, seconds / length)


def status(page: Page) -> str:
    return page.locator(".header").get_by_role("status").inner_text()


def level_shown(page: Page) -> float:
    """The brightness in the middle of the picture, in steps from frame to frame."""
    script = """() => {
        const picture = document.querySelector('canvas.picture');
        const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
        context.drawImage(picture, picture.width / 2, picture.height / 2, 1, 1, 0, 0, 1, 1);
        return context.getImageData(0, 0, 1, 1).data[1];
    }"""
    return (page.evaluate(script) - 16) / LEVEL


def eventually(condition: Callable[[], object], within: float = 20) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.03)


def speed(page: Page) -> float:
    """Seconds of the recording in a second."""
    read = "[performance.now(), Number(document.querySelector('.time-slider').ariaValueNow)]"
    first, before = page.evaluate(read)
    page.wait_for_timeout(900)
    second, after = page.evaluate(read)
    return 1000 * (after - before) / (second - first)


@pytest.mark.long
def test_two_visitors_watch_two_recordings_while_live_goes_on(visit: Open, dashboard: Server) -> None:
    operator, viewer = visit(reduced_motion="reduce"), visit(reduced_motion="reduce")
    open_recording(operator, SQUATS)
    open_recording(viewer, WALK)
    for page, people in ((operator, "1 person"), (viewer, "2 people")):
        assert status(page) == "Replay"
        expect(page.locator(".figures")).to_have_text("fps–latency–people–")
        expect(page.locator(".stage p.visually-hidden")).to_contain_text(people)
    expect(operator.locator(".time-readout")).to_contain_text("/ 0:20.0")
    assert dashboard.stage.opened == ["demo"], "the source is what it was"
    viewer.locator(".time-live").click()
    expect(viewer.locator(".figures")).to_contain_text("people3")
    assert (status(viewer), status(operator)) == ("Live", "Replay")
    viewer.get_by_role("button", name="Replay “").click()
    expect(viewer.locator(".stage p.visually-hidden")).to_contain_text("2 people")
    change = f"fetch('api/recordings/{WALK}', {{ method: 'PATCH', headers: {{ 'Content-Type': 'application/json' }}"
    operator.evaluate(f"{change}, body: JSON.stringify({{ title: 'A walk', deleted: [2] }}) }})")
    expect(viewer.locator(".time-replay")).to_have_text("Replay “A walk”")
    expect(viewer.locator(".stage p.visually-hidden")).to_contain_text("1 person, with the ids 1")


def test_a_recording_is_scrubbed_stepped_and_looped(page: Page) -> None:
    open_recording(page, SQUATS)
    slider = page.get_by_role("slider", name="Time")
    expect(slider).to_be_focused()
    eventually(lambda: now(page) > 0.5)
    page.keyboard.press("Space")
    paused = now(page)
    frames = {int(RATE * paused + by) % LEVELS for by in (-0.06, 0.06)}
    eventually(lambda: any(abs(level_shown(page) - frame) < 0.4 for frame in frames))
    assert now(page) == paused, "paused, the picture is that of the people"
    seek(page, 12.3, SQUATS_S)
    assert now(page) == pytest.approx(12.3, abs=0.1)
    for key, by in ((".", 1), (".", 1), (",", -1)):
        before = round(RATE * now(page) - 1e-6)
        page.keyboard.press(key)
        frame = round(RATE * now(page))
        assert frame - before in (by, by + (by < 0)), "a step goes to the next scene, or to the start of this one"
        eventually(lambda level=frame % LEVELS: abs(level_shown(page) - level) < 0.4)
    slider.press("ArrowRight")
    slider.press("PageUp")
    assert now(page) == pytest.approx(SQUATS_S), "it ends where the recording ends"
    slider.press("Home")
    assert now(page) == 0
    for at, button in ((2, "A"), (6, "B")):
        seek(page, at, SQUATS_S)
        page.get_by_role("button", name=button, exact=True).click()
    page.get_by_role("combobox", name="Speed").select_option("4")
    page.get_by_role("button", name="Play", exact=True).click()
    seen = []
    for _ in range(10):
        page.wait_for_timeout(150)
        seen.append(now(page))
    assert all(1.9 < at < 6.6 for at in seen), seen
    assert len(set(seen)) > 3
    page.get_by_role("button", name="End the loop").click()
    eventually(lambda: now(page) > 7)


def test_speeds_and_keys(page: Page) -> None:
    open_recording(page, WALK)
    rate = page.get_by_role("combobox", name="Speed")
    for wanted in (0.1, 2):
        rate.select_option(f"{wanted:g}")
        assert speed(page) == pytest.approx(wanted, rel=0.35)
    page.get_by_role("tab", name="Joints").click()
    field = page.get_by_role("combobox", name="Person", exact=True)
    page.get_by_role("button", name="Pause", exact=True).click()
    before = now(page)
    field.focus()
    for key in ("Space", "ArrowLeft", ".", ","):
        page.keyboard.press(key)
    assert now(page) == before, "a field has its own keys"
    page.locator("canvas.scene").focus()
    page.keyboard.press("ArrowLeft")
    assert now(page) == before, "the 3D view has its own arrows"
    page.keyboard.press(",")
    assert now(page) < before
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()


def test_live_is_paused_and_caught_up_with(page: Page) -> None:
    expect(page.locator(".figures")).to_contain_text("people3")
    assert status(page) == "Live"
    page.wait_for_timeout(1500)
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(page.locator(".header").get_by_role("status")).to_have_text("Paused")
    page.get_by_role("slider", name="Time").press("Home")
    expect(page.locator(".time-readout")).to_have_text(re.compile(r"−[1-9]\d*\.\d s"))
    expect(page.locator(".figures")).to_contain_text("people–")
    page.locator(".time-live").click()
    expect(page.locator(".header").get_by_role("status")).to_have_text("Live")
    expect(page.locator(".figures")).to_contain_text("people3")


@pytest.mark.long
@pytest.mark.timeout(900)
def test_an_hour_is_held_a_minute_at_a_time(page: Page, folder: Path) -> None:
    """Five people, 25 scenes a second: the page's memory stays flat, and a seek takes less than 300 ms."""
    make_recording(folder / "recordings", HOUR, seconds=HOUR_S, rate=25, people=5)
    index = f"fetch('api/recordings/{HOUR}/index').then((answer) => answer.json()).then(({{ times }}) => times?.length)"
    eventually(lambda: page.evaluate(index), within=300)
    open_recording(page, HOUR)
    tools = page.context.new_cdp_session(page)
    took, heap = [], []
    for i in range(40):
        took.append(page.evaluate(SEEK, ((i * 13) % 40 + 0.5) / 40))
        page.wait_for_timeout(1000)
        if i >= 5:
            heap.append(used_mb(tools))
    print(f"seeks: {sorted(took)} ms; heap: {heap} MB")
    assert sorted(took)[len(took) // 2] < 300
    assert max(heap) < 1.35 * min(heap)


def used_mb(tools: CDPSession) -> float:
    """Of the page's JavaScript, after a collection."""
    tools.send("HeapProfiler.collectGarbage")
    used: float = tools.send("Runtime.getHeapUsage")["usedSize"]
    return used / 1e6
