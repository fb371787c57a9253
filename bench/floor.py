"""The floor found from people, against the truth where it is known. `python -m bench.floor stage CLIP CLIP@FILE#NAME`

Each clip goes through `infer` as it is, and with the true focal length where a camera file is given behind '@'; 'stage'
is the demo's clip, opened as a file. Printed are the estimated tilt, roll and height with the error of the direction
up; how far the lower ankles of the nearest and the farthest person are from 0.08 m above the floor, in frames in which
they stand; and what a frame costs. `--grids FOLDER` draws the floor into a frame of each clip.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

from engine.capture.stage import clip as stage_clip
from engine.capture.stage.scene import CAMERA_SPEC
from engine.extrinsics import load_calibration
from engine.floor import Body, FloorWatch
from engine.floor.standing import Standing, standing
from engine.geometry import Camera, CameraSpec
from engine.infer import Inference
from engine.settings import Settings
from engine.skeleton import JOINT
from engine.types import Image, Snapshot

ANKLES = [JOINT["left_ankle"], JOINT["right_ankle"]]
ANKLE_M = 0.08
SEEN = 0.25
"""Least share of the frames for somebody to count as nearest or farthest."""
Row = tuple[str, ...]
Point = tuple[float, float, float]
_HEAD: Row = (
    "clip", "fx", "tilt deg", "roll deg", "height m", "sd deg", "up off deg",
    "near median m", "near p90 m", "far median m", "far p90 m", "ms p50", "ms p95", "ms mean",
)  # fmt: skip
_SAMPLES = 60
_NEAREST_M, _FARTHEST_PX = 0.2, 10_000
_YELLOW, _RED = (0, 255, 255), (0, 0, 255)


@dataclass(frozen=True)
class Clip:
    name: str
    path: str
    truth: CameraSpec | None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", nargs="+", metavar="CLIP")
    parser.add_argument("--frames", type=int, default=300, help="of each clip, the first ones (default: %(default)s)")
    parser.add_argument("--grids", type=Path, metavar="FOLDER", help="draw the floor into a frame of each clip")
    options = parser.parse_args()
    _print(_HEAD)
    for clip in map(_clip, options.clips):
        fx: float | None = None
        for lens in ("default", "true"):
            snapshots = _snapshots(Settings(source=clip.path, fx=fx), options.frames)
            _print((clip.name, lens, *_figures(snapshots, clip.truth)))
            if options.grids is not None:
                _draw(snapshots, clip.path, options.grids / f"{clip.name}-{lens}.jpg")
            if clip.truth is None:
                break
            fx = clip.truth.for_image(*snapshots[0].scene.camera.image_size).fx


def _clip(text: str) -> Clip:
    if text == "stage":
        return Clip("stage", str(stage_clip.CLIP), CAMERA_SPEC)
    path, _, calibration = text.partition("@")
    return Clip(Path(path).stem, path, load_calibration(calibration).spec if calibration else None)


def _print(row: Row) -> None:
    print(f"{row[0]:24}" + "".join(f"{value:>14}" for value in row[1:]), flush=True)


def _snapshots(settings: Settings, frames: int) -> list[Snapshot]:
    with Inference(settings, max_frames=frames) as inference:
        inference.load(lambda *_: None)
        with closing(inference.results()) as results:
            return [result.snapshot for result in results]


def _figures(snapshots: list[Snapshot], truth: CameraSpec | None) -> Row:
    camera = snapshots[0].scene.camera
    if camera.floor is None:
        return ("too weak",)
    off = ""
    if truth is not None:
        true = truth.for_image(*camera.image_size)
        cosine = (camera.R @ camera.up_vector) @ (true.R @ true.up_vector)
        off = f"{np.degrees(np.arccos(np.clip(cosine, -1, 1))):.1f}"
    near, far = _ankles(snapshots)
    return (
        f"{camera.tilt_down:.1f}",
        f"{camera.roll:.1f}",
        f"{camera.height:.2f}",
        f"{camera.floor.tilt_deg:.1f}",
        off,
        *_spread(near),
        *_spread(far),
        *_milliseconds(snapshots),
    )


def _ankles(snapshots: list[Snapshot]) -> tuple[list[float], list[float]]:
    """Metres of the lower ankle above where it should be, of the nearest and the farthest person while they stand."""
    off: defaultdict[int, list[float]] = defaultdict(list)
    depths: defaultdict[int, list[float]] = defaultdict(list)
    for snapshot in snapshots:
        camera, shown = snapshot.scene.camera, {person.id: person for person in snapshot.scene.people}
        for person in snapshot.lifted:
            pose = shown[person.id].pose3d
            if person.pose3d is None or person.height_m is None or pose is None:
                continue
            body = Body(person.pose3d.joints, person.pose2d.scores > 0)
            depths[person.id].append(float(pose.joints[:, 2].mean()))
            if isinstance(standing(body, person.height_m), Standing):
                heights = camera.world_from_camera(pose.joints[ANKLES]) @ camera.up_vector
                off[person.id].append(float(heights.min()) - ANKLE_M)
    often = sorted((np.median(depths[one]), one) for one in off if len(depths[one]) >= SEEN * len(snapshots))
    return (off[often[0][1]], off[often[-1][1]]) if often else ([], [])


def _spread(off: list[float]) -> tuple[str, str]:
    """Median, and 90th percentile of the distance."""
    return (f"{np.median(off):+.2f}", f"{np.percentile(np.abs(off), 90):.2f}") if off else ("", "")


def _milliseconds(snapshots: list[Snapshot]) -> tuple[str, str, str]:
    """p50, p95 and mean of the processor time that the watch of a live source takes for a frame."""
    watch, settings, times = FloorWatch(), Settings(), []
    for snapshot in snapshots:
        start = time.thread_time()
        watch.see(snapshot, settings)
        times.append((time.thread_time() - start) * 1000)
    return f"{np.percentile(times, 50):.2f}", f"{np.percentile(times, 95):.2f}", f"{np.mean(times):.2f}"


def _draw(snapshots: list[Snapshot], path: str, output: Path) -> None:
    """The floor as a grid of metres, and everybody as an upright pole from the lower ankle, in the middle frame."""
    snapshot = snapshots[len(snapshots) // 2]
    capture, camera = cv2.VideoCapture(path), snapshot.scene.camera
    capture.set(cv2.CAP_PROP_POS_FRAMES, snapshot.scene.frame_index)
    image = np.asarray(capture.read()[1], dtype=np.uint8)
    capture.release()
    for x in range(-6, 7):
        _line(image, camera, (x, 0, -1), (x, 0, -16), _YELLOW)
    for z in range(-16, 0):
        _line(image, camera, (-6, 0, z), (6, 0, z), _YELLOW)
    for person in snapshot.scene.people:
        if person.pose3d is not None:
            feet = camera.world_from_camera(person.pose3d.joints[ANKLES])
            x, _, z = feet[feet[:, 1].argmin()]
            _line(image, camera, (x, 0, z), (x, person.height_m or 1.8, z), _RED)
    output.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(output), image)


def _line(image: Image, camera: Camera, start: Point, end: Point, colour: tuple[int, int, int]) -> None:
    points = camera.camera_from_world(np.linspace(start, end, _SAMPLES))
    points[points[:, 2] < _NEAREST_M] = np.nan
    for one, other in pairwise(camera.project(points)):
        if np.isfinite([one, other]).all() and np.abs([one, other]).max() < _FARTHEST_PX:
            cv2.line(image, one.astype(int).tolist(), other.astype(int).tolist(), colour, max(1, image.shape[1] // 600))


if __name__ == "__main__":
    main()
