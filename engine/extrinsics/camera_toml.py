"""Writes cameras as the calibration TOML of anipose, Pose2Sim and FreeMoCap, in metres.

In: cameras by name, with intrinsics. Out: text that those programs read, and `parse_calibration` reads back equal.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import cv2
import numpy as np

from engine.distortion import LENGTHS
from engine.geometry import CameraSpec

_FEWEST = LENGTHS[1]
"""Coefficients that other programs expect at least."""


def camera_toml(
    cameras: Mapping[str, CameraSpec], *, notes: Sequence[str] = (), lens_alone: bool = False, **metadata: Any
) -> str:
    """One table for each camera, which must have K and a resolution. `lens_alone`: without poses.

    `notes` are comments; `metadata` are numbers, texts and lists of them.
    """
    lines = [f"# {_one_line(note)}" for note in notes]
    for index, (name, spec) in enumerate(cameras.items()):
        lines += ["", f"[cam_{index}]", *_camera(name, spec, lens_alone=lens_alone)]
    told = {"unit": "m", **({} if lens_alone else _up(cameras)), **metadata}
    lines += ["", "[metadata]", *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in told.items())]
    return "\n".join(lines).lstrip("\n") + "\n"


def _camera(name: str, spec: CameraSpec, *, lens_alone: bool) -> Iterator[str]:
    if spec.K is None or spec.resolution is None:
        raise ValueError(f"{name} has no intrinsics")
    bent = [*spec.distortion, *[0.0] * (_FEWEST - len(spec.distortion))]
    yield f"name = {json.dumps(name, ensure_ascii=False)}"
    yield f"size = {json.dumps([float(side) for side in spec.resolution])}"
    yield f"matrix = {json.dumps(np.asarray(spec.K, dtype=float).tolist())}"
    yield f"distortions = {json.dumps(bent)}"
    if not lens_alone:
        vector, _ = cv2.Rodrigues(np.asarray(spec.R, dtype=np.float64))
        yield f"rotation = {json.dumps(vector.ravel().tolist())}"
        yield f"translation = {json.dumps(np.asarray(spec.t, dtype=float).tolist())}"
    yield "fisheye = false"


def _up(cameras: Mapping[str, CameraSpec]) -> dict[str, str]:
    return {"up": next(iter(cameras.values())).up}


def _one_line(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)
