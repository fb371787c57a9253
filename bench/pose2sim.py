"""Several cameras as Pose2Sim sees them: what we find in 2D, triangulated by Pose2Sim and by us, and how far both are
apart. Needs Pose2Sim (`make test-long` installs it) and the four videos and the calibration of its own demo.

    python -m bench.pose2sim MEDIA [--frames 100] [--height-size 256]

MEDIA has `pose2sim_multi_cam01.mp4` to `cam04.mp4` and `pose2sim_multi.qca.txt`. Our keypoints go through
`posecast export --format openpose`; Pose2Sim reads the calibration by itself, decides itself who is who in which view,
and triangulates joint by joint. Printed is the distance of its joints from ours, without smoothing, in millimetres.
Neither is the truth.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine.geometry import Array
from engine.motion.marker_files import read_markers
from engine.skeleton import JOINT_COUNT, JOINTS
from webapp import cli

CAMERAS = ("cam01", "cam02", "cam03", "cam04")
CALIBRATION = "pose2sim_multi.qca.txt"
RATE = 60
"""Frames per second of the videos."""
SAME_M = 0.5
"""Median distance of joints beyond which two people are not the same."""
STEPS = ("calibration", "personAssociation", "triangulation")
_CHILD = (
    "import json, sys; from Pose2Sim import Pose2Sim; config, *steps = map(json.loads, sys.argv[1:]);"
    "[getattr(Pose2Sim, step)(config) for step in steps]"
)
_CONFIG: Mapping[str, Any] = {
    "project": {"multi_person": True, "frame_rate": RATE, "frame_range": "all"},
    "pose": {"pose_model": "COCO"},
    "calibration": {"calibration_type": "convert", "convert": {"convert_from": "qualisys"}},
    "triangulation": {
        "interpolation": "none", "fill_large_gaps_with": "nan", "make_c3d": False, "show_interp_indices": False,
    },
}  # fmt: skip
"""What differs from Pose2Sim's own configuration: nothing is filled in."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("media", type=Path)
    parser.add_argument("--frames", type=int, default=100, help="sets of pictures (default: %(default)s)")
    parser.add_argument("--height-size", type=int, default=256)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        recording = recorded(options.media, Path(folder), options.frames, options.height_size)
        project = Path(folder) / "project"
        theirs = triangulated(recording, (options.media / CALIBRATION).read_text(), "Calib.qca.txt", project)
        distances = distances_m(theirs, scenes_of(recording)) * 1e3
    print(f"{'':16} {'joints':>6} {'median':>7} {'mean':>7} {'p90':>7} mm")
    for name, values in [*zip(JOINTS, distances.T, strict=True), ("all", distances)]:
        if len(known := values[np.isfinite(values)]):
            figures = np.median(known), known.mean(), np.percentile(known, 90)
            print(f"{name:16} {len(known):6} " + " ".join(f"{value:7.1f}" for value in figures))


def recorded(media: Path, folder: Path, frames: int, height_size: int) -> Path:
    """What `posecast infer` finds in the four videos, without smoothing; the file lies in `folder`."""
    rig, settings, recording = folder / "rig.toml", folder / "settings.json", folder / "people.jsonl"
    rig.write_text(
        "".join(
            f'[cameras.{name}]\nsource = "{media / f"pose2sim_multi_{name}.mp4"}"\n'
            f'calibration = "{media / CALIBRATION}#{name}"\n'
            for name in CAMERAS
        )
    )
    settings.write_text(json.dumps({"smoothing": False, "height_size": height_size}))
    arguments = ["infer", str(rig), "-o", str(recording), "--config", str(settings), "--max-frames", str(frames)]
    if cli.main(arguments) != 0:
        raise SystemExit("posecast infer failed")
    return recording


def scenes_of(recording: Path) -> list[dict[int, Array]]:
    """The people of each set by id: (19, 3) metres in the rig's world, NaN where not known."""
    scenes = [json.loads(line) for line in recording.read_text(encoding="utf-8").splitlines()]
    return [{person["id"]: _joints(person) for person in scene["people"]} for scene in scenes]


def _joints(person: Mapping[str, Any]) -> Array:
    return np.array([[np.nan] * 3 if joint is None else joint for joint in person["joints_3d"]], dtype=float)


def triangulated(recording: Path, calibration: str, name: str, project: Path) -> list[dict[int, Array]]:
    """Its people: the number of the frame -> (19, 3) metres in the rig's world, NaN where it has none.

    `calibration` is the text of a camera file and `name` its name: `.qca.txt`, which Pose2Sim converts, or `.toml`,
    which it takes as it is. `project` is a folder that does not exist yet, and keeps what Pose2Sim writes.
    """
    (project / "calibration").mkdir(parents=True)
    (project / "calibration" / name).write_text(calibration)
    if cli.main(["export", str(recording), "--format", "openpose", "-o", str(project / "pose")]) != 0:
        raise SystemExit("posecast export failed")
    config = {**_CONFIG, "project": {**_CONFIG["project"], "project_dir": str(project)}}
    steps = STEPS[1:] if name.endswith(".toml") else STEPS
    arguments = [sys.executable, "-c", _CHILD, *map(json.dumps, (config, *steps))]
    done = subprocess.run(arguments, cwd=project, env={**os.environ, "MPLBACKEND": "Agg"}, capture_output=True)
    if done.returncode != 0:
        raise SystemExit(f"Pose2Sim failed: {done.stderr.decode(errors='replace')[-2000:]}")
    return people_of(project)


def people_of(project: Path) -> list[dict[int, Array]]:
    """The people that Pose2Sim has written into its project's folder."""
    return [_person(path) for path in sorted((project / "pose-3d").glob("*.trc"))]


def _person(path: Path) -> dict[int, Array]:
    (motion,) = read_markers(path)
    world = motion.joints[:, :, [2, 0, 1]]  # its TRC is y up: y, z, x of the world
    return dict(zip(np.rint(motion.times * RATE).astype(int).tolist(), world, strict=True))


def distances_m(theirs: Sequence[Mapping[int, Array]], ours: Sequence[Mapping[int, Array]]) -> Array:
    """(N, 19) metres of each of its people in each set from the nearest of ours; a row of infinity for nobody near."""
    rows = []
    for person in theirs:
        for frame, joints in person.items():
            each = [np.linalg.norm(body - joints, axis=1) for body in ours[frame].values()]
            best = min(each, key=_median, default=np.full(JOINT_COUNT, np.inf))
            rows.append(best if _median(best) < SAME_M else np.full(JOINT_COUNT, np.inf))
    return np.array(rows).reshape(-1, JOINT_COUNT)


def _median(distances: Array) -> float:
    known = distances[~np.isnan(distances)]
    return float(np.median(known)) if len(known) else np.inf


if __name__ == "__main__":
    main()
