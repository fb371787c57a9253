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

import psutil

from bench.watchers import first_scene
from engine.cores import available_cores
from engine.errors import PosecastError
from engine.machine import processor

LIMIT_S = 300.0
"""A first scene that takes longer is given up: converting a model takes a minute."""
COLUMNS = ("server listens after {:.2f} s", "first scene after {:.2f} s", "processor time until then {:.2f} s")
"""The last says on a busy machine what a quiet one would take at most, but for waiting for the disk."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="bundled")
    parser.add_argument("--source", default="demo")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--log", type=Path, help="append what the servers print to this file")
    options = parser.parse_args()
    print(f"{processor()}; load {os.getloadavg()[0]:.1f} for {available_cores()} cores")
    runs = [measure(options.model, options.source, options.log) for _ in range(options.runs)]
    for number, seconds in enumerate(runs, 1):
        print(f"run {number}: {_text(seconds)}")
    print(f"median: {_text(tuple(median(column) for column in zip(*runs, strict=True)))}")


def measure(model: str, source: str, log: Path | None = None) -> tuple[float, ...]:
    """Seconds, as COLUMNS says, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder, (log or Path(os.devnull)).open("ab") as errors:
        begin = time.monotonic()
        server = subprocess.Popen(
            [sys.executable, "-m", "webapp", "serve", "--source", source, "--model", model, "--port", "0"],
            stdout=subprocess.PIPE, stderr=errors, text=True, env=_environment(Path(folder)),
        )  # fmt: skip
        try:
            assert server.stdout is not None
            line = server.stdout.readline()
            if not line:
                raise PosecastError("the server does not start", "see what it says with --log FILE")
            listens = time.monotonic() - begin
            asyncio.run(asyncio.wait_for(first_scene(int(line.rstrip("/\n").rpartition(":")[2])), LIMIT_S))
            return listens, time.monotonic() - begin, _processor_time(psutil.Process(server.pid))
        finally:
            server.terminate()
            server.wait(20)


def _environment(folder: Path) -> dict[str, str]:
    """An empty cache, and no settings of the user's."""
    own = {"POSECAST_CACHE": "cache", "XDG_CONFIG_HOME": "config", "XDG_DATA_HOME": "data"}
    return os.environ | {name: str(folder / value) for name, value in own.items()}


def _processor_time(master: psutil.Process) -> float:
    """Of the server: the process that was started, the one that serves, and those that have ended."""
    times = [process.cpu_times() for process in (master, *master.children(recursive=True))]
    return sum(each.user + each.system for each in times) + times[0].children_user + times[0].children_system


def _text(seconds: tuple[float, ...]) -> str:
    return ", ".join(column.format(value) for column, value in zip(COLUMNS, seconds, strict=True))


if __name__ == "__main__":
    main()
