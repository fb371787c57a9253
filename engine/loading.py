"""From what a user asks for to a network that runs: choose, convert what is missing, open, run once."""

from __future__ import annotations

import numpy as np

from converters.prepare import is_quantised, prepare
from engine import inference, models
from engine.errors import PosecastError
from engine.types import Backend, BackendInfo, ModelSpec, Progress


def load_backend(spec: ModelSpec, size: tuple[int, int], progress: Progress) -> Backend:
    """A backend for `spec`, ready at once for pictures of `size` (height, width), both multiples of 8.

    May take minutes where a model is converted for the first time; `progress` is called meanwhile, and ends the load
    by raising. PosecastError where the machine or the model does not allow what is asked.
    """
    progress("choose", None, "looking for what this machine can run")
    chosen = choose(spec)
    artifact = prepare(chosen, size, progress)
    progress("open", None, f"opening the model with {chosen.backend}")
    backend = inference.create(artifact.spec, artifact.path, size, models.cache_dir() / "compiled")
    try:
        _check_precision(spec, backend.info)
        progress("warm up", None, f"running {chosen.backend} for the first time")
        backend.infer(np.zeros((*(backend.fixed_size or size), 3), np.uint8))
    except BaseException:
        backend.close()
        raise
    return backend


def choose(spec: ModelSpec) -> ModelSpec:
    """`spec` with nothing left to choose, for this machine and what it has converted already."""
    path = models.resolve(spec.model)
    return inference.choose(spec, path, lambda backend, device: is_quantised(path, backend, device))


def alternatives(spec: ModelSpec) -> tuple[ModelSpec, ...]:
    """`spec` on everything that runs its model here, the best first; its own backend and device among them."""
    return inference.alternatives(spec, models.resolve(spec.model))


def _check_precision(asked: ModelSpec, runs: BackendInfo) -> None:
    """A ready model runs in the precision that it was made in, not in the one that is asked for."""
    if asked.precision not in ("auto", runs.precision) and runs.precision != "unknown":
        raise PosecastError(
            f"{asked.model} runs in {runs.precision} with {runs.name} on {runs.device}, not in {asked.precision}",
            "use --precision auto, or a checkpoint (.pth), which is converted",
        )
