"""The system clock is set back or forward by an hour: only the `wall_time` of scenes follows it."""

from __future__ import annotations

import ast
import json
from itertools import pairwise
from pathlib import Path

import pytest

from engine.pipeline.meter import Meter
from engine.snapshot_slot import SnapshotSlot
from tests.fakes import Clock
from tests.webapp.people import person, snapshot
from webapp.live.scenes import Scenes
from webapp.recording.library import Library
from webapp.recording.recordings import SCENES, Recordings

ROOT = Path(__file__).parents[2]
HOUR = 3600.0
TELLS_THE_TIME_OF_DAY = {
    "webapp/live/scenes.py": "wall_time",
    "engine/infer.py": "wall_time",
    "engine/events/watch.py": "wall_time",
    "engine/outputs/feed.py": "wall_time",
    "engine/outputs/figure.py": "wall_time",
    "engine/outputs/webhook.py": "the time stamp that is signed",
    "engine/bus/clock.py": "the clocks of two machines are compared",
    "engine/batch/manifest.py": "when a line was written",
    "webapp/bus/reader.py": "now, by the clock of wall_time, and since when a publisher is away",
    "webapp/services.py": "now, by the clock of wall_time",
    "webapp/uploads/files.py": "the age of files that were left unfinished",
    "webapp/monitoring/logs.py": "the time of a line",
    "webapp/monitoring/process.py": "when the process started, for Prometheus",
}
"""The only files that may ask for it, and what for."""


def _asks_the_wall_clock(path: Path) -> bool:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return any(
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and ((node.value.id, node.attr) == ("time", "time") or node.value.id == "datetime")
        for node in ast.walk(tree)
    )


def test_durations_are_measured_by_a_clock_that_is_never_set() -> None:
    """Ids, smoothing, rates, latencies and limits cannot be harmed by a clock that they do not read."""
    found = {
        path.relative_to(ROOT).as_posix()
        for folder in ("engine", "webapp", "converters")
        for path in (ROOT / folder).rglob("*.py")
        if _asks_the_wall_clock(path)
    }
    assert found <= TELLS_THE_TIME_OF_DAY.keys()


@pytest.mark.parametrize("leap", [-HOUR, HOUR])
def test_scenes_keep_their_rate_and_ids(leap: float) -> None:
    steady, wall = Clock(), Clock(1.8e9)
    snapshots = SnapshotSlot()
    meter = Meter()
    scenes = Scenes(snapshots, lambda: meter.fps(steady()), steady, wall)
    told = []
    for index in range(60):
        steady.now += 0.04
        wall.now += 0.04 + (leap if index == 30 else 0.0)
        made = snapshot(index, (person(7),), captured_at=steady.now - 0.02)
        meter.record(made, steady.now, dropped=0)
        snapshots.put(made)
        told.append(json.loads(scenes.newest() or ""))
    assert {one["people"][0]["id"] for one in told} == {7}
    assert all(one["fps"] == pytest.approx(25, abs=0.1) for one in told[2:])
    assert all(b["time"] > a["time"] for a, b in pairwise(told))
    assert told[-1]["wall_time"] == pytest.approx(wall.now - 0.02, abs=1e-3), "the time of day is the present one"


@pytest.mark.parametrize("leap", [-HOUR, HOUR])
def test_a_recording_lasts_as_long_as_the_clock_says(tmp_path: Path, leap: float) -> None:
    walls = [1.8e9 + index * 0.04 + (leap if index >= 50 else 0.0) for index in range(100)]
    lines = [json.dumps({"frame": index, "wall_time": wall}, separators=(",", ":")) for index, wall in enumerate(walls)]
    (tmp_path / f"recording-20261124-070000{SCENES}").write_text("\n".join(lines) + "\n", encoding="utf-8")
    library = Library(Recordings(tmp_path))
    index = library.index("recording-20261124-070000")
    library.close()
    assert (index.scenes, index.start_wall_time) == (100, walls[0])
    assert index.seconds == pytest.approx(99 * 0.04 + max(0.0, leap), abs=0.05), "a leap on is a pause, one back is not"
