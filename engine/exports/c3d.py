"""C3D: millimetres, y up, a label for each person and joint, residual -1 in gaps.

Written by the pure-Python `c3d`, which keeps recordings of more than 65 535 frames whole.
"""

from __future__ import annotations

import json
import textwrap
import warnings
from pathlib import Path

import c3d
import numpy as np

from engine.exports.format import Format, Progress
from engine.motion import Clip
from engine.skeleton import JOINT_COUNT, JOINTS

MOST_PEOPLE = 255 // JOINT_COUNT
"""A group's parameter has at most 255 labels."""
_MM_PER_M = 1000.0
_GAP = -1.0
"""Residual of a point that is not known."""
_LINE, _MOST_LINES = 120, 255
"""Length and number of the lines of text about the recording."""


def write(clip: Clip, path: Path, progress: Progress) -> None:
    points = np.zeros((len(clip.times), len(clip.ids) * JOINT_COUNT, 5), dtype=np.float32)
    labels: list[str] = []
    about: list[str] = [json.dumps(clip.metadata())]
    for number, motion in enumerate(clip.motions()):
        columns = slice(number * JOINT_COUNT, (number + 1) * JOINT_COUNT)
        placed = np.asarray(np.isfinite(motion.joints).all(axis=2))
        points[:, columns, :3] = np.where(placed[..., None], motion.joints * _MM_PER_M, 0.0)
        points[:, columns, 3] = np.where(placed, 0.0, _GAP)
        labels += [joint if len(clip.ids) == 1 else f"{_subject(motion.label)}:{joint}" for joint in JOINTS]
        about.append(json.dumps({"person": motion.id, "done": motion.done}))
        progress((number + 1) / (len(clip.ids) + 1))
    _save(points, labels, about, clip.rate, path)
    progress(1.0)


def _save(points: np.ndarray, labels: list[str], about: list[str], rate: float, path: Path) -> None:
    writer = c3d.Writer(point_rate=rate, point_units="mm  ")
    writer.set_point_labels(labels)
    writer.set_screen_axis("+X", "+Y")
    lines = [line for text in about for line in textwrap.wrap(text, _LINE)][:_MOST_LINES]
    packed, width = writer.pack_labels([line.encode("ascii", "replace").decode() for line in lines])
    writer.get_create("POSECAST").add_str("ABOUT", "What was recorded and done to it (JSON)", packed, width, len(lines))
    no_analog = np.zeros((0, 1), dtype=np.float32)
    for frame in points:
        writer.add_frames([(frame, no_analog)])
    with path.open("wb") as file, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="No analog data")
        writer.write(file)


def _subject(label: str) -> str:
    """A label as the subject's name in SUBJECT:MARKER, in ASCII without spaces."""
    return "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in label)


FORMAT = Format("C3D, markers for Visual3D and Vicon", "application/octet-stream", write, most_people=MOST_PEOPLE)
