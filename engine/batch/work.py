"""One video, from its file to its results: what `posecast infer` does, without a terminal."""

from __future__ import annotations

import contextlib
import logging
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from engine.batch.job import Failed, FileMark, Finished, Job, Report, Tell
from engine.batch.marks import is_same, mark_of
from engine.batch.recipe import versions
from engine.errors import PosecastError, first_line
from engine.events import load_rules
from engine.files import cannot_read, sync, text_lines, whole_file
from engine.infer import Inference
from engine.types import BackendInfo
from engine.video_writer import VideoWriter
from engine.wire import dumps

log = logging.getLogger(__name__)

Load = Callable[[Inference], BackendInfo]
"""Gives an Inference its network; what runs."""
_TELL_S = 1.0
"""Seconds between two reports of progress."""
_USUAL_RATE = 30.0
"""Frames per second of an overlay whose video does not say."""


def load_here(inference: Inference) -> BackendInfo:
    """The network in this process."""
    return inference.load(lambda step, fraction, message: None)


def work(job: Job, tell: Tell, load: Load = load_here) -> Report:
    """Process the video; whatever goes wrong with it is an answer, too."""
    try:
        return _work(job, tell, load)
    except PosecastError as error:
        return Failed(job.name, str(error))
    except Exception as error:
        log.debug("%s", job.name, exc_info=True)
        return Failed(job.name, f"{type(error).__name__}: {first_line(error)}")


def _work(job: Job, tell: Tell, load: Load) -> Finished:
    check_versions(job)
    start = time.perf_counter()
    before = _mark_of_source(job)
    for path in job.results:
        path.parent.mkdir(parents=True, exist_ok=True)
    with _warnings() as said:
        frames, people, backend = _write(job, tell, load)
    if not is_same(job.source, before):
        raise PosecastError(f"{job.source} changed while it was read", "run the batch again when it is complete")
    marks = tuple(_on_disk(path) for path in job.results)
    seconds = time.perf_counter() - start
    return Finished(job.name, before, marks, frames, people, seconds, backend, platform.node(), tuple(said))


def check_versions(job: Job) -> None:
    """PosecastError if this process would compute with other versions than the batch."""
    here = versions(job.options.settings)
    for name, version in job.options.versions.items():
        if here[name] != version:
            raise PosecastError(
                f"{platform.node()} has {name} {here[name]}, and the batch runs with {version}",
                "install the same versions on all machines",
            )


def _write(job: Job, tell: Tell, load: Load) -> tuple[int, int, BackendInfo]:
    """Number of frames, the largest number of people, and what ran. Results appear whole, at the end, or not at all."""
    frames = people = 0
    told = time.monotonic()
    with ExitStack() as stack:
        lines = stack.enter_context(text_lines(job.results[0]))
        inference = stack.enter_context(inference_of(job))
        for warning in inference.camera_warnings():
            log.warning("camera: %s", warning)
        overlay = stack.enter_context(_overlay(job, inference.source.frame_rate))
        backend = load(inference)
        results = stack.enter_context(contextlib.closing(inference.results(drawn=overlay is not None)))
        stack.callback(inference.source.close)  # first, if this is stopped: the threads may hold frames until the end
        for result in results:
            frames, people = frames + 1, max(people, len(result.snapshot.scene.people))
            lines.write(dumps(result.wire) + "\n")
            if overlay is not None and result.overlay is not None:
                overlay.write(result.overlay, result.snapshot.scene.time)
            if time.monotonic() > told + _TELL_S:
                told = time.monotonic()
                tell(frames, inference.expected_frames)
    return frames, people, backend


def inference_of(job: Job) -> Inference:
    """The video, opened."""
    options = job.options
    rules = None if options.events is None else load_rules(options.events)
    settings = options.settings.changed({"source": str(job.source)})
    return Inference(settings, max_frames=options.max_frames, events=rules)


@contextlib.contextmanager
def _overlay(job: Job, frame_rate: float | None) -> Iterator[VideoWriter | None]:
    if not job.options.video:
        yield None
        return
    with (
        whole_file(job.results[1]) as temporary,
        contextlib.closing(VideoWriter(temporary, frame_rate or _USUAL_RATE)) as writer,
    ):
        yield writer


def _mark_of_source(job: Job) -> FileMark:
    try:
        return mark_of(job.source)
    except OSError as error:
        raise cannot_read(job.source, error) from error


def _on_disk(path: Path) -> FileMark:
    """The result's mark, once a power cut cannot take the result any more."""
    sync(path)
    sync(path.parent)
    return mark_of(path)


@contextlib.contextmanager
def _warnings() -> Iterator[list[str]]:
    """What is logged as a warning in the block, which otherwise would be printed amid the progress of other videos."""
    handler = _Collect()
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield handler.said
    finally:
        root.removeHandler(handler)


class _Collect(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: Any) -> None:
        message = record.getMessage()
        if message not in self.said:
            self.said.append(message)
