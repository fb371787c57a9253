"""Hints at `--model-input` if no people are found, since the model may get the wrong range of pixels.

A model that was exported elsewhere rarely says whether it normalises its input itself, so one of the two is assumed.
With the wrong one, it runs without an error, and finds nobody.
"""

from __future__ import annotations

from engine.errors import PosecastError
from engine.inference.signature import NORMALISED, RAW
from engine.types import BackendInfo

FRAMES = 50
"""Number of frames without people after which the hint is given, about two seconds: empty rooms are common."""


def doubt(info: BackendInfo, frames: int) -> PosecastError | None:
    """The hint after `frames` frames without people; None if the model, or the user, says what it takes."""
    assumed = info.assumed_input
    if assumed is None:
        return None
    other = NORMALISED if assumed == RAW else RAW
    return PosecastError(
        f"nobody was found in {frames} frame{'' if frames == 1 else 's'}, and the model does not say what its input "
        f"is: {assumed} pixels are assumed",
        f"if there are people, try --model-input {other}",
    )
