"""The signature of every model of this network: one picture in, three maps out, or two without the 3D head.

Shared by the adapters: identifies outputs, checks models of unknown origin, and makes the float tensor that most
models take.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import ModelError
from engine.types import Floats, Image

OUTPUT_CHANNELS = {"features": 57, "heatmaps": 19, "pafs": 38}
"""Channels of the outputs in the network's order; the counts differ, so that they identify outputs without names."""

METADATA_INPUT = "posecast.input"
"""Metadata key of models that posecast writes: RAW where the model takes pixels 0..255, NORMALISED where it takes
(pixel - 128) / 255."""
RAW, NORMALISED = "raw", "normalised"
METADATA_OUTPUTS = "posecast.outputs"
"""Metadata key of models that posecast writes: the names of their outputs, separated by commas."""
METADATA_PRECISION = "posecast.precision"
"""Metadata key of models that posecast writes: the precision of their weights, fp32, fp16 or int8."""


def takes_raw(path: Path, asked: bool | None, metadata: str | None) -> bool:
    """Whether the model takes pixels 0..255: as asked, otherwise as its metadata says, otherwise as is usual for the
    file format (an OpenVINO IR includes the normalisation; other files leave it to the program)."""
    if asked is not None:
        return asked
    if metadata is not None:
        return metadata == RAW
    return path.suffix == ".xml"


def assumed_input(raw: bool, asked: bool | None, metadata: str | None) -> str | None:
    """For BackendInfo: RAW or NORMALISED where `takes_raw` gave `raw` without having been told."""
    if asked is not None or metadata is not None:
        return None
    return RAW if raw else NORMALISED


def input_tensor(image: Image, raw_input: bool) -> Floats:
    """(h, w, 3) uint8 BGR -> (1, 3, h, w) float32, contiguous; (pixel - 128) / 255 unless the model takes it raw."""
    tensor = np.ascontiguousarray(image.transpose(2, 0, 1)[np.newaxis], np.float32)
    if not raw_input:
        tensor -= np.float32(128)
        tensor *= np.float32(1 / 255)
    return tensor


Outputs = Sequence[tuple[str, "int | None"]]
"""(name, channels; None: dynamic) of each output of a model."""


def match_outputs(outputs: Outputs, path: Path, features: bool | None) -> tuple[int | None, int, int]:
    """Where `features`, `heatmaps` and `pafs` are among a model's outputs.

    By name, otherwise by channels where these leave one candidate; ModelError where the model has no such outputs.
    `features`: whether these are needed (True), not to be computed (False), or taken where the model has them (None);
    their place is None where there are none to take.
    """
    heatmaps, pafs = (_find(outputs, name, path) for name in ("heatmaps", "pafs"))
    if features and not _candidates(outputs, "features"):
        raise no_features(path)
    wanted = features is not False and bool(_candidates(outputs, "features"))
    return (_find(outputs, "features", path) if wanted else None), heatmaps, pafs


def no_features(path: Path) -> ModelError:
    """What to say of a model without the 3D head where bodies are to come out of its maps."""
    return ModelError(f"{path} gives no 3D coordinates, so that there are no bodies in its maps", _FROM_KEYPOINTS)


_FROM_KEYPOINTS = "use --body keypoints, or a model with the 3D head"


def output_names(features: bool) -> tuple[str, ...]:
    """The outputs of a model with or without 3D coordinates, in order."""
    return tuple(name for name in OUTPUT_CHANNELS if features or name != "features")


def _candidates(outputs: Outputs, wanted: str) -> list[int]:
    channels = OUTPUT_CHANNELS[wanted]
    named = [index for index, (name, count) in enumerate(outputs) if name == wanted and count in (channels, None)]
    return named or [index for index, (_, count) in enumerate(outputs) if count == channels]


def _find(outputs: Outputs, wanted: str, path: Path) -> int:
    candidates, channels = _candidates(outputs, wanted), OUTPUT_CHANNELS[wanted]
    if len(candidates) != 1:
        found = ", ".join(f"{name} with {count} channels" for name, count in outputs) or "none"
        raise not_this_kind(path, f"it should have an output {wanted!r} with {channels} channels; its outputs: {found}")
    return candidates[0]


def check_input(shapes: Sequence[Sequence[Any]], path: Path) -> tuple[int, int] | None:
    """Check a model's inputs, one (1, 3, H, W) with dynamic sizes as None, -1 or names; (H, W) where they are fixed."""
    if len(shapes) != 1:
        raise not_this_kind(path, f"it should have one input and has {len(shapes)}")
    sizes = tuple(_dimensions(shapes[0]))
    if len(sizes) != 4 or sizes[0] not in (1, None) or sizes[1] not in (3, None):
        raise not_this_kind(path, f"its input should be (1, 3, height, width) and is {tuple(shapes[0])}")
    height, width = sizes[2:]
    return (height, width) if height is not None and width is not None else None


def _dimensions(shape: Sequence[Any]) -> Iterator[int | None]:
    for dimension in shape:
        yield dimension if isinstance(dimension, int) and dimension > 0 else None


def not_this_kind(path: Path, reason: str) -> ModelError:
    return ModelError(f"{path} is not a model of this kind: {reason}", "use one made from a checkpoint")
