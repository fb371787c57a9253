"""The accuracy of a model against ground truth, with bodies from its maps and from its keypoints, side by side.

Consecutive frames of a source that knows the truth (the demo stage) go through the network once, and then both ways to
the end, tracked and smoothed as the program does. In: settings. Out: an `Accuracy` a way.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace

import numpy as np

from engine import models, offline
from engine.agreement import against_truth, match_truth, matched_bodies
from engine.capture import open_source
from engine.errors import PosecastError
from engine.geometry import DEFAULT_CAMERA
from engine.loading import load_backend
from engine.motion.angles import angles
from engine.preprocess import network_size
from engine.processor import Processor
from engine.settings import Settings
from engine.types import Backend, Frame, Scene, Truth

FRAMES = 300
"""Ten seconds of the stage."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The accuracy of bodies from one kind of `body`, maps or keypoints."""

    model: str
    body: str
    """'maps' or 'keypoints'."""
    frames: int
    figures: Mapping[str, float | None]
    """See `engine.agreement.against_truth`."""
    angles_deg: Mapping[str, float]
    """Median error of each angle (engine.motion.angles) over the matched people."""


def measure_in_child(settings: Settings, frames: int = FRAMES) -> tuple[Accuracy, ...]:
    """`measure` in a fresh process; PosecastError where the model cannot run."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(measure, settings, frames).result()


def measure(settings: Settings, frames: int) -> tuple[Accuracy, ...]:
    """Measure maps and keypoints if the model has a 3D head, otherwise keypoints alone."""
    with closing(open_source(settings.source)) as source:
        first = source.read()
        if first is None or first.truth is None:
            raise PosecastError(f"{source.name} does not know the truth", "choose demo")
        with closing(_backend(settings, first)) as backend:
            camera = source.camera or DEFAULT_CAMERA
            ways = {body: Processor(backend, replace(settings, body=body), camera) for body in ("maps", "keypoints")}
            scenes, truths = _follow(offline.frames_of(source, first=first, limit=frames), ways)
    return tuple(
        Accuracy(settings.model, body, len(truths), against_truth(found, truths), _angle_errors(found, truths))
        for body, found in scenes.items()
    )


def _angle_errors(scenes: Sequence[Scene], truths: Sequence[Truth]) -> dict[str, float]:
    """Median absolute errors in degrees, of the angles that are defined in both; those never defined are left out."""
    bodies = [
        (truth.camera.world_from_camera(true), truth.camera.world_from_camera(found), truth.camera.up)
        for scene, truth in zip(scenes, truths, strict=True)
        for true, found in matched_bodies(scene, truth, match_truth(scene, truth))
    ]
    if not bodies:
        return {}
    up = bodies[0][2]
    true, found = (angles(np.stack([body[which] for body in bodies]), up=up) for which in (0, 1))
    errors = {name: np.abs((found[name] - true[name] + 180) % 360 - 180) for name in true}
    return {name: float(np.nanmedian(error)) for name, error in errors.items() if np.isfinite(error).any()}


def _backend(settings: Settings, first: Frame) -> Backend:
    """With the 3D head where the model has one: named by its path, the bundled one is a model like others."""
    spec = replace(settings.model_spec, model=str(models.resolve(settings.model)), body="auto")
    height, width = first.image.shape[:2]
    return load_backend(spec, network_size(width, height, settings.height_size), lambda *_: None)


def _follow(frames: Iterator[Frame], ways: Mapping[str, Processor]) -> tuple[dict[str, list[Scene]], list[Truth]]:
    """The scenes by each kind of body that the model allows, and the ground truth of their frames."""
    scenes: dict[str, list[Scene]] = {}
    truths: list[Truth] = []
    for frame in frames:
        assert frame.truth is not None
        truths.append(frame.truth)
        inferred = ways["keypoints"].infer(ways["keypoints"].prepare(frame))
        for body, processor in ways.items():
            if body == "keypoints" or inferred.maps.features is not None:
                scenes.setdefault(body, []).append(processor.finish(inferred).scene)
    return scenes, truths
