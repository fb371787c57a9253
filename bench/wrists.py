"""The distance of projected 3D wrists from their keypoints in the picture. `python -m bench.wrists CLIP...`

For every wrist that was found: the distance between its keypoint and the projection of its joint, over the height of
the box around the person's keypoints; unsmoothed, as a single frame gives it. Both ways to bodies are printed.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import numpy as np

from engine import models, offline
from engine.capture import open_source
from engine.geometry import DEFAULT_CAMERA
from engine.loading import load_backend
from engine.preprocess import network_size
from engine.processor import Processor
from engine.settings import Settings
from engine.skeleton import JOINT
from engine.types import Scene

WRISTS = (JOINT["left_wrist"], JOINT["right_wrist"])
BODIES = ("maps", "keypoints")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", nargs="+", metavar="CLIP")
    parser.add_argument("--model", default="bundled")
    parser.add_argument("--frames", type=int, default=300, help="of each clip, the first ones (default: %(default)s)")
    options = parser.parse_args()
    settings = Settings(model=options.model, smoothing=False)
    print(f"{'clip':40} {'body':10} {'wrists':>7} {'median':>8} {'p90':>8}")
    for clip in options.clips:
        found = distances(replace(settings, source=clip), options.frames)
        for body, values in found.items():
            median, p90 = np.percentile(values, (50, 90))
            print(f"{clip.split('/')[-1]:40} {body:10} {len(values):7} {median:8.1%} {p90:8.1%}")


def distances(settings: Settings, frames: int) -> dict[str, list[float]]:
    """By body, of every wrist with a keypoint and a joint: the distance over the box's height."""
    values: dict[str, list[float]] = {}
    with closing(open_source(settings.source)) as source:
        first = source.read()
        assert first is not None
        height, width = first.image.shape[:2]
        # By its path the bundled model is one like others: with the 3D head, which maps need.
        spec = replace(settings.model_spec, model=str(models.resolve(settings.model)))
        size = network_size(width, height, settings.height_size)
        with closing(load_backend(spec, size, lambda *_: None)) as backend:
            ways = {
                body: Processor(backend, replace(settings, body=body), source.camera or DEFAULT_CAMERA)
                for body in BODIES
            }
            for frame in offline.frames_of(source, first=first, limit=frames):
                inferred = ways["keypoints"].infer(ways["keypoints"].prepare(frame))
                for body, processor in ways.items():
                    if body == "keypoints" or inferred.maps.features is not None:
                        values.setdefault(body, []).extend(of_scene(processor.finish(inferred).scene))
    return values


def of_scene(scene: Scene) -> Iterator[float]:
    for person in scene.people:
        if person.pose3d is not None:
            keypoints = person.pose2d.keypoints.astype(float)
            projected = scene.camera.project(person.pose3d.joints.astype(float))
            off = np.linalg.norm(projected - keypoints, axis=1) / np.ptp(keypoints[np.isfinite(keypoints[:, 1]), 1])
            yield from (float(off[wrist]) for wrist in WRISTS if np.isfinite(off[wrist]))


if __name__ == "__main__":
    main()
