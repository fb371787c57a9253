"""Nobody in any picture: what to say of it where the model may be fed the wrong range of pixels.

A model that was exported elsewhere mostly does not say whether it normalises its input itself, so that one of the two
is assumed. With the wrong one it runs without an error, and finds nobody.
"""

from __future__ import annotations

from engine.errors import PosecastError
from engine.inference.signature import NORMALISED, RAW
from engine.types import BackendInfo

FRAMES = 50
"""Without people, after which it is said: an empty room is common, two seconds of it are enough to wonder."""


def doubt(info: BackendInfo, frames: int) -> PosecastError | None:
    """What to say after so many frames without people; None where the model, or the user, says what it takes."""
    assumed = info.assumed_input
    if assumed is None:
        return None
    other = NORMALISED if assumed == RAW else RAW
    return PosecastError(
        f"nobody was found in {frames} frame{'' if frames == 1 else 's'}, and the model does not say what its input "
        f"is: {assumed} pixels are assumed",
        f"if there are people, try --model-input {other}",
    )
