"""Mixed precision where a layer suffers: a quantised model that finds other people is made again with the layers in
float that make the most noise, a few times at most.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from converters.acceptance import compare, settle
from converters.layer_noise import suffering
from engine.models.job import Job
from engine.types import Frame, Progress

ROUNDS = 2
"""Times that more layers are left in float. Each costs as much as quantising, half a minute."""
LAYERS_EACH = 4
"""Layers more that are left in float in each of them, of some 60."""

Make = Callable[[tuple[str, ...]], None]
"""make(layers) writes the job's target with these layers in float."""


def quantise(job: Job, make: Make, frames: Sequence[Frame], progress: Progress) -> dict[str, Any]:
    """The job done by `make`, with as many layers in float as it takes; how it compares on `frames`.

    PosecastError, naming the layers to blame, where it still finds other people.
    """
    in_float: tuple[str, ...] = ()
    make(in_float)
    verdict = compare(job, frames, progress)
    for _ in range(ROUNDS):
        if verdict.passes:
            break
        progress("convert", None, "quantising again, with the layers in float that suffer most")
        in_float += tuple(each.layer for each in suffering(job, frames) if each.layer not in in_float)[:LAYERS_EACH]
        make(in_float)
        verdict = replace(compare(job, frames, progress), in_float=in_float)
    return settle(job, verdict, frames)
