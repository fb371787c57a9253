"""`posecast batch`: many videos into a folder of results."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from engine.batch.cluster import check_installed, connect
from engine.batch.job import Job, Options, Workers
from engine.batch.local import LocalWorkers, free_memory, share_of
from engine.batch.manifest import NAME, Manifest
from engine.batch.plan import Plan, make_plan
from engine.batch.recipe import digest_of, recipe_of, versions
from engine.batch.run import clear_away
from engine.batch.run import run as run_jobs
from engine.batch.videos import Video, find_videos
from engine.cores import available_cores
from engine.errors import PosecastError, reason
from engine.events import load_rules
from engine.extrinsics import NAMED
from engine.loading import load_backend
from engine.locks import take
from engine.outputs_guard import check_outputs, inputs_of
from engine.settings import Settings
from engine.trials import SIZE
from engine.types import BackendInfo
from webapp.commands.batch_report import BatchReport
from webapp.commands.console import Console
from webapp.commands.terminal import INTERRUPTED

SOME_FAILED = 3
"""Exit status if videos failed."""
_LOCK = ".posecast-batch.lock"


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """What the command line says."""

    patterns: tuple[str, ...]
    out: Path
    settings: Settings
    max_frames: int | None = None
    events: Path | None = None
    config: Path | None = None
    video: bool = False
    overwrite: bool = False
    workers: int | None = None
    """Videos at the same time on this machine; None: as its cores and memory allow."""
    ray: str | None = None
    """'auto' or the address of a Ray cluster; None: this machine's cores, without Ray."""
    cut_frames: int | None = None
    """With Ray: of videos with more frames, the network's part is spread; None: of none."""


def run(options: BatchOptions) -> int:
    """Do what is not done yet; the exit status."""
    console = Console(stderr=True)
    _check_options(options)
    videos = find_videos(options.patterns, options.out)
    with _folder(options.out) as out:
        manifest = Manifest(out)
        try:
            return _run(options, videos, out, manifest, console)
        finally:
            manifest.close()


def _check_options(options: BatchOptions) -> None:
    """Say what is wrong before anything begins."""
    if options.events is not None:
        load_rules(options.events)
    if options.ray is not None:
        if options.workers is not None:
            raise PosecastError("--workers is for this machine's cores", "leave it out with --ray: the cluster decides")
        check_installed()


def _run(options: BatchOptions, videos: list[Video], out: Path, manifest: Manifest, console: Console) -> int:
    backend, fixed_size = _choose(options.settings, console)
    chosen = _for_all(options, backend)
    if options.ray is not None and fixed_size is None:
        chosen = replace(chosen, cut_frames=options.cut_frames)
    recipe = recipe_of(chosen)
    plan = make_plan(videos, out, chosen, manifest, recipe, overwrite=options.overwrite)
    _check(options, videos, plan.jobs)
    report = BatchReport(console, plan)
    report.planned(f"{backend.name} {backend.device} {backend.precision}")
    if not plan.jobs:
        return 0
    manifest.use(digest_of(recipe), recipe)
    workers = _workers(options, plan, backend)
    try:
        with report:
            summary = run_jobs(plan.jobs, workers, manifest, digest_of(recipe), report)
    except KeyboardInterrupt:
        report.interrupted()
        return INTERRUPTED
    finally:
        workers.close()
        clear_away(plan.jobs, manifest)
    report.ended(summary, out / NAME)
    return SOME_FAILED if summary.failed else 0


def _workers(options: BatchOptions, plan: Plan, backend: BackendInfo) -> Workers:
    if options.ray is not None:
        return connect(options.ray, backend.device)
    cores = available_cores()
    count, each = share_of(cores, len(plan.jobs), free_memory(), backend.device)
    if options.workers is not None:
        count, each = options.workers, max(1, cores // options.workers)
    return LocalWorkers(count, each)


def _choose(settings: Settings, console: Console) -> tuple[BackendInfo, tuple[int, int] | None]:
    """What `infer` would run here, and its fixed size if it has one. Conversions are made now, not by each worker."""
    with console.status("loading the model"):
        backend = load_backend(settings.model_spec, SIZE, lambda step, fraction, message: None)
        try:
            return backend.info, backend.fixed_size
        finally:
            backend.close()


def _for_all(options: BatchOptions, backend: BackendInfo) -> Options:
    """The same backend for all workers, and paths that are valid in any folder."""
    runs = {"backend": backend.name, "device": backend.device}
    if backend.precision != "unknown":
        runs["precision"] = backend.precision
    settings = options.settings.changed(runs)
    return Options(
        settings.changed({"model": _absolute(settings.model), "extrinsics": _absolute_camera(settings.extrinsics)}),
        options.max_frames,
        None if options.events is None else options.events.absolute(),
        options.video,
        versions(settings),
        backend,
    )


def _absolute(model: str) -> str:
    path = Path(model).expanduser()
    return str(path.absolute()) if path.is_file() else model


def _absolute_camera(extrinsics: str | None) -> str | None:
    return extrinsics if extrinsics is None or extrinsics in NAMED else os.path.abspath(extrinsics)  # noqa: PTH100


def _check(options: BatchOptions, videos: list[Video], jobs: list[Job]) -> None:
    """No result may be one of the inputs, under whatever name."""
    others = inputs_of(options.settings, options.config, options.events)
    check_outputs((path for job in jobs for path in job.results), (*others, *(video.path for video in videos)))


@contextmanager
def _folder(out: Path) -> Iterator[Path]:
    """The folder of results, which this process alone works in."""
    out = out.expanduser().absolute()
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = take(out / _LOCK)
    except OSError as error:
        raise PosecastError(f"cannot write to {out}: {reason(error)}", "choose another folder with -o") from error
    if lock is None:
        raise PosecastError(f"another batch is working in {out}", "wait until it ends, or choose another -o")
    try:
        yield out
    finally:
        lock.release(delete=True)
