"""The cost of the page in a browser: frame rate and JavaScript time per frame with ten people. `python -m bench.page`.

A server with people and no network runs, and a real Chromium shows the 3D view alone. Where WebGL is drawn in
software, as on a machine without a GPU, the rate is the processor's and the page limits it on purpose; the work of
its JavaScript is the page's own either way.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page

from bench.chromium import chromium
from engine.errors import PosecastError

_READY = re.compile(r"Posecast is at (\S+)")
_WATCH = """
(() => {
  const ask = window.requestAnimationFrame.bind(window);
  const frames = (window.measured = { shown: 0, drawn: [] });
  let draws = 0;
  for (const name of ["drawElements", "drawElementsInstanced", "drawArrays", "drawArraysInstanced"]) {
    const original = WebGL2RenderingContext.prototype[name];
    WebGL2RenderingContext.prototype[name] = function (...given) { draws += 1; return original.apply(this, given); };
  }
  window.requestAnimationFrame = (callback) => ask((time) => {
    const before = draws, start = performance.now();
    callback(time);
    if (draws > before) frames.drawn.push(performance.now() - start);
  });
  const count = () => { frames.shown += 1; ask(count); };
  ask(count);
})();
"""
"""Counts the display's frames, and times those callbacks that draw."""


def measure(page: Page, url: str, seconds: float) -> dict[str, Any]:
    """Rates per second and milliseconds of JavaScript per drawn frame, after a start of 5 s."""
    page.add_init_script(_WATCH)
    page.goto(url)
    page.wait_for_timeout(5000)
    page.evaluate("() => { measured.shown = 0; measured.drawn = []; }")
    page.wait_for_timeout(seconds * 1000)
    shown, drawn = page.evaluate("() => [measured.shown, measured.drawn]")
    p50, p95 = np.percentile(drawn, (50, 95)) if drawn else (float("nan"), float("nan"))
    return {
        "display_fps": round(shown / seconds, 1),
        "drawn_fps": round(len(drawn) / seconds, 1),
        "script_ms": {"p50": round(float(p50), 2), "p95": round(float(p95), 2)},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=10)
    parser.add_argument("--fps", type=float, default=15, help="of the scenes")
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    command = [sys.executable, "-u", "-m", "bench.crowd"]
    command += ["--people", str(options.people), "--fps", str(options.fps)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server, chromium() as browser:
        try:
            if browser is None:
                raise PosecastError("no Chromium here", "run make test once, or tests/tools.sh")
            assert server.stdout is not None
            url = next(match[1] for line in server.stdout if (match := _READY.match(line)))
            page = browser.new_page(viewport={"width": 1280, "height": 720})
            result = measure(page, f"{url}view", options.seconds)
        finally:
            server.terminate()
    print(f"{options.people} people at {options.fps:g} scenes a second: {json.dumps(result)}")
    if options.json is not None:
        options.json.write_text(json.dumps(result) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
