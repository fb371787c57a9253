"""The live pipeline at a camera's pace: from capture to publishing, and across hot swaps. `python -m bench.latency`.

A camera is played from memory, so that only the engine is measured; the latency of a frame is the time from when it
was due until a thread that waits for snapshots has it. A swap is measured by the intervals between snapshots while
the other network is being loaded, and around the moment when it takes over.
"""

from __future__ import annotations

import argparse
import json
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from bench.camera import Camera, frames_in_memory
from engine.errors import PosecastError
from engine.pipeline import Parts, Pipeline, ProblemEvent
from engine.settings import Settings
from engine.types import Snapshot

AROUND_S = 1.0
"""Seconds before and after a swap that are measured."""
START_S = 600.0
"""Time limit for loading a network, seconds."""


@dataclass(frozen=True, slots=True)
class Published:
    at: float
    latency_s: float
    backend: str


class Subscriber:
    """Waits for snapshots as a broadcaster would, and notes when each came."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.published: list[Published] = []
        self._pipeline = pipeline
        self._thread = threading.Thread(target=self._watch, name="subscriber")
        self._thread.start()

    def between(self, begin: float, end: float) -> list[Published]:
        return [one for one in self.published if begin <= one.at <= end]

    def join(self) -> None:
        self._thread.join()

    def _watch(self) -> None:
        seen = 0
        while not self._pipeline.snapshots.closed:
            newer = self._pipeline.snapshots.wait_newer(seen, timeout=1.0)
            if newer is not None:
                seen, snapshot = newer
                self.published.append(_published(snapshot))


def _published(snapshot: Snapshot) -> Published:
    now = time.monotonic()
    return Published(now, now - snapshot.frame.captured_at, snapshot.backend.name)


@dataclass(frozen=True, slots=True)
class Swap:
    """Milliseconds between snapshots."""

    to: str
    load_s: float
    median_before: float
    median_loading: float
    longest_loading: float
    longest_around_swap: float


def measure_swap(pipeline: Pipeline, subscriber: Subscriber, to: str, settle_s: float) -> Swap:
    time.sleep(settle_s)
    begin = time.monotonic()
    pipeline.switch_backend(to)
    _wait_while_switching(pipeline)
    time.sleep(settle_s)
    swapped = next(one.at for one in subscriber.published if one.at > begin and one.backend == to)
    loading = _intervals_ms(subscriber.between(begin, swapped))
    return Swap(
        to,
        swapped - begin,
        float(np.median(_intervals_ms(subscriber.between(begin - settle_s, begin)))),
        float(np.median(loading)),
        max(loading),
        max(_intervals_ms(subscriber.between(swapped - AROUND_S, swapped + AROUND_S))),
    )


def _intervals_ms(published: Sequence[Published]) -> list[float]:
    return [(after.at - before.at) * 1000 for before, after in pairwise(published)] or [float("nan")]


def _wait_while_switching(pipeline: Pipeline) -> None:
    deadline = time.monotonic() + START_S
    while pipeline.state().backend is None or pipeline.state().switching is not None:
        if time.monotonic() > deadline:
            raise PosecastError(f"not ready after {START_S:g} s: {pipeline.health()}")
        time.sleep(0.01)


def _tell(event: object) -> None:
    if isinstance(event, ProblemEvent):
        print(f"problem: {event.error}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backend", default="openvino", help="the one to measure")
    parser.add_argument("--other", default="onnxruntime", help="the one to swap to and back from")
    parser.add_argument("--swaps", type=int, default=4)
    parser.add_argument("--fps", type=float, default=15)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--json", type=Path, help="write the numbers there")
    options = parser.parse_args()
    frames = frames_in_memory()
    pipeline = Pipeline(
        Settings(backend=options.backend), parts=Parts(open_source=lambda text: Camera(frames, options.fps))
    )
    pipeline.subscribe(_tell)
    subscriber = Subscriber(pipeline)
    try:
        pipeline.start()
        _wait_while_switching(pipeline)
        time.sleep(AROUND_S)
        results = _measure(pipeline, subscriber, options)
    finally:
        pipeline.close()
        subscriber.join()
    if options.json is not None:
        options.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


def _measure(pipeline: Pipeline, subscriber: Subscriber, options: argparse.Namespace) -> dict[str, object]:
    begin = time.monotonic()
    time.sleep(options.seconds)
    end = time.monotonic()
    published = subscriber.between(begin, end)
    p50, p95 = (float(value) for value in np.percentile([one.latency_s * 1000 for one in published], (50, 95)))
    fps = len(published) / (end - begin)
    info = pipeline.state().backend
    assert info is not None
    print(f"{info.name} {info.device} {info.precision}: {fps:.1f} of {options.fps:g} fps, ", end="")
    print(f"capture to publish {p50:.0f} ms, p95 {p95:.0f} ms", flush=True)
    swaps = []
    for number in range(options.swaps):
        swap = measure_swap(pipeline, subscriber, (options.other, options.backend)[number % 2], 2 * AROUND_S)
        swaps.append(asdict(swap))
        print(
            f"swap to {swap.to} in {swap.load_s:.1f} s; ms between snapshots: {swap.median_before:.0f} before, "
            f"{swap.median_loading:.0f} while loading (longest {swap.longest_loading:.0f}), "
            f"longest around the swap {swap.longest_around_swap:.0f}",
            flush=True,
        )
    return {"backend": asdict(info), "fps": fps, "latency_ms": {"p50": p50, "p95": p95}, "swaps": swaps}


if __name__ == "__main__":
    main()
