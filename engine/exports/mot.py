"""MOT: joint angles of one person under OpenSim's coordinate names, and the pelvis' place.

These are our angles (`engine.motion.angles`), not inverse kinematics: only those whose definition is OpenSim's are in
it. Degrees and metres, y up; NaN in gaps. Rows are those of the TRC of the same person.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from engine.exports.format import Format, Progress
from engine.exports.rows import present
from engine.motion import Clip, Motion
from engine.motion.angles import angles
from engine.motion.motion import Array
from engine.skeleton import JOINT

COORDINATES: Mapping[str, tuple[str, float]] = {
    "hip_flexion_r": ("right_hip_flexion", 1.0),
    "hip_adduction_r": ("right_hip_abduction", -1.0),
    "knee_angle_r": ("right_knee_flexion", 1.0),
    "hip_flexion_l": ("left_hip_flexion", 1.0),
    "hip_adduction_l": ("left_hip_abduction", -1.0),
    "knee_angle_l": ("left_knee_flexion", 1.0),
    "elbow_flex_r": ("right_elbow_flexion", 1.0),
    "elbow_flex_l": ("left_elbow_flexion", 1.0),
}
"""OpenSim's coordinate, as in Rajagopal's model, where flexion of the knee is positive -> our angle, and its sign."""
_PELVIS = ("pelvis_tx", "pelvis_ty", "pelvis_tz")


def write(clip: Clip, path: Path, progress: Progress) -> None:
    (motion,) = clip.motions()
    columns = _columns(motion)
    rows = present(motion.placed)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"Coordinates\nversion=1\nnRows={len(rows)}\nnColumns={len(columns) + 1}\ninDegrees=yes\n\n")
        file.write("Units are S.I. units (second, meters, Newtons, ...)\n")
        file.write("Angles are in degrees: Posecast's own from 19 joints, not inverse kinematics.\n\n")
        file.write("endheader\ntime\t" + "\t".join(columns) + "\n")
        table = np.stack(list(columns.values()), axis=1)
        for number, row in enumerate(rows, start=1):
            values = "\t".join(f"{value:.6f}" for value in table[row])
            file.write(f"{motion.times[row]:.6f}\t{values}\n")
            progress(number / len(rows))


def _columns(motion: Motion) -> dict[str, Array]:
    measured = angles(motion.joints, up=motion.up)
    pelvis = motion.joints[:, JOINT["pelvis"]]
    columns = {name: pelvis[:, axis] for axis, name in enumerate(_PELVIS)}
    return columns | {name: sign * measured[angle] for name, (angle, sign) in COORDINATES.items()}


FORMAT = Format("MOT, angles for OpenSim", "text/tab-separated-values", write, most_people=1)
