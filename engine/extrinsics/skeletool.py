"""Skeletool's '.calibration' files, as MPI-INF-3DHP and Captury write them: lengths in millimetres."""

from __future__ import annotations

from typing import Any

from engine.errors import PosecastError
from engine.extrinsics.scalars import scalar

_NUMBERS = {"size": 2, "intrinsic": 16, "extrinsic": 16}
_USED = ("size", "intrinsic", "extrinsic", "radial")


def read_skeletool(text: str) -> dict[str, Any]:
    """{'cameras': [...]}: one camera for each line 'name'."""
    cameras: list[dict[str, Any]] = []
    for number, line in enumerate(text.splitlines()[1:], 2):
        key, *words = line.split() or [""]
        if key == "name":
            cameras.append({"name": " ".join(words)})
        elif key in _USED and cameras:
            if key in cameras[-1]:
                raise PosecastError(f"line {number} repeats {key}", "keep the correct one")
            cameras[-1][key] = _numbers(number, key, words)
            if key == "radial":
                cameras[-1]["distortion_model"] = "skeletool"
    return {"cameras": cameras}


def _numbers(number: int, key: str, words: list[str]) -> list[float]:
    values = [scalar(word) for word in words]
    if not all(isinstance(value, float) for value in values) or len(values) != _NUMBERS.get(key, len(values)):
        raise PosecastError(f"line {number}: {key} is not {_NUMBERS.get(key, 'made of')} numbers", "export it again")
    return values
