"""A soak test: a long day of use in a few minutes, to see whether anything grows. `python -m bench.soak --minutes 30`.

The server runs as users start it. Viewers connect and leave; every few seconds, a backend or a source is switched, a
camera file uploaded or reset, a setting changed, a recording made and deleted. Once a second, threads, file
descriptors, memory and latency of the serving process are measured. Exit status 1: something rises faster than its
limit, was refused, or died.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from bench.household import Household
from bench.sampler import Sampler
from bench.slopes import Limit, Slope, slope
from engine.video_writer import VideoWriter

LIMITS = {
    "threads": Limit(2, 6),
    "fds": Limit(4, 12),
    "rss_mb": Limit(20, 25),
    "latency_ms": Limit(10, 25),
}
"""Limits of the rise per hour. They would be too high for a month, but 30 minutes cannot resolve less."""
VISIT_S = 30.0
"""Seconds after which a group of viewers is replaced by the next."""
_COMING_S = 4.0
"""Seconds for a process of viewers to start, connect and warm up."""
START_S = 600.0


def serve_command(folder: Path, backend: str) -> list[str]:
    """`posecast serve` as installed, with files of its own and a second source to switch to."""
    clip = folder / "empty-room.mp4"
    with VideoWriter(clip, 15) as video:
        for index in range(45):
            video.write(np.full((360, 640, 3), 60 + index, np.uint8), index / 15)
    settings = folder / "settings.json"
    settings.write_text("{}", encoding="utf-8")
    options = ["--port", "0", "--config", str(settings), "--backend", backend, "--no-open"]
    return [sys.executable, "-m", "webapp", "serve", *options, "--allow-source", str(clip)]


def soak(
    command: Sequence[str], seconds: float, viewers: int, every_s: float, limits: Mapping[str, Limit] = LIMITS
) -> dict[str, Any]:
    """Run the soak test on the server that `command` starts, and return the report."""
    with tempfile.TemporaryDirectory() as data:
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "XDG_DATA_HOME": data})
        try:
            household = Household(_port(server))
            household.wait_until_running(START_S)
            sampler = Sampler(server.pid, household.port)
            with household.at_home(every_s):
                visits = _live(household.port, sampler, seconds, viewers)
        finally:
            server.terminate()
            server.communicate(timeout=30)
    status = server.returncode
    return _report(sampler, household, visits, status, seconds, limits)


def _port(server: subprocess.Popen[str]) -> int:
    assert server.stdout is not None
    return int(server.stdout.readline().rstrip("/\n").rpartition(":")[2])


def _live(port: int, sampler: Sampler, seconds: float, viewers: int) -> list[dict[str, float]]:
    """Measure for `seconds`, while viewers connect and leave; returns the rates that each group got."""
    visits: list[dict[str, float]] = []
    end = time.monotonic() + seconds
    watchers, leave = None, 0.0
    while (now := time.monotonic()) < end and sampler.sample():
        if watchers is None and now + _COMING_S < end:
            stay = min(VISIT_S, end - now - _COMING_S)
            watchers, leave = _arrive(port, viewers, stay), now + stay + _COMING_S
        elif watchers is not None and now >= leave:
            visits.append(_got(watchers))
            watchers = None
        time.sleep(max(0.0, now + 1.0 - time.monotonic()))
    if watchers is not None:
        visits.append(_got(watchers))
    return visits


def _arrive(port: int, count: int, seconds: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "bench.watchers", str(port), str(count), f"{seconds:.0f}"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _got(watchers: subprocess.Popen[str]) -> dict[str, float]:
    output, _ = watchers.communicate(timeout=60)
    got: dict[str, float] = json.loads(output.splitlines()[-1])
    return got


def _report(
    sampler: Sampler,
    household: Household,
    visits: list[dict[str, float]],
    status: int,
    seconds: float,
    limits: Mapping[str, Limit],
) -> dict[str, Any]:
    slopes = {name: slope(sampler.times, sampler.values[name], limit) for name, limit in limits.items()}
    passed = sampler.alive and status == 0 and not household.refused and all(one.flat for one in slopes.values())
    return {
        "passed": passed,
        "seconds": seconds,
        "samples": len(sampler.times),
        "done": household.done,
        "refused": household.refused,
        "exit_status": status,
        "worker_survived": sampler.alive,
        "slopes": {name: asdict(one) for name, one in slopes.items()},
        "limits": {name: asdict(limit) for name, limit in limits.items()},
        "visits": visits,
        "measurements": {"time_s": sampler.times, **sampler.values},
    }


def _print(report: dict[str, Any]) -> None:
    print(f"{report['seconds']:.0f} s, {sum(report['done'].values())} changes: {report['done']}")
    print("             at first   at last   per hour   limit")
    for name, values in report["slopes"].items():
        one, limit = Slope(**values), LIMITS[name]
        verdict = "" if one.flat else "   RISES"
        print(f"{name:11s} {one.first:9.1f} {one.last:9.1f} {one.per_hour:+10.2f} {limit.per_hour:7.0f}{verdict}")
    if report["visits"]:
        worst = min(visit["scenes"] for visit in report["visits"])
        print(f"the worst-off of all viewers got {worst:.1f} scenes a second")
    for refusal in report["refused"]:
        print(f"refused: {refusal}")
    print("passed" if report["passed"] else "FAILED")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--viewers", type=int, default=6)
    parser.add_argument("--every", type=float, default=10, help="seconds between two changes")
    parser.add_argument("--backend", default="openvino", help="the one to begin with")
    parser.add_argument("--json", type=Path, help="write everything measured there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        command = serve_command(Path(folder), options.backend)
        report = soak(command, options.minutes * 60, options.viewers, options.every)
    _print(report)
    if options.json is not None:
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 0 if report["passed"] else 1


if __name__ == "__main__":
    sys.exit(main())
