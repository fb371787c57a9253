"""One body all along, on clips: wrists, limbs, feet, jitter and heights. `python -m bench.body CLIP...`

Every clip goes through the network once, as `posecast infer` does it: the floor first, then people on it. Printed are
the distances of wrists from their keypoints over the height of the keypoints' box, left against right limbs, each
limb's deviation from its own median, the lower ankle's height, 0.08 m being right, and how fast joints change speed.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace

import numpy as np

from bench.wrists import of_scene
from engine import offline
from engine.accuracy import mean_acceleration
from engine.bones import ARMS_AND_LEGS, TWIN, lengths_of
from engine.capture import open_source
from engine.extrinsics import effective_camera
from engine.floor_first import find_floor_first
from engine.geometry import Array
from engine.loading import load_backend
from engine.preprocess import network_size
from engine.processor import Decoded, Processor
from engine.settings import Settings
from engine.skeleton import JOINT, PELVIS
from engine.types import Person, Scene

ANKLES = [JOINT["left_ankle"], JOINT["right_ankle"]]
ANKLE_M = 0.08
LEAST_FRAMES = 25
"""Frames of a person who counts."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", nargs="+", metavar="CLIP")
    parser.add_argument("--frames", type=int, default=300, help="of each clip, the first ones (default: %(default)s)")
    parser.add_argument("--camera-height-m", type=float, help="measured height of the camera")
    options = parser.parse_args()
    for clip in options.clips:
        settings = Settings(source=clip, camera_height_m=options.camera_height_m)
        decoded, processor = _decoded(settings, options.frames)
        for fit in (False, True):
            for smoothing in (False, True):
                print(f"{clip.split('/')[-1]}: fit {fit}, smoothing {smoothing}")
                changed = replace(settings, fit=fit, smoothing=smoothing)
                _print(_scenes(decoded, processor, changed), feet=fit and smoothing)


def _decoded(settings: Settings, frames: int) -> tuple[list[Decoded], Processor]:
    """The people of every frame in 2D; pictures are not kept."""
    with closing(open_source(settings.source)) as source:
        first = source.read()
        assert first is not None
        height, width = first.image.shape[:2]
        size = network_size(width, height, settings.height_size)
        with closing(load_backend(settings.model_spec, size, lambda *_: None)) as backend:
            processor = Processor(backend, settings, effective_camera(settings, None, source.camera))
            blank = np.broadcast_to(np.uint8(0), first.image.shape)
            decoded = [
                processor.decode(processor.infer(processor.prepare(frame)))
                for frame in offline.frames_of(source, first=first, limit=frames)
            ]
            return [replace(one, frame=replace(one.frame, image=blank)) for one in decoded], processor


def _scenes(decoded: Sequence[Decoded], before: Processor, settings: Settings) -> list[Scene]:
    processor = Processor(before.backend, settings, before.camera_spec)
    known = find_floor_first((one for one in decoded), processor, settings, pictures=False, holding=lambda count: None)
    return [processor.follow(one).scene for one in known]


def _print(scenes: Sequence[Scene], *, feet: bool) -> None:
    median, p90 = np.percentile([miss for scene in scenes for miss in of_scene(scene)], (50, 90))
    by_id: dict[int, list[tuple[Person, Array]]] = defaultdict(list)
    for scene in scenes:
        for person in scene.people:
            if person.pose3d is not None:
                by_id[person.id].append((person, person.pose3d.joints.astype(float)))
    long = {id: seen for id, seen in by_id.items() if len(seen) >= LEAST_FRAMES}
    lengths = {id: lengths_of(np.stack([joints for _, joints in seen])) for id, seen in long.items()}
    sides = [np.abs(one - one[:, TWIN])[:, ARMS_AND_LEGS] / one[:, ARMS_AND_LEGS] for one in lengths.values()]
    spread = [
        np.percentile(np.abs(one / np.median(one, axis=0) - 1), 90, axis=0)[ARMS_AND_LEGS] for one in lengths.values()
    ]
    print(f"  wrists {median:.1%}, p90 {p90:.1%}; left against right {np.median(np.concatenate(sides)):.3f};", end=" ")
    print(f"limbs from their median, p90: {np.median(spread):.1%}, worst {np.max(spread):.1%};", end=" ")
    print(f"jitter {mean_acceleration(scenes):.1f} m/s²; ids {len(by_id)}, {len(long)} of {LEAST_FRAMES} frames")
    if feet:
        _print_feet(scenes, sorted(long))


def _print_feet(scenes: Sequence[Scene], ids: Sequence[int]) -> None:
    for id in ids:
        heights, depths = [], []
        last: Person | None = None
        for scene in scenes:
            for person in scene.people:
                if person.id == id and person.pose3d is not None and (person.pose2d.scores[ANKLES] > 0).all():
                    joints = person.pose3d.joints.astype(float)
                    world = scene.camera.world_from_camera(joints[ANKLES]) @ scene.camera.up_vector
                    heights.append(float(world.min()))
                    depths.append(float(joints[PELVIS, 2]))
                    last = person
        if last is not None and len(heights) >= LEAST_FRAMES:
            p90 = np.percentile(np.abs(np.array(heights) - ANKLE_M), 90)
            print(
                f"    person {id}, {np.median(depths):.1f} m away: lower ankle {np.median(heights):.2f} m, "
                f"p90 from {ANKLE_M} m {p90:.3f} m; height {last.height_m:.2f} m, {last.height_kind}"
            )


if __name__ == "__main__":
    main()
