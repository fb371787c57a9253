"""A recording of every frame of the demo stage, opened, with a knee measured: for the README's first picture."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from engine.capture.stage.clip import CLIP
from engine.motion.edits_file import About, write_about

NAME = "recording-20261129-090000"
START = 1795942800.0
"""When it is recorded, seconds since 1970."""
FRAMES = 300
PATIENCE_MS = 90_000
SETTLED_MS, ASIDE_PX = 6000, 115
CLOSER = 6
"""Turns of the wheel: one person, not all, fills the view."""
QUANTITY = "left_knee_flexion"
BEFORE_THE_END_S = 0.5
"""The filter has less to go by at both ends."""


def record(folder: Path) -> None:
    """As a machine records that is fast enough for every frame: however busy this one is, the curves have no gaps."""
    folder.mkdir(parents=True, exist_ok=True)
    scenes = folder / f"{NAME}.jsonl"
    infer = [sys.executable, "-m", "webapp", "infer", "demo", "--max-frames", str(FRAMES), "-o", str(scenes)]
    subprocess.run(infer, check=True, capture_output=True)
    lines = [json.loads(line) for line in scenes.read_text().splitlines()]
    paced = [json.dumps({**line, "wall_time": START + line["time"]}) for line in lines]
    scenes.write_text("\n".join(paced) + "\n")
    write_about(scenes, About(title="Squats"))
    shutil.copyfile(CLIP, folder / f"{NAME}.mp4")


def measure_a_knee(page: Page) -> None:
    """Open the recording, and measure the knee that bends most, at its deepest."""
    page.set_default_timeout(PATIENCE_MS)
    page.get_by_role("tab", name="Record", exact=True).click()
    curve = _deepest(page)
    page.locator(f"[data-name={NAME}]").get_by_role("button", name=re.compile("^Open")).click()
    expect(page.locator(".header .status")).to_contain_text("Replay", timeout=PATIENCE_MS)
    page.get_by_role("group", name="Time").get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Measure angles").click()
    page.get_by_label("Person", exact=True).first.select_option(str(curve["person"]))
    page.get_by_role("button", name="Knees", exact=True).click()
    _seek(page, curve)
    page.get_by_role("button", name="Follow", exact=True).click()
    _look_from_the_side(page)


def _look_from_the_side(page: Page) -> None:
    box = page.locator("canvas.scene").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 4, box["y"] + box["height"] / 4
    page.wait_for_timeout(SETTLED_MS)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + ASIDE_PX, y, steps=4)
    page.mouse.up()
    for _ in range(CLOSER):
        page.mouse.wheel(0, -100)
        page.wait_for_timeout(300)
    page.mouse.move(0, 0)


def _deepest(page: Page) -> Any:
    """The curve of the person whose knee moves most."""
    entry = next(one for one in _ask(page, "api/recordings")["recordings"] if one["name"] == NAME)
    path = f"api/recordings/{NAME}/series?quantity={QUANTITY}&person="
    curves = [{**_ask(page, f"{path}{person['id']}"), "person": person["id"]} for person in entry["people"]]
    return max(curves, key=_bends)


def _ask(page: Page, path: str) -> Any:
    """The server reads a recording in the background, and answers when it is ready."""
    return page.evaluate(
        """async (path) => {
            for (;;) {
                const answer = await fetch(path);
                if (answer.status === 200) return answer.json();
                await new Promise((resolve) => setTimeout(resolve, 500));
            }
        }""",
        path,
    )


def _values(curve: Any) -> list[tuple[float, float]]:
    """(time, angle) where there is one."""
    pairs = zip(curve["time"], curve["series"][0]["values"], strict=True)
    return [(time, value) for time, value in pairs if value is not None][1:-1]


def _bends(curve: Any) -> float:
    angles = [value for _, value in _values(curve)]
    return max(angles) - min(angles) if angles else 0.0


def _seek(page: Page, curve: Any) -> None:
    """Click on the curve at its deepest angle."""
    last = curve["time"][-1]
    inner = [pair for pair in _values(curve) if BEFORE_THE_END_S < pair[0] < last - BEFORE_THE_END_S]
    deepest, _ = max(inner, key=lambda pair: pair[1])
    box = page.locator(".u-over").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + deepest / last * box["width"], box["y"] + box["height"] / 2)
