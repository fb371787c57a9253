"""The cost of viewers: the engine's frame rate with none, one, ten and fifty. `python -m bench.viewers`.

The whole server runs, as `posecast serve` starts it, with a camera that plays from memory; the viewers (pictures and
scenes each) run in another process on the same machine.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

from bench.serving import serve
from engine.errors import PosecastError
from engine.settings import Settings

PANEL = "view=raw&width=480"
"""Query of the pictures that the page requests for its video panel, 430 pixels wide."""
START_S = 600.0
"""Time limit for loading a network, seconds."""


def measure(port: int, viewers: int, seconds: float, query: str = PANEL) -> dict[str, float]:
    """The engine's frame rate with `viewers` viewers, and the rates that they got."""
    watchers = None
    if viewers:
        command = [sys.executable, "-m", "bench.watchers", str(port), str(viewers), str(seconds), query]
        watchers = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert watchers.stdout is not None
        watchers.stdout.readline()
    begin, processed = time.monotonic(), _state(port)["stats"]["processed"]
    time.sleep(seconds)
    fps = (_state(port)["stats"]["processed"] - processed) / (time.monotonic() - begin)
    got: dict[str, float] = {}
    if watchers is not None:
        output, _ = watchers.communicate(timeout=60)
        got = json.loads(output)
    return {"viewers": viewers, "engine_fps": fps, **got}


def _mbit(result: dict[str, float]) -> float:
    """Mbit/s that a viewer gets."""
    return 8 * (result["pictures"] * result["picture_kb"] + result["scenes"] * result["scene_kb"]) / 1000


def _state(port: int) -> dict[str, Any]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/state", timeout=30) as response:
        state: dict[str, Any] = json.load(response)
        return state


def wait_until_running(port: int) -> dict[str, Any]:
    deadline = time.monotonic() + START_S
    while (state := _state(port))["stats"]["processed"] < 1 or state["switching"]:
        if time.monotonic() > deadline:
            raise PosecastError(f"not ready after {START_S:g} s", "see what it printed")
        time.sleep(0.2)
    backend: dict[str, Any] = state["backend"]
    return backend


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--source", default="demo", help="its first seconds are what the camera plays")
    parser.add_argument("--model", default="bundled")
    parser.add_argument("--backend", default="openvino")
    parser.add_argument("--precision", default="auto")
    parser.add_argument("--viewers", type=int, nargs="+", default=[0, 1, 10, 50])
    parser.add_argument("--stream", default=PANEL, help="query of the pictures, as in /stream.mjpg?QUERY")
    parser.add_argument("--fps", type=float, default=15)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--json", type=Path, help="write the numbers there")
    options = parser.parse_args()
    if options.serve:
        choice = {name: getattr(options, name) for name in ("source", "model", "backend", "precision")}
        serve(Settings(**choice), options.fps)
        return
    command = [sys.executable, "-m", "bench.viewers", *sys.argv[1:], "--serve"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        port = int(server.stdout.readline().rstrip("/\n").rpartition(":")[2])
        results = _measure_all(port, options)
    finally:
        server.terminate()
        server.wait(20)
    if options.json is not None:
        options.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


def _measure_all(port: int, options: argparse.Namespace) -> dict[str, Any]:
    backend = wait_until_running(port)
    print(f"{backend['name']} {backend['device']} {backend['precision']}, a camera of {options.fps:g} fps")
    print("viewers  engine fps   kept   each got: pictures/s, KB   scenes/s, KB   Mbit/s   to viewer p50, p95 ms")
    results: list[dict[str, float]] = []
    for count in options.viewers:
        result = measure(port, count, options.seconds, options.stream)
        results.append(result)
        kept = result["engine_fps"] / results[0]["engine_fps"]
        print(f"{count:7d}  {result['engine_fps']:10.1f}  {kept:5.0%}", end="")
        if count:
            print(f"  {result['pictures']:20.1f} {result['picture_kb']:5.1f}", end="")
            print(f"  {result['scenes']:8.1f} {result['scene_kb']:5.1f}   {_mbit(result):6.2f}", end="")
            print(f"   {result['latency_ms_p50']:.0f}, {result['latency_ms_p95']:.0f}", end="")
        print(flush=True)
    return {"backend": backend, "fps": options.fps, "viewers": results}


if __name__ == "__main__":
    main()
