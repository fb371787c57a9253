"""Workers on a Ray cluster: a task for each video; of a long one, the network's part in tasks of its own.

All machines see the videos and the folder of results under the same paths, and have the same version of posecast. The
task of a long video reads it, and lifts, fits, tracks and writes; it takes no core in Ray's count, since its segments
do, and they could wait for ever for a core that it keeps.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import ray

from engine.batch.cut import Elsewhere, Part, Seen, see, through_segments
from engine.batch.job import Failed, Job, Progressed, Report, Tell
from engine.batch.work import check_versions, inference_of, load_here, work
from engine.cores import use_at_most
from engine.errors import PosecastError, first_line
from engine.infer import Inference
from engine.loading import load_backend
from engine.settings import Settings
from engine.types import Backend, BackendInfo

_ASK_S = 5.0
"""Seconds between two looks at the size of the cluster, which may grow and shrink."""
_SEGMENTS_AWAY = 32
"""Segments of one video that are away at most: about 400 MB of pictures."""
_SEGMENT_RETRIES = 3
"""How often a segment is sent again after a machine or process died."""


@dataclass(frozen=True, slots=True)
class _Long:
    """The answer to a job whose video is to be cut."""

    name: str


class RayWorkers:
    """As many videos at a time as the cluster has cores, or GPUs if the network runs on those. Ray is connected."""

    def __init__(self, device: str) -> None:
        """PosecastError if the cluster has no such device."""
        self._resource = "GPU" if device.lower().startswith("cuda") else "CPU"
        self._tasks: dict[Any, Job] = {}
        """Jobs by the streams of their reports."""
        self._size = self._ask_size()
        self._asked = time.monotonic()
        if not self._size:
            raise PosecastError(
                f"the Ray cluster has no {self._resource} to run on {device}",
                "choose another --device, or add machines",
            )

    @property
    def free(self) -> int:
        now = time.monotonic()
        if now > self._asked + _ASK_S:
            self._asked, self._size = now, self._ask_size()
        return self._size - len(self._tasks)

    def begin(self, job: Job, *, cut: bool = False) -> None:
        window = min(_SEGMENTS_AWAY, 2 * max(1, self._size)) if cut else 0
        options = {"num_returns": "streaming", "max_retries": 0, **({"num_cpus": 0} if cut else self._share())}
        stream = ray.remote(_do).options(**options).remote(job, window, self._share())
        self._tasks[stream] = job

    def wait(self, seconds: float) -> list[Report]:
        if not self._tasks:  # the cluster has lost its last machine
            time.sleep(seconds)
            return []
        ready, _ = ray.wait(list(self._tasks), num_returns=1, timeout=seconds)
        return [report for stream in ready for report in self._heard(stream)]

    def close(self) -> None:
        for stream in self._tasks:
            with suppress(Exception):
                ray.cancel(stream, force=True)
        self._tasks = {}
        ray.shutdown()

    def _ask_size(self) -> int:
        return int(ray.cluster_resources().get(self._resource, 0))

    def _share(self) -> dict[str, Any]:
        return {"num_cpus": 1, **({"num_gpus": 1} if self._resource == "GPU" else {})}

    def _heard(self, stream: Any) -> Iterator[Report]:
        job = self._tasks[stream]
        try:
            report: Report | _Long = ray.get(next(stream))
        except StopIteration:
            report = Failed(job.name, "its task ended without an answer", died=True)
        except ray.exceptions.RayError as error:
            report = Failed(job.name, f"its task died ({type(error).__name__}: {first_line(error)})", died=True)
        if isinstance(report, Progressed):
            yield report
            return
        del self._tasks[stream]
        if isinstance(report, _Long):
            self.begin(job, cut=True)
        else:
            yield report


def _do(job: Job, window: int, share: dict[str, Any]) -> Iterator[Report | _Long]:
    """The task of a video, cut if `window` is not 0: reports of progress, then how it went."""
    use_at_most(1)
    if not window and _is_long(job):
        yield _Long(job.name)
        return
    load = partial(_load_elsewhere, job=job, window=window, share=share) if window else load_here
    yield from _reports(lambda tell: work(job, tell, load), job.name)


def _reports(run: Callable[[Tell], Report], name: str) -> Iterator[Report]:
    """What `run` tells, then what it returns. It runs in a thread, since a task that yields cannot be called back."""
    told: queue.SimpleQueue[Report] = queue.SimpleQueue()

    def tell(frames: int, expected: int | None) -> None:
        told.put(Progressed(name, frames, expected))

    threading.Thread(target=lambda: told.put(run(tell)), name="posecast-batch", daemon=True).start()
    report: Report = Progressed(name, 0, None)
    while isinstance(report, Progressed):
        report = told.get()
        yield report


def _is_long(job: Job) -> bool:
    """Whether the video is cut; False where it cannot be opened, which `work` reports."""
    if job.options.cut_frames is None or job.options.video:
        return False
    try:
        with inference_of(job) as inference:
            return not inference.first_frame().views and (inference.expected_frames or 0) > job.options.cut_frames
    except PosecastError:
        return False


def _load_elsewhere(inference: Inference, *, job: Job, window: int, share: dict[str, Any]) -> BackendInfo:
    """Let the segments of this video be seen by other tasks."""
    assert job.options.runs is not None
    task = ray.remote(_see).options(max_retries=_SEGMENT_RETRIES, **share)
    settings, size = job.options.settings, inference.network_size
    together = ray.put((job, settings, size))
    network = partial(
        through_segments, send=lambda parts: task.remote(parts, together), receive=_receive, window=window
    )
    inference.run_elsewhere(Elsewhere(job.options.runs), network)
    return job.options.runs


def _receive(answer: Any) -> list[Seen]:
    try:
        seen: list[Seen] = ray.get(answer)
    except ray.exceptions.RayTaskError as error:
        raise error.cause from error
    return seen


def _see(parts: list[Part], together: tuple[Job, Settings, tuple[int, int]]) -> list[Seen]:
    """The task of a segment."""
    use_at_most(1)
    job, settings, size = together
    check_versions(job)
    return see(parts, _Network.for_size(settings, size), settings)


class _Network:
    """The network of this process, which is kept for the next segment."""

    _key: tuple[Any, ...] | None = None
    _backend: Backend | None = None

    @classmethod
    def for_size(cls, settings: Settings, size: tuple[int, int]) -> Backend:
        key = (settings.model_spec, size)
        if cls._backend is None or cls._key != key:
            if cls._backend is not None:
                cls._backend.close()
            cls._key, cls._backend = key, load_backend(settings.model_spec, size, lambda step, fraction, message: None)
        return cls._backend
