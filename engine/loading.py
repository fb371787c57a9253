"""From a user's choice to a network that runs: choose, convert what is missing, open, run once; else try the next."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from engine import inference, models
from engine.errors import ModelError, PosecastError, first_line
from engine.models.prepare import is_quantised, prepare
from engine.types import Backend, BackendInfo, ModelSpec, Progress

log = logging.getLogger(__name__)


def load_backend(spec: ModelSpec, size: tuple[int, int], progress: Progress) -> Backend:
    """A backend for `spec`, ready at once for pictures of `size` (height, width), both multiples of 8.

    Where the backend is left to choose, one that its library offers but that fails to run is skipped for the next; a
    model that is itself at fault is refused at once. May take minutes where a model is converted for the first time;
    `progress` is called meanwhile, and ends the load by raising. PosecastError where the machine or the model does
    not allow it.
    """
    progress("choose", None, "looking for what this machine can run")
    failed: Exception | None = None
    for chosen in _choices(spec):
        try:
            return _load(spec, chosen, size, progress)
        except (PosecastError, RuntimeError) as error:  # noqa: PERF203 - a handful; RuntimeError: a conversion died
            if spec.backend != "auto" or isinstance(error, ModelError):
                raise
            log.warning("%s on %s is skipped: %s", chosen.backend, chosen.device, error)
            failed = failed or error
    assert failed is not None  # there is at least one choice
    raise failed


def _load(spec: ModelSpec, chosen: ModelSpec, size: tuple[int, int], progress: Progress) -> Backend:
    artifact = prepare(chosen, size, progress)
    progress("open", None, f"opening the model with {chosen.backend}")
    with _errors_reported(chosen):
        backend = inference.create(artifact.spec, artifact.path, size, models.cache_dir() / "compiled")
    try:
        _check_precision(spec, backend.info)
        progress("warm up", None, f"running {chosen.backend} for the first time")
        with _errors_reported(chosen):
            backend.infer(np.zeros((*(backend.fixed_size or size), 3), np.uint8))
    except BaseException:
        backend.close()
        raise
    return backend


@contextmanager
def _errors_reported(chosen: ModelSpec) -> Iterator[None]:
    """Libraries refuse a machine in more ways than can be listed: a GPU too old for them, a driver too old."""
    try:
        yield
    except PosecastError:
        raise
    except Exception as error:
        log.debug("%s on %s", chosen.backend, chosen.device, exc_info=True)
        reason = f"{chosen.backend} does not run on {chosen.device}: {first_line(error)}"
        raise PosecastError(reason, "choose another backend or device") from error


def choose(spec: ModelSpec) -> ModelSpec:
    """`spec` with nothing left to choose, for this machine and what it has converted already."""
    return next(_choices(spec))


def _choices(spec: ModelSpec) -> Iterator[ModelSpec]:
    path = models.resolve(spec.model)
    return inference.choices(spec, path, lambda backend, device: is_quantised(path, backend, device, spec.features))


def alternatives(spec: ModelSpec) -> tuple[ModelSpec, ...]:
    """`spec` on everything that runs its model here, the best first; with its own backend and device among them."""
    return inference.alternatives(spec, models.resolve(spec.model))


def _check_precision(asked: ModelSpec, runs: BackendInfo) -> None:
    """A ready model runs in the precision that it was made in, not in the one that was chosen."""
    if asked.precision not in ("auto", runs.precision) and runs.precision != "unknown":
        raise PosecastError(
            f"{asked.model} runs in {runs.precision} with {runs.name} on {runs.device}, not in {asked.precision}",
            "use --precision auto, or a checkpoint (.pth), which is converted",
        )
