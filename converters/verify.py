"""Does a converted model still find the same people? Both run on real frames, and what matters is compared.

Goes in: a checkpoint, run by PyTorch in fp32, and what was made of it. Comes out: a `Verdict`; a conversion that
changes people is refused with the numbers, the worst output and the noisiest layers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from engine import preprocess
from engine.agreement import agreement
from engine.decoding import decode
from engine.errors import PosecastError
from engine.geometry import DEFAULT_CAMERA
from engine.inference.signature import OUTPUT_CHANNELS
from engine.lifting import lift
from engine.settings import Settings
from engine.types import Backend, Frame, Image, Maps, Person, Pose2D, Progress, Scene

MIN_OKS = 0.97
MIN_PEOPLE = 0.99


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a converted model compares with PyTorch in fp32 on the same frames (see engine.agreement)."""

    frames: int
    people: float | None
    oks: float | None
    mm: float | None
    difference: dict[str, float]
    """Of each output: the largest difference of a value, in standard deviations of that output."""
    in_float: tuple[str, ...] = ()
    """Layers of a quantised model that stay in float since it found other people with them quantised."""

    @property
    def passes(self) -> bool:
        alike = self.oks is not None and self.people is not None and self.oks >= MIN_OKS and self.people >= MIN_PEOPLE
        # People are matched in 2D, and those without 3D are not measured: features that overflowed would pass.
        return alike and all(map(math.isfinite, self.difference.values()))

    @property
    def worst(self) -> str:
        """The output that changed most."""
        return max(self.difference, key=lambda name: (not math.isfinite(self.difference[name]), self.difference[name]))

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"in_float": list(self.in_float)}

    def __str__(self) -> str:
        people, oks, mm = formatted(self.people), formatted(self.oks), formatted(self.mm, 1)
        return f"people {people}, oks {oks}, {mm} mm on {self.frames} frames"


def verify(reference: Backend, candidate: Backend, frames: Sequence[Frame], height: int, progress: Progress) -> Verdict:
    """Run both on `frames`, scaled to the network height `height`, or cut to the shape of the candidate's own size:
    fitted into another shape, people would be too small to be found."""
    scenes: tuple[list[Scene], list[Scene]] = ([], [])
    deviations: list[dict[str, float]] = []
    for index, frame in enumerate(frames):
        progress("verify", index / len(frames), "comparing with PyTorch in fp32")
        if candidate.fixed_size is not None:
            frame = replace(frame, image=_middle(frame.image, candidate.fixed_size))
        given = preprocess.prepare(frame.image, height, candidate.fixed_size)
        maps = (reference.infer(given.image), candidate.infer(given.image))
        deviations.append(_deviations(*maps))
        for found, each in zip(scenes, maps, strict=True):
            found.append(_scene(frame, each, given.scale))
    compared = agreement(*scenes)
    difference = {name: max(each[name] for each in deviations) for name in deviations[0]}
    return Verdict(len(frames), compared["people"], compared["oks"], compared["mm"], difference)


def check(verdict: Verdict, what: str, layers: Sequence[str] = ()) -> None:
    """PosecastError where the conversion changes people. `layers`: the noisiest, for the message."""
    if verdict.people is None:
        raise PosecastError(
            f"{what} cannot be judged: PyTorch itself finds no people on {verdict.frames} frames",
            "choose a larger size, or give frames with people with --calibration",
        )
    if not verdict.passes:
        noisiest = f"; the noisiest layers: {', '.join(layers)}" if layers else ""
        tried = f"; {len(verdict.in_float)} more layers in float do not help" if verdict.in_float else ""
        raise PosecastError(
            f"{what} changes the people found: {verdict} (required: at least {MIN_PEOPLE} and {MIN_OKS}; "
            f"{verdict.worst} change most, by {verdict.difference[verdict.worst]:.2f} standard deviations"
            f"{noisiest}{tried})",
            "choose another precision, or give your own frames with --calibration",
        )


def _middle(image: Image, size: tuple[int, int]) -> Image:
    """As much of the middle of `image` (H, W, 3) as has the shape of `size` (height, width)."""
    height, width = image.shape[:2]
    rows = min(height, max(1, round(width * size[0] / size[1])))
    columns = min(width, max(1, round(height * size[1] / size[0])))
    top, left = (height - rows) // 2, (width - columns) // 2
    return image[top : top + rows, left : left + columns]


def _deviations(reference: Maps, candidate: Maps) -> dict[str, float]:
    """By name, of the outputs that both give."""
    pairs = ((name, getattr(reference, name), getattr(candidate, name)) for name in OUTPUT_CHANNELS)
    return {name: _deviation(a, b) for name, a, b in pairs if a is not None and b is not None}


def _deviation(reference: np.ndarray[Any, Any], candidate: np.ndarray[Any, Any]) -> float:
    return float(np.abs(reference - candidate).max() / max(float(reference.std()), 1e-12))


def _scene(frame: Frame, maps: Maps, scale: tuple[float, float]) -> Scene:
    """The people of one frame as the program would show them with its default settings, unsmoothed: out of the maps,
    so that 3D coordinates are judged where the model gives them, and by the lifter where it does not."""
    height, width = frame.image.shape[:2]
    camera = DEFAULT_CAMERA.for_image(width, height)
    poses = [pose for pose in decode(maps, scale) if _is_shown(pose)]
    bodies = lift(maps, poses, scale, camera, body="keypoints" if maps.features is None else "maps")
    people = tuple(Person(index, *pair) for index, pair in enumerate(zip(poses, bodies, strict=True)))
    return Scene(frame.index, frame.time, people, camera)


def _is_shown(pose: Pose2D) -> bool:
    return bool(np.count_nonzero(pose.scores) >= Settings().min_keypoints)


def formatted(value: float | None, digits: int = 3) -> str:
    """A measure of a verdict for people; "none" where nothing could be compared."""
    return "none" if value is None else f"{value:.{digits}f}"
