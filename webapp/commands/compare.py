"""`posecast compare`: how far two recordings of the same motion are apart, as a table, JSON and a chart."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from engine.errors import PosecastError
from engine.files import whole_file
from engine.motion import Motion, read
from engine.motion.comparing import Comparison, Difference, compare
from engine.motion.marker_files import SUFFIXES, read_markers
from engine.outputs_guard import check_outputs
from webapp.commands.chart import check_name
from webapp.commands.comparison_chart import chart
from webapp.commands.console import Console
from webapp.commands.export import file_of

_FEWEST_SCENES = 2


@dataclass(frozen=True, slots=True)
class CompareOptions:
    a: str
    b: str
    json: Path | None
    chart: Path | None


def run(options: CompareOptions) -> int:
    """Print the table and write the files; the exit status."""
    if options.chart is not None:
        check_name(options.chart)
    paths = [file_of(text) for text in (options.a, options.b)]
    check_outputs((options.json, options.chart), paths)
    with ExitStack() as stack:
        outputs = [None if path is None else stack.enter_context(whole_file(path))
                   for path in (options.json, options.chart)]  # fmt: skip
        results = _results(compare(_people(paths[0]), _people(paths[1])), paths)
        _print(results)
        for output, text in zip(outputs, (json.dumps(results, indent=1), chart(results)), strict=True):
            if output is not None:
                output.write_text(text, encoding="utf-8")
    return 0


def _people(path: Path) -> Sequence[Motion]:
    """The people of a recording, or of a file of markers, that can be compared."""
    if path.suffix.lower() in SUFFIXES:
        return read_markers(path)
    recording = read(path)
    seen = [track.id for track in recording.tracks if track.placed.sum() >= _FEWEST_SCENES]
    if not seen:
        raise PosecastError(f"nobody in {path} has joints in 3D in two scenes", "record people who are seen whole")
    return [recording.person(person) for person in seen]


def _results(found: Comparison, paths: Sequence[Path]) -> dict[str, Any]:
    return {
        "a": paths[0].name,
        "b": paths[1].name,
        "offset_s": round(found.alignment.offset_s, 3),
        "scale": round(found.scale, 4),
        "a_from_b": {"R": found.alignment.R.tolist(), "t": found.alignment.t.tolist()},
        "people": [_person(each) for each in found.people],
    }


def _person(each: Difference) -> dict[str, Any]:
    return {
        "a": each.a,
        "b": each.b,
        "scenes": len(each.times),
        "seconds": [round(float(each.times[0]), 3), round(float(each.times[-1]), 3)],
        "mpjpe_mm": round(each.mpjpe_mm, 1),
        "root_mpjpe_mm": round(each.root_mpjpe_mm, 1),
        "joints_mm": {joint: round(error, 1) for joint, error in each.of_joints().items()},
        "angles_deg": {
            name: {"mean_absolute": round(absolute, 2), "mean": round(mean, 2)}
            for name, (absolute, mean) in each.of_angles().items()
        },
    }


def _print(results: dict[str, Any]) -> None:
    console = Console()
    console.print(
        f"{results['b']} against {results['a']}: clocks differ by {results['offset_s']:g} s, "
        f"people are {results['scale']:.1%} of the size; aligned in time and place, not in size",
        markup=False, highlight=False, soft_wrap=True,
    )  # fmt: skip
    for person in results["people"]:
        title = f"{person['a']} and {person['b']}" if person["a"] != person["b"] else person["a"]
        console.print(
            f"\n{title}, {person['scenes']} scenes: MPJPE {person['mpjpe_mm']:.1f} mm, "
            f"about the hips {person['root_mpjpe_mm']:.1f} mm",
            markup=False, highlight=False, soft_wrap=True,
        )  # fmt: skip
        console.print(_table(person))


def _table(person: dict[str, Any]) -> Table:
    table = Table("joint", "mm", "angle", "mean |difference|", "mean difference", box=None, pad_edge=False)
    joints, angles = list(person["joints_mm"].items()), list(person["angles_deg"].items())
    for row in range(max(len(joints), len(angles))):
        left = (joints[row][0], f"{joints[row][1]:.1f}") if row < len(joints) else ("", "")
        right = ("", "", "")
        if row < len(angles):
            name, value = angles[row]
            right = (name, f"{value['mean_absolute']:.1f}°", f"{value['mean']:+.1f}°")
        table.add_row(*left, *right)
    return table
