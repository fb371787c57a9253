"""Scenes as CSV: one row per person and joint, and one per angle where the scenes have angles."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from engine.skeleton import JOINTS
from engine.wire.encode import Wire

CSV_COLUMNS = (
    "frame", "time_s", "wall_time_s", "person", "score", "joint", "joint_name", "u_px", "v_px", "confidence",
    "x_m", "y_m", "z_m", "camera_x_m", "camera_y_m", "camera_z_m", "angle", "degrees",
)  # fmt: skip
"""Columns; x, y, z are in the world frame of the extrinsics. Cells without a value are empty."""
_OF_A_JOINT = CSV_COLUMNS.index("angle") - CSV_COLUMNS.index("joint")
"""Number of columns that rows of angles leave empty."""
_TIME_DIGITS = 6


def csv_lines(path: Path) -> Iterator[str]:
    """A file of scenes as CSV, one piece per scene, so that memory stays bounded. Its times begin at 0."""
    yield _csv([CSV_COLUMNS])
    start: float | None = None
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            scene = json.loads(line)
            start = scene["time"] if start is None else start
            yield _csv(_rows(scene, start))


def _rows(scene: Wire, start: float) -> Iterator[list[object]]:
    """A row per person and joint; `start` is the time of the first scene."""
    for person in scene["people"]:
        seconds = round(scene["time"] - start, _TIME_DIGITS)
        of_person = [scene["frame"], seconds, scene["wall_time"], person["id"], person["score"]]
        for joint, name in enumerate(JOINTS):
            yield [
                *of_person,
                joint,
                name,
                *(person["keypoints_2d"][joint] or ("", "", "")),
                *(person["joints_3d"][joint] if person["joints_3d"] else ("", "", "")),
                *(person["joints_camera"][joint] if person["joints_camera"] else ("", "", "")),
                "",
                "",
            ]
        for name, degrees in person.get("angles", {}).items():
            yield [*of_person, *("",) * _OF_A_JOINT, name, degrees]


def _csv(rows: Iterable[Iterable[object]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
