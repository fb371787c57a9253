"""Reads the markers of TRC and C3D files as motions, to compare with. Joints are found by the names that tools use.

Joints that a file does not have are NaN, and so are gaps. World and axes are the file's.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from engine.errors import PosecastError, first_line
from engine.files import cannot_read
from engine.motion.motion import Array, Motion
from engine.skeleton import JOINT, JOINT_COUNT

SUFFIXES = (".trc", ".c3d")
_METRES = {"m": 1.0, "cm": 0.01, "mm": 0.001}
_SIDES = {"left": ("left", "l"), "right": ("right", "r")}
_PAIRED = {
    "shoulder": ("shoulder", "sho", "sjc"),
    "elbow": ("elbow", "elb", "ejc"),
    "wrist": ("wrist", "wri", "wjc"),
    "hip": ("hip", "hjc"),
    "knee": ("knee", "kne", "kjc"),
    "ankle": ("ankle", "ank", "ajc"),
    "eye": ("eye",),
    "ear": ("ear",),
}
_SINGLE = {"neck": ("neck",), "nose": ("nose",), "pelvis": ("pelvis", "hip", "chip", "midhip", "hips")}
_FEWEST = 4
"""Joints that a person must have at least."""


def read_markers(path: Path) -> tuple[Motion, ...]:
    """The people in a TRC or C3D file. PosecastError if it cannot be read or its markers are not joints."""
    kind = path.suffix.lower().lstrip(".")
    try:
        times, markers = (_trc if kind == "trc" else _c3d)(path)
    except OSError as error:
        raise cannot_read(path, error) from error
    except (ValueError, IndexError, KeyError, AttributeError, AssertionError) as error:
        raise PosecastError(
            f"{path} is not a readable {kind.upper()} file: {first_line(error)}", "export it again"
        ) from error
    subjects = {name: joints for name, joints in _subjects(markers).items() if len(joints) >= _FEWEST}
    if len(times) < 2 or not subjects:
        raise PosecastError(
            f"{path} has no person with {_FEWEST} joints over two frames",
            "name the markers like left_knee, LKnee or LKNE",
        )
    return tuple(_motion(number, name, times, joints) for number, (name, joints) in enumerate(subjects.items(), 1))


def _motion(number: int, name: str, times: Array, found: Mapping[int, Array]) -> Motion:
    joints = np.full((len(times), JOINT_COUNT, 3), np.nan)
    for joint, points in found.items():
        joints[:, joint] = points
    keypoints = np.full_like(joints, np.nan)
    keypoints[..., 2] = 0.0
    return Motion(number, name or None, times, joints, keypoints, "+y")


def _subjects(markers: Mapping[str, Array]) -> dict[str, dict[int, Array]]:
    """Markers called SUBJECT:NAME, or NAME alone -> the joints of each subject."""
    found: dict[str, dict[int, Array]] = {}
    for label, points in markers.items():
        subject, _, name = label.rpartition(":")
        joint = _JOINT_OF_NAME.get(re.sub(r"[^a-z]", "", name.lower()))
        if joint is not None:
            found.setdefault(subject, {}).setdefault(joint, points)
    return found


def _trc(path: Path) -> tuple[Array, dict[str, Array]]:
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    header = dict(zip(lines[1].split("\t"), lines[2].split("\t"), strict=False))
    labels = [name.strip() for name in lines[3].split("\t")[2:] if name.strip()]
    width = 2 + 3 * len(labels)
    table = np.array([_numbers(line, width) for line in lines[5:] if line.strip()]).reshape(-1, width)
    points = table[:, 2:].reshape(len(table), len(labels), 3) * _METRES[header["Units"].strip().lower()]
    return table[:, 1], {name: points[:, column] for column, name in enumerate(labels)}


def _numbers(line: str, count: int) -> list[float]:
    cells = [float(cell) if cell.strip() else np.nan for cell in line.split("\t")]
    return (cells + [np.nan] * count)[:count]


def _c3d(path: Path) -> tuple[Array, dict[str, Array]]:
    import c3d

    with path.open("rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about parts that are not read
        reader = c3d.Reader(file)
        unit = _METRES[reader.get("POINT:UNITS").string_value.strip().lower()]
        labels = [label.strip() for label in reader.point_labels]
        frames = [np.where(points[:, 3:4] >= 0, points[:, :3], np.nan) for _, points, _ in reader.read_frames()]
    points = np.array(frames).reshape(-1, len(labels), 3) * unit
    times = np.arange(len(points)) / float(reader.point_rate)
    return times, {name: points[:, column] for column, name in enumerate(labels)}


def _names() -> Iterator[tuple[str, int]]:
    for joint, names in _SINGLE.items():
        yield from ((name, JOINT[joint]) for name in names)
    for side, marks in _SIDES.items():
        for part, names in _PAIRED.items():
            yield from ((mark + name, JOINT[f"{side}_{part}"]) for mark in marks for name in names)


_JOINT_OF_NAME: Mapping[str, int] = dict(_names())
