"""From `posecast serve` to the first scene that a viewer gets, with an empty cache. `python -m bench.first_scene`.

Each run starts the command in a fresh process with an empty cache folder and settings of its own. A viewer connects as
soon as the server says where it is; the seconds count from the start of the process. The demo stage is the source, so
that no camera's start is measured.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from bench.watchers import first_scene
from engine.cores import available_cores
from engine.errors import PosecastError
from engine.machine import processor

LIMIT_S = 300.0
"""A first scene that takes longer is given up: converting a model takes a minute."""
PHASES = ("server listens", "first scene")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="bundled")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--log", type=Path, help="append what the servers print to this file")
    options = parser.parse_args()
    print(f"{processor()}; load {os.getloadavg()[0]:.1f} for {available_cores()} cores")
    runs = [measure(options.model, options.log) for _ in range(options.runs)]
    for number, seconds in enumerate(runs, 1):
        print(f"run {number}: {_text(seconds)}")
    print(f"median: {_text(tuple(median(column) for column in zip(*runs, strict=True)))}")


def measure(model: str, log: Path | None = None) -> tuple[float, ...]:
    """Seconds until each of PHASES, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder, (log or Path(os.devnull)).open("ab") as errors:
        begin = time.monotonic()
        server = subprocess.Popen(
            [sys.executable, "-m", "webapp", "serve", "--source", "demo", "--model", model, "--port", "0"],
            stdout=subprocess.PIPE, stderr=errors, text=True, env=_environment(Path(folder)),
        )  # fmt: skip
        try:
            assert server.stdout is not None
            line = server.stdout.readline()
            if not line:
                raise PosecastError("the server does not start", "see what it says with --log FILE")
            listens = time.monotonic() - begin
            asyncio.run(asyncio.wait_for(first_scene(int(line.rstrip("/\n").rpartition(":")[2])), LIMIT_S))
            return listens, time.monotonic() - begin
        finally:
            server.terminate()
            server.wait(20)


def _environment(folder: Path) -> dict[str, str]:
    """An empty cache, and no settings of the user's."""
    own = {"POSECAST_CACHE": "cache", "XDG_CONFIG_HOME": "config", "XDG_DATA_HOME": "data"}
    return os.environ | {name: str(folder / value) for name, value in own.items()}


def _text(seconds: tuple[float, ...]) -> str:
    return ", ".join(f"{phase} after {value:.2f} s" for phase, value in zip(PHASES, seconds, strict=True))


if __name__ == "__main__":
    main()
