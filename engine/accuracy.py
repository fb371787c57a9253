"""The accuracy of a model against ground truth, step by step: bodies from its maps, from its keypoints, fitted, on the
floor.

Consecutive frames of a source that knows the truth (the demo stage) go through the network once, and then every way to
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
from engine.geometry import DEFAULT_CAMERA, CameraSpec, Provenance
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
    step: str
    """'single frames', 'fit' or 'fit and floor'."""
    frames: int
    figures: Mapping[str, float | None]
    """See `engine.agreement.against_truth`; `jitter_m_s2` and `unsmoothed_jitter_m_s2` are mean accelerations of joints
    with smoothing and without."""
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
            scenes, truths = _follow(offline.frames_of(source, first=first, limit=frames), backend, settings, camera)
    return tuple(
        Accuracy(
            settings.model,
            way.body,
            way.step,
            len(truths),
            _figures(scenes, way, truths),
            _angle_errors(scenes[way], truths),
        )
        for way in WAYS
        if way in scenes
    )


@dataclass(frozen=True, slots=True)
class _Way:
    """One way from the network's maps to people."""

    body: str
    step: str
    smoothing: bool = True

    def processor(self, backend: Backend, settings: Settings, camera: CameraSpec) -> Processor:
        fit, floor = self.step != "single frames", self.step == "fit and floor"
        nowhere = replace(camera, floor=None, provenance=Provenance())
        changed = replace(settings, body=self.body, fit=fit, smoothing=self.smoothing)
        return Processor(backend, changed, camera if floor else nowhere)

    @property
    def unsmoothed(self) -> _Way:
        return replace(self, smoothing=False)


WAYS = (
    _Way("maps", "single frames"),
    _Way("keypoints", "single frames"),
    _Way("keypoints", "fit"),
    _Way("keypoints", "fit and floor"),
)


def _figures(scenes: Mapping[_Way, Sequence[Scene]], way: _Way, truths: Sequence[Truth]) -> dict[str, float | None]:
    jitter = {"jitter_m_s2": scenes[way], "unsmoothed_jitter_m_s2": scenes[way.unsmoothed]}
    return {
        **against_truth(scenes[way], truths),
        **{name: mean_acceleration(of_way) for name, of_way in jitter.items()},
    }


def mean_acceleration(scenes: Sequence[Scene]) -> float | None:
    """Mean over people and joints of the second difference in time, m/s^2; None if nobody is seen in three frames."""
    found: list[float] = []
    for scenes_of_three in zip(scenes, scenes[1:], scenes[2:], strict=False):
        bodies = [
            {person.id: person.pose3d.joints.astype(float) for person in scene.people if person.pose3d is not None}
            for scene in scenes_of_three
        ]
        dt = (scenes_of_three[2].time - scenes_of_three[0].time) / 2
        for id in bodies[0].keys() & bodies[1].keys() & bodies[2].keys():
            change = (bodies[0][id] - 2 * bodies[1][id] + bodies[2][id]) / dt**2
            found.append(float(np.linalg.norm(change, axis=1).mean()))
    return float(np.mean(found)) if found else None


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


def _follow(
    frames: Iterator[Frame], backend: Backend, settings: Settings, camera: CameraSpec
) -> tuple[dict[_Way, list[Scene]], list[Truth]]:
    """The scenes of each way that the model allows, and the ground truth of their frames."""
    every = [one for way in WAYS for one in (way, way.unsmoothed)]
    ways = {way: way.processor(backend, settings, camera) for way in every}
    network = ways[every[-1]]
    scenes: dict[_Way, list[Scene]] = {}
    truths: list[Truth] = []
    for frame in frames:
        assert frame.truth is not None
        truths.append(frame.truth)
        inferred = network.infer(network.prepare(frame))
        for way, processor in ways.items():
            if way.body == "keypoints" or inferred.maps.features is not None:
                scenes.setdefault(way, []).append(processor.finish(inferred).scene)
    return scenes, truths
