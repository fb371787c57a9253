"""Measures how fast each backend is on this machine, and whether it finds the same people.

Every case runs in a child process of its own, so that peak memory is its own and nothing is warm from the case
before. In: settings and cases. Out: `Measurement`s; `webapp.commands.bench` makes tables and JSON of them.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ParamSpec, TypeVar

import numpy as np

from engine import children, models, offline
from engine.capture import open_source
from engine.errors import PosecastError
from engine.extrinsics import effective_camera, load_calibration
from engine.inference.installed import require
from engine.loading import load_backend
from engine.preprocess import network_size, prepare
from engine.processor import Processor
from engine.settings import Settings
from engine.types import Backend, BackendInfo, Frame, FrameSource, Scene, Truth

P = ParamSpec("P")
T = TypeVar("T")

AGREEMENT_FRAMES = 60
"""Frames, evenly spread over the source, on which people are compared."""
WARM_UP_FRAMES = 5
"""Warm-up runs that are not counted: caches fill, clocks rise."""


@dataclass(frozen=True, slots=True)
class Percentiles:
    p50: float
    p95: float


@dataclass(frozen=True, slots=True, eq=False)
class Measurement:
    """One case, measured."""

    info: BackendInfo
    image_size: tuple[int, int]
    """(width, height) of the frames."""
    network_size: tuple[int, int]
    """(height, width)."""
    network_ms: Percentiles
    """Latency of single requests, one after the other."""
    pipeline_fps: float
    """Frames per second from source to scene, without drawing and encoding."""
    stages_ms: Mapping[str, Percentiles]
    peak_rss_mb: float | None
    """None on Windows, which counts memory differently."""
    scenes: tuple[Scene, ...]
    """Unsmoothed scenes of the frames on which people are compared, the same in every case."""
    truths: tuple[Truth, ...]
    """Ground truth of each scene's frame; empty if the source has none."""


def measure_in_child(settings: Settings, seconds: float, agreement_frames: int = AGREEMENT_FRAMES) -> Measurement:
    """`measure` in a fresh process; PosecastError where the case cannot run."""
    return _in_child(measure, settings, seconds, agreement_frames)


def measure_baseline_in_child(settings: Settings, seconds: float) -> Percentiles:
    """Latency of the checkpoint in plain PyTorch (see `engine.inference.baseline`), in a fresh process."""
    require("the comparison with plain PyTorch", "torch")
    return _in_child(measure_baseline, settings, seconds)


def _in_child(function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, initializer=children.end_quietly_on_ctrl_c) as pool:
        with children.started_without_ctrl_c():
            measured = pool.submit(function, *arguments, **named)
        return measured.result()


def measure_baseline(settings: Settings, seconds: float) -> Percentiles:
    """Milliseconds of the network alone on the first frame of the source."""
    from engine.inference.baseline import forward  # needs torch, which may not be installed

    image = prepare(_first_frame(_open(settings)).image, settings.height_size).image
    return _timed(forward(models.resolve(settings.model), image), seconds)


def measure(settings: Settings, seconds: float, agreement_frames: int) -> Measurement:
    """Time the network alone, then the whole way from source to scene, `seconds` in all; then collect people."""
    source = _open(settings)
    first = _first_frame(source)
    height, width = first.image.shape[:2]
    size = network_size(width, height, settings.height_size)
    backend = load_backend(settings.model_spec, size, lambda *_: None)
    try:
        network_ms = _time_network(backend, first, settings, seconds / 2)
        processor = _processor(backend, settings, source)
        pipeline_fps, stages_ms = _time_pipeline(processor, settings, seconds / 2)
        # Before the scenes are collected: holding the sampled frames is the bench's memory, not the program's.
        peak = _peak_rss_mb()
        scenes, truths = _collect(processor, settings, agreement_frames)
    finally:
        backend.close()
    return Measurement(
        backend.info, (width, height), backend.fixed_size or size,
        network_ms, pipeline_fps, stages_ms, peak, scenes, truths,
    )  # fmt: skip


def _open(settings: Settings) -> FrameSource:
    source = open_source(settings.source, pixel_aspect=settings.pixel_ratio)
    if source.live:
        source.close()
        raise PosecastError(f"{source.name} is live: no two runs see the same frames", "give a video, images or demo")
    return source


def _first_frame(source: FrameSource) -> Frame:
    frame = source.read()
    source.close()
    if frame is None:
        raise PosecastError(f"{source.name} delivered no frame", "choose another source")
    return frame


def _processor(backend: Backend, settings: Settings, source: FrameSource) -> Processor:
    calibration = load_calibration(settings.extrinsics) if settings.extrinsics else None
    return Processor(backend, settings, effective_camera(settings, calibration, source.camera))


def _time_network(backend: Backend, frame: Frame, settings: Settings, seconds: float) -> Percentiles:
    image = prepare(frame.image, settings.height_size, backend.fixed_size).image
    return _timed(lambda: backend.infer(image), seconds)


def _timed(run: Callable[[], object], seconds: float) -> Percentiles:
    """Milliseconds of `run`, called again and again for `seconds`."""
    durations: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(durations) <= WARM_UP_FRAMES:
        start = time.perf_counter()
        run()
        durations.append((time.perf_counter() - start) * 1000)
    return _percentiles(durations[WARM_UP_FRAMES:])


def _time_pipeline(processor: Processor, settings: Settings, seconds: float) -> tuple[float, Mapping[str, Percentiles]]:
    """(frames per second, percentiles per stage), the source repeated as often as it takes."""
    stages: dict[str, list[float]] = {}
    count, start = 0, 0.0
    snapshots = offline.snapshots(_endless(settings), processor)
    for index, snapshot in enumerate(snapshots):
        now = time.perf_counter()
        if index < WARM_UP_FRAMES:
            start = now
            continue
        count += 1
        for stage, duration in snapshot.stage_ms.items():
            stages.setdefault(stage, []).append(duration)
        if now - start >= seconds:
            break
    elapsed = time.perf_counter() - start
    snapshots.close()
    return count / elapsed, {stage: _percentiles(durations) for stage, durations in stages.items()}


def _endless(settings: Settings) -> Iterator[Frame]:
    while True:
        source = _open(settings)
        try:
            yield from offline.frames_of(source)
        finally:
            source.close()


def _collect(processor: Processor, settings: Settings, count: int) -> tuple[tuple[Scene, ...], tuple[Truth, ...]]:
    processor.reconfigure(replace(settings, smoothing=False), processor.camera_spec)
    scenes, truths = [], []
    for frame in sampled_frames(settings, count):
        processor.restart_tracking()
        scenes.append(processor.process(frame).scene)
        if frame.truth is not None:
            truths.append(frame.truth)
    return tuple(scenes), tuple(truths)


def sampled_frames(settings: Settings, count: int) -> Iterator[Frame]:
    """`count` frames at most, evenly spread over the source; the same ones at every call."""
    source = _open(settings)
    stride = max(1, (source.frame_count or 1) // count)
    try:
        for index, frame in enumerate(offline.frames_of(source, limit=stride * count)):
            if index % stride == 0:
                yield frame
    finally:
        source.close()


def _percentiles(values: Sequence[float]) -> Percentiles:
    p50, p95 = np.percentile(values, (50, 95))
    return Percentiles(float(p50), float(p95))


def _peak_rss_mb() -> float | None:
    if sys.platform == "win32":
        return None
    if sys.platform == "linux":  # there, ru_maxrss starts at the parent's memory, not at zero
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        return int(status.split("VmHWM:")[1].split()[0]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
