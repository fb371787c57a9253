"""Mixed precision: a quantised model that finds other people is quantised again, with its noisiest layers in float.

That is tried a few times at most.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from converters.acceptance import compare, settle
from converters.layer_noise import noisiest_layers
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

    PosecastError, naming the noisiest layers, where it still finds other people.
    """
    in_float: tuple[str, ...] = ()
    make(in_float)
    verdict = compare(job, frames, progress)
    for _ in range(ROUNDS):
        if verdict.passes:
            break
        progress("convert", None, "quantising again, with the noisiest layers in float")
        noisy = (each.layer for each in noisiest_layers(job, frames) if each.layer not in in_float)
        in_float += tuple(islice(noisy, LAYERS_EACH))
        make(in_float)
        verdict = replace(compare(job, frames, progress), in_float=in_float)
    return settle(job, verdict, frames)
