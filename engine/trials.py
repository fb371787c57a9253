"""Measures available models on three frames of the demo stage, and ranks them by speed.

Which backend and precision is fastest depends on the processor and on the libraries' versions, so `auto` measures
instead of assuming. A model is excluded if it finds other people than PyTorch in fp32 does in these frames: 8-bit
arithmetic can saturate on processors without VNNI. Results are cached, so that each machine measures once.

In: candidates (`ModelSpec` without 'auto') and a function that opens one. Out: a `Trial` each, the fastest first.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from engine import preprocess
from engine.agreement import agreement
from engine.capture import open_source
from engine.decoding import decode
from engine.errors import PosecastError, first_line
from engine.files import whole_file
from engine.geometry import DEFAULT_CAMERA
from engine.machine import processor
from engine.types import Backend, Floats, Frame, ModelSpec, Person, Pose2D, Scene

log = logging.getLogger(__name__)

HEIGHT = 256
"""Network height of a trial. The order of backends was the same at 184 and 368."""
SIZE = (HEIGHT, 456)
"""(height, width) of the network's input: the stage is 16:9."""
FRAMES = (0, 15, 30)
"""Frames of the stage: half a second apart, so that decoding up to the last takes a tenth of a second."""
BUDGET_S = 2.0
"""Seconds after which no further candidate is started."""
MIN_PEOPLE, MIN_OKS = 0.9, 0.95
"""Minimum share of the recorded people to be found, and their mean similarity. Correct INT8 has 1.0 and 0.99."""
RECORDED = Path(__file__).parent / "assets" / "stage_people.json"
"""The people that PyTorch in fp32 finds in the frames: written by `make assets`."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One candidate, tried."""

    backend: str
    device: str
    precision: str
    ms: float | None
    """Median time of the network for one frame; None if it does not run or finds other people."""
    refusal: str | None = None
    """Why it is excluded."""

    def __str__(self) -> str:
        return f"{self.backend} {self.precision} " + (f"{self.ms:.0f} ms" if self.ms is not None else "left out")


def ranked(
    candidates: Sequence[ModelSpec], open_model: Callable[[ModelSpec], Backend], identity: str, folder: Path
) -> list[Trial]:
    """A trial for each candidate that there was time for, the fastest first and the excluded ones last.

    `identity`: what the result depends on besides machine and candidates (library versions, the model's hash).
    `folder`: where results are kept; without write access, they are measured again at every start.
    """
    kept = folder / f"{_key(candidates, identity)}.json"
    known = _load(kept)
    if known is None:
        known = _try_all(candidates, open_model)
        _save(known, kept)
    return sorted(known, key=lambda trial: np.inf if trial.ms is None else trial.ms)


def recorded(candidates: Sequence[ModelSpec], identity: str, folder: Path) -> list[Trial]:
    """What `ranked` found here before, without trying anything; empty if it did not run."""
    return _load(folder / f"{_key(candidates, identity)}.json") or []


def _try_all(candidates: Sequence[ModelSpec], open_model: Callable[[ModelSpec], Backend]) -> list[Trial]:
    frames, recorded = _stage()
    end = time.perf_counter() + BUDGET_S
    tried: list[Trial] = []
    for candidate in candidates:
        if len(tried) >= 2 and time.perf_counter() > end:
            break
        tried.append(_try(candidate, open_model, frames, recorded))
    return tried


def _try(
    candidate: ModelSpec,
    open_model: Callable[[ModelSpec], Backend],
    frames: Sequence[Frame],
    recorded: Sequence[Scene],
) -> Trial:
    what = (candidate.backend, candidate.device, candidate.precision)
    try:
        backend = open_model(candidate)
        try:
            milliseconds, scenes = _run(backend, frames)
        finally:
            backend.close()
    except Exception as error:  # noqa: BLE001 - libraries raise many kinds of exceptions on unsupported machines
        refusal = error.error if isinstance(error, PosecastError) else first_line(error)
        return Trial(*what, None, refusal)
    compared = agreement(recorded, scenes)
    people, oks = compared["people"] or 0.0, compared["oks"] or 0.0
    if people < MIN_PEOPLE or oks < MIN_OKS:
        return Trial(*what, None, f"finds other people on this processor: {people:.0%}, OKS {oks:.3f}")
    return Trial(*what, median(milliseconds))


def _run(backend: Backend, frames: Sequence[Frame]) -> tuple[list[float], list[Scene]]:
    """Milliseconds of the network for each frame, and the people in it."""
    pictures = [preprocess.prepare(frame.image, HEIGHT, backend.fixed_size) for frame in frames]
    backend.infer(pictures[0].image)  # the first call allocates
    milliseconds, scenes = [], []
    for frame, picture in zip(frames, pictures, strict=True):
        start = time.perf_counter()
        maps = backend.infer(picture.image)
        milliseconds.append((time.perf_counter() - start) * 1000)
        scenes.append(scene_of([pose.keypoints for pose in decode(maps, picture.scale)], frame))
    return milliseconds, scenes


@cache
def _stage() -> tuple[tuple[Frame, ...], tuple[Scene, ...]]:
    """The frames, and the people recorded in each."""
    people = json.loads(RECORDED.read_text(encoding="utf-8"))["people"]
    frames = stage_frames()
    return frames, tuple(
        scene_of([_keypoints(person) for person in each], frame) for each, frame in zip(people, frames, strict=True)
    )


def stage_frames() -> tuple[Frame, ...]:
    """The frames of `FRAMES`, from the demo stage."""
    source = open_source("demo")
    try:
        read = list(islice(iter(source.read, None), FRAMES[-1] + 1))
    finally:
        source.close()
    return tuple(read[index] for index in FRAMES)


def scene_of(people: Sequence[Floats], frame: Frame) -> Scene:
    """2D people, (19, 2) pixels each, as a scene to compare."""
    height, width = frame.image.shape[:2]
    poses = [Pose2D(points, np.isfinite(points[:, 0]).astype(np.float32), 0.0) for points in people]
    persons = tuple(Person(index, pose, None) for index, pose in enumerate(poses))
    return Scene(frame.index, frame.time, persons, DEFAULT_CAMERA.for_image(width, height))


def _keypoints(person: list[list[float] | None]) -> Floats:
    return np.array([point or (np.nan, np.nan) for point in person], np.float32)


def _key(candidates: Sequence[ModelSpec], identity: str) -> str:
    names = [f"{each.backend}/{each.device}/{each.precision}" for each in candidates]
    text = json.dumps([processor(), identity, names])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _load(path: Path) -> list[Trial] | None:
    try:
        trials = [Trial(**each) for each in json.loads(path.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError, AttributeError):
        return None  # missing or damaged: measured again
    return trials or None


def _save(trials: Sequence[Trial], path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as temporary:
            temporary.write_text(json.dumps([asdict(each) for each in trials], indent=1), encoding="utf-8")
    except (OSError, PosecastError) as error:
        log.debug("the trial's outcome is not kept: %s", error)


def recorded_people(backend: Backend) -> dict[str, Any]:
    """What `RECORDED` holds: the people that `backend` finds in the frames, 19 x [x, y] or null each."""
    _, scenes = _run(backend, stage_frames())
    return {
        "frames": FRAMES,
        "people": [
            [
                [
                    [round(float(x), 1), round(float(y), 1)] if np.isfinite(x) else None
                    for x, y in person.pose2d.keypoints
                ]
                for person in scene.people
            ]
            for scene in scenes
        ],
    }
