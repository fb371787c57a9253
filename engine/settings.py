"""The settings of a run: frozen, validated as a whole, kept in one JSON file.

Command line, config file and dashboard all end here; whoever holds a `Settings` may trust its values.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from engine.aspect import parse_pixel_aspect
from engine.errors import PosecastError
from engine.geometry import UP_AXES
from engine.skeleton import KEYPOINT_COUNT
from engine.types import ModelSpec

BACKENDS = ("auto", "pytorch", "openvino", "onnxruntime", "tensorrt")
PRECISIONS = ("auto", "fp32", "fp16", "bf16", "int8")
MODEL_INPUTS = {"auto": None, "raw": True, "normalised": False}
"""What a model can be said to take -> `ModelSpec.raw_input`."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a user can choose about the engine."""

    source: str = "demo"
    model: str = "bundled"
    model_input: str = "auto"
    """What a model that does not say itself takes: 'raw' pixels 0..255, or 'normalised' ones, (pixel - 128) / 255. With
    the wrong one nobody is found."""
    backend: str = "auto"
    device: str = "auto"
    precision: str = "auto"
    height_size: int = 256
    """Network height in pixels, a multiple of 8, 128 to 1024."""
    extrinsics: str | None = None
    """A camera file, or FILE#NAME; None: the source's own camera, or the reference's default."""
    fx: float | None = None
    """Focal length in pixels of the frame; None: the file's, or 0.8 x width."""
    pixel_aspect: str | None = None
    """Width to height of the source's pixels, 'W:H'; None: what the source says, square where it says nothing."""
    up: str | None = None
    """World axis that points up; None: what the camera says."""
    floor_offset_m: float = 0.0
    """Height of the floor above the world's origin, metres along up. For display: joints are never moved."""
    assumed_height_m: float = 1.80
    """How tall people are taken to be: the network knows proportions only."""
    person_heights_m: Mapping[int, float] | None = None
    """Heights of single ids, metres."""
    smoothing: bool = True
    smoothing_cutoff_hz: float = 1.0
    """One Euro minimum cutoff: lower is calmer."""
    smoothing_beta: float = 1.0
    """One Euro speed coefficient, per m/s: higher follows fast movement sooner."""
    min_score: float = 0.0
    """People whose mean keypoint confidence is lower are left out, 0..1."""
    min_keypoints: int = 5
    """People with fewer keypoints are left out: stray arms and legs, mostly."""
    pause_unwatched: bool = False
    """Close the source while nobody watches or records: for a camera with a light, or a laptop's battery."""

    def __post_init__(self) -> None:
        for name, (check, wanted) in _CHECKS.items():
            value = getattr(self, name)
            if not check(value):
                raise PosecastError(f"{name} is {value!r:.80}", f"{name} must be {wanted}")
        if self.person_heights_m is not None:
            object.__setattr__(self, "person_heights_m", _heights(self.person_heights_m))

    @property
    def model_spec(self) -> ModelSpec:
        return ModelSpec(self.model, self.backend, self.device, self.precision, MODEL_INPUTS[self.model_input])

    @property
    def pixel_ratio(self) -> Fraction | None:
        """`pixel_aspect` as a number."""
        return None if self.pixel_aspect is None else parse_pixel_aspect(self.pixel_aspect)

    def changed(self, changes: Mapping[str, Any]) -> Settings:
        """A copy with `changes`; PosecastError, and nothing changed, for unknown names or bad values."""
        known = {field.name for field in fields(self)}
        unknown = sorted(set(changes) - known)
        if unknown:
            raise PosecastError(f"unknown setting {unknown[0]!r}", f"settings are: {', '.join(sorted(known))}")
        return replace(self, **changes)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def _number(value: Any, low: float, high: float) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high


def _heights(value: Mapping[Any, float]) -> dict[int, float]:
    try:
        if all(int(key) >= 1 and _number(height, 0.3, 2.8) for key, height in value.items()):
            return {int(key): float(height) for key, height in value.items()}
    except (AttributeError, TypeError, ValueError, OverflowError):
        pass  # no mapping, or not of numbers
    raise PosecastError(
        f"person_heights_m is {value!r:.80}", "person_heights_m must map ids to metres, 0.3 to 2.8 each"
    )


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _optional(check: Any) -> Any:
    return lambda value: value is None or check(value)


_CHECKS: dict[str, tuple[Any, str]] = {
    "source": (_text, "a camera index, a file, a folder, an address or 'demo'"),
    "model": (_text, "'bundled', 'official' or a path"),
    "model_input": (lambda v: isinstance(v, str) and v in MODEL_INPUTS, f"one of {', '.join(MODEL_INPUTS)}"),
    "backend": (lambda v: v in BACKENDS, f"one of {', '.join(BACKENDS)}"),
    "device": (_text, "'auto' or a device of the backend"),
    "precision": (lambda v: v in PRECISIONS, f"one of {', '.join(PRECISIONS)}"),
    "height_size": (
        lambda v: isinstance(v, int) and _number(v, 128, 1024) and v % 8 == 0,
        "a multiple of 8, 128 to 1024",
    ),
    "extrinsics": (_optional(_text), "a camera file or null"),
    "fx": (_optional(lambda v: _number(v, 1, 1e6)), "pixels, 1 to 1000000, or null"),
    "pixel_aspect": (
        _optional(lambda v: isinstance(v, str) and parse_pixel_aspect(v) is not None),
        "width to height of a pixel, W:H such as 2:1, from 1:8 to 8:1, or null",
    ),
    "up": (_optional(lambda v: v in UP_AXES), f"one of {', '.join(UP_AXES)}, or null"),
    "floor_offset_m": (lambda v: _number(v, -100, 100), "metres, -100 to 100"),
    "assumed_height_m": (lambda v: _number(v, 0.3, 2.8), "metres, 0.3 to 2.8"),
    "smoothing": (lambda v: isinstance(v, bool), "true or false"),
    "smoothing_cutoff_hz": (lambda v: _number(v, 0.01, 100), "hertz, 0.01 to 100"),
    "smoothing_beta": (lambda v: _number(v, 0, 100), "0 to 100 per m/s"),
    "min_score": (lambda v: _number(v, 0, 1), "0 to 1"),
    "min_keypoints": (lambda v: isinstance(v, int) and _number(v, 3, KEYPOINT_COUNT), "a whole number, 3 to 18"),
    "pause_unwatched": (lambda v: isinstance(v, bool), "true or false"),
}


def load_settings(path: Path) -> Settings:
    """Settings of a JSON file; PosecastError naming the file where it cannot be read or holds bad values."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PosecastError(f"cannot read the settings file {path}: {error.strerror}", "check the path") from error
    except (ValueError, RecursionError) as error:
        raise PosecastError(f"the settings file {path} is not JSON: {error}", "mend or remove it") from error
    if not isinstance(values, dict):
        raise PosecastError(f"the settings file {path} holds no JSON object", "mend or remove it")
    try:
        return Settings().changed(values)
    except PosecastError as error:
        raise PosecastError(f"in {path}: {error.error}", error.hint) from error


def load_or_set_aside(path: Path) -> tuple[Settings, str | None]:
    """Settings of `path`, or the defaults where there is no such file.

    A broken file is moved aside, never lost; the second value then says so in a sentence for the user. A file
    that cannot even be read, or not be moved, stays where it is: PosecastError.
    """
    if not path.exists():
        return Settings(), None
    try:
        return load_settings(path), None
    except PosecastError as error:
        if isinstance(error.__cause__, OSError):
            raise
        aside = path.with_name(f"{path.name}.broken-{time.strftime('%Y%m%d-%H%M%S')}")
        try:
            path.replace(aside)
        except OSError:
            raise error from None
        return Settings(), f"{error.error}; kept as {aside}, starting with the defaults"


def save_settings(settings: Settings, path: Path) -> None:
    """Write atomically: a reader sees the old file or the new one, also after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f"{path.name}.", suffix=".tmp", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(settings.to_json(), file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
