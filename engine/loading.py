"""Loads the network that the user chose: choose, convert if necessary, open, warm up; on failure, try the next."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain

import numpy as np

from engine import inference, models, trials
from engine.errors import ModelError, PosecastError, first_line
from engine.files import cache_dir
from engine.inference.nvidia import gpu_count
from engine.models.prepare import is_quantised, prepare, ready
from engine.trials import Trial
from engine.types import Backend, BackendInfo, ModelSpec, Progress

log = logging.getLogger(__name__)

_PRECISIONS_TRIED = ("int8", "bf16", "fp32")


def _quiet(step: str, fraction: float | None, message: str) -> None:
    """Progress that is not shown."""


def load_backend(spec: ModelSpec, size: tuple[int, int], progress: Progress) -> Backend:
    """A backend for `spec`, ready at once for pictures of `size` (height, width), both multiples of 8.

    Where the backend is left to choose, one that its library offers but that fails to run is skipped for the next; a
    model that is itself at fault is refused at once. May take minutes where a model is converted for the first time;
    `progress` is called meanwhile, and ends the load by raising. PosecastError where the machine or the model does
    not allow it.
    """
    progress("choose", None, "looking for what this machine can run")
    failed: Exception | None = None
    for chosen in _choices(spec, progress):
        try:
            return _load(spec, chosen, size, progress)
        except (PosecastError, RuntimeError) as error:  # noqa: PERF203 - RuntimeError: a conversion died
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
        backend = inference.create(artifact.spec, artifact.path, size, cache_dir() / "compiled")
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
    """Turn any exception of a library into a PosecastError: for example of a GPU or driver that is too old."""
    try:
        yield
    except PosecastError:
        raise
    except Exception as error:
        log.debug("%s on %s", chosen.backend, chosen.device, exc_info=True)
        reason = f"{chosen.backend} does not run on {chosen.device}: {first_line(error)}"
        raise PosecastError(reason, "choose another backend or device") from error


def choose(spec: ModelSpec) -> ModelSpec:
    """`spec` without 'auto', for this machine and the models that are in its cache."""
    return next(_choices(spec))


def _choices(spec: ModelSpec, progress: Progress = _quiet) -> Iterator[ModelSpec]:
    """What was tried on the processor, the fastest first, then the choices of `engine.inference`."""
    path = models.resolve(spec.model)
    tried = _tried(spec, progress) if _may_be_tried(spec) else []
    left_out = {(trial.backend, trial.device) for trial in tried if trial.ms is None and trial.precision == "int8"}

    def quantised(backend: str, device: str) -> bool:
        return (backend, device) not in left_out and is_quantised(path, backend, device, spec.features)

    fastest = (
        replace(spec, backend=trial.backend, device=trial.device, precision=trial.precision)
        for trial in tried
        if trial.ms is not None
    )
    return _each_once(chain(fastest, inference.choices(spec, path, quantised)))


def _each_once(choices: Iterable[ModelSpec]) -> Iterator[ModelSpec]:
    """Lazily: asking a backend what it offers may import its library."""
    seen: set[ModelSpec] = set()
    for choice in choices:
        if choice not in seen:
            seen.add(choice)
            yield choice


def _may_be_tried(spec: ModelSpec) -> bool:
    """Whether everything is left to choose, for the model whose people are recorded, and without a faster GPU."""
    left = (spec.backend, spec.device, spec.precision) == ("auto", "auto", "auto")
    return left and spec.model == "bundled" and spec.features is False and not gpu_count()


def recorded_trials(spec: ModelSpec) -> list[Trial]:
    """What the trials of this machine's processor found when `auto` chose; empty if it was not left to choose."""
    left_open = replace(spec, backend="auto", device="auto", precision="auto")
    if not _may_be_tried(left_open):
        return []
    return trials.recorded(_ready_now(left_open), _identity(left_open), cache_dir() / "trials")


def _tried(spec: ModelSpec, progress: Progress) -> list[Trial]:
    """Trials of what is ready to open on the processor, the fastest first."""
    ready_now = _ready_now(spec)
    if not ready_now:
        return []
    progress("choose", None, "trying what is fastest on this machine")
    tried = trials.ranked(ready_now, _open_for_trial, _identity(spec), cache_dir() / "trials")
    fastest = f"{tried[0].backend} {tried[0].precision}" if tried[0].ms is not None else "none"
    said = f"{', '.join(map(str, tried))}: {fastest}"
    log.info("auto: %s", said)
    progress("chosen", None, said)
    return tried


def _ready_now(spec: ModelSpec) -> list[ModelSpec]:
    """What the processor runs without converting anything first."""
    candidates = [
        replace(spec, backend=backend, device="CPU", precision=precision)
        for precision in _PRECISIONS_TRIED
        for backend in ("openvino", "onnxruntime")
        if _offered(backend, precision)
    ]
    return [each for each in candidates if ready(each, trials.SIZE) is not None]


def _offered(backend: str, precision: str) -> bool:
    found = inference.report(backend)
    return found.available and "CPU" in found.devices and precision in inference.adapter(backend).precisions("CPU")


def _open_for_trial(spec: ModelSpec) -> Backend:
    artifact = ready(spec, trials.SIZE)
    assert artifact is not None  # it was there a moment ago
    return inference.create(artifact.spec, artifact.path, trials.SIZE, cache_dir() / "compiled")


def _identity(spec: ModelSpec) -> str:
    """What a trial's outcome depends on beside the machine and the candidates."""
    versions = (inference.adapter(name).version() for name in ("openvino", "onnxruntime"))
    return " ".join((models.file_hash(models.resolve(spec.model)), *(version or "none" for version in versions)))


def alternatives(spec: ModelSpec) -> tuple[ModelSpec, ...]:
    """`spec` on every backend and device that runs its model here, the best first, including its own."""
    return inference.alternatives(spec, models.resolve(spec.model))


def _check_precision(asked: ModelSpec, runs: BackendInfo) -> None:
    """PosecastError if a ready model, which runs in the precision that it was made in, does not have the chosen one."""
    if asked.precision not in ("auto", runs.precision) and runs.precision != "unknown":
        raise PosecastError(
            f"{asked.model} runs in {runs.precision} with {runs.name} on {runs.device}, not in {asked.precision}",
            "use --precision auto, or a checkpoint (.pth), which is converted",
        )
