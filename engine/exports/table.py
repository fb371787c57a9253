"""CSV: a row per person and moment, or (long) per person, moment and joint. Metres, y up; no value in gaps."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from engine.exports.format import Format, Progress
from engine.exports.rows import present
from engine.motion import Clip, Motion
from engine.motion.angles import angles
from engine.skeleton import JOINTS

LONG_COLUMNS = ("time_s", "person", "name", "joint", "joint_name", "u_px", "v_px", "confidence", "x_m", "y_m", "z_m")


def write_wide(clip: Clip, path: Path, progress: Progress) -> None:
    """Joints and angles of a person side by side."""
    first = next(clip.motions())
    columns = ["time_s", "person", "name"]
    columns += [f"{joint}_{axis}_m" for joint in JOINTS for axis in "xyz"]
    columns += [f"{name}_deg" for name in angles(first.joints[:1], up=first.up)]
    _write(clip, path, columns, _wide_rows, progress)


def write_long(clip: Clip, path: Path, progress: Progress) -> None:
    _write(clip, path, LONG_COLUMNS, _long_rows, progress)


def _write(clip: Clip, path: Path, columns: Any, rows: Any, progress: Progress) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(columns)
        for number, motion in enumerate(clip.motions(), start=1):
            table.writerows(rows(motion))
            progress(number / len(clip.ids))


def _wide_rows(motion: Motion) -> Iterator[list[object]]:
    measured = np.stack(list(angles(motion.joints, up=motion.up).values()), axis=1)
    for row in present(motion.placed):
        values = [*motion.joints[row].ravel(), *measured[row]]
        yield [_number(motion.times[row]), motion.id, motion.label, *map(_number, values)]


def _long_rows(motion: Motion) -> Iterator[list[object]]:
    for row in present(motion.placed):
        for joint, name in enumerate(JOINTS):
            values = map(_number, (*motion.keypoints[row, joint], *motion.joints[row, joint]))
            yield [_number(motion.times[row]), motion.id, motion.label, joint, name, *values]


def _number(value: float) -> str:
    return f"{value:.6f}" if np.isfinite(value) else ""


WIDE = Format("CSV, a row per moment", "text/csv", write_wide)
LONG = Format("CSV, a row per joint", "text/csv", write_long)
