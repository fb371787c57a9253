"""Jobs, and workers in the test's own process: their videos are text, and their results quote it."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

from engine.batch.job import Failed, Finished, Job, Options, Report
from engine.batch.manifest import Manifest
from engine.batch.marks import mark_of
from engine.batch.plan import Plan, make_plan
from engine.batch.recipe import digest_of
from engine.batch.run import Summary, run
from engine.batch.videos import find_videos
from engine.settings import Settings
from engine.types import BackendInfo

RECIPE = {"settings": {"height_size": 256}, "files": {}, "versions": {"posecast": "1"}}
OPTIONS = Options(Settings())


class Killed(BaseException):
    """Stands for SIGKILL: nothing is caught, and nothing cleared away."""


class TextWorkers:
    """Videos that contain 'bad' fail, 'bad once' fails the first time, and 'deadly' ends the process."""

    def __init__(self, free: int = 2) -> None:
        self.free_at_first = free
        self.begun: Counter[str] = Counter()
        self._jobs: list[Job] = []

    @property
    def free(self) -> int:
        return self.free_at_first - len(self._jobs)

    def begin(self, job: Job) -> None:
        self.begun[job.name] += 1
        self._jobs.append(job)

    def wait(self, seconds: float) -> list[Report]:
        return [self._report(self._jobs.pop(0))]

    def close(self) -> None: ...

    def _report(self, job: Job) -> Report:
        text = job.source.read_text()
        if "deadly" in text:
            leave_half_a_result(job)
            raise Killed
        if "bad" in text and not ("once" in text and self.begun[job.name] > 1):
            return Failed(job.name, "it is bad")
        job.results[0].parent.mkdir(parents=True, exist_ok=True)
        job.results[0].write_text(f"scenes of {text}")
        info = BackendInfo("fake", "CPU", "fp32")
        return Finished(job.name, mark_of(job.source), (mark_of(job.results[0]),), 3, 1, 0.5, info, "here")


def leave_half_a_result(job: Job) -> Path:
    """What a process that is killed while it writes leaves behind."""
    result = job.results[0]
    result.parent.mkdir(parents=True, exist_ok=True)
    half = result.with_name(f".{result.stem}.{os.getpid()}.part{result.suffix}")
    half.write_text("half")
    return half


class Told:
    """A Teller that remembers."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def progressed(self, report: object) -> None: ...

    def finished(self, report: Finished) -> None:
        self.said.append(f"{report.name} done")

    def failed(self, report: Failed, *, again: bool) -> None:
        self.said.append(f"{report.name} {'will be tried again' if again else 'failed'}")

    def waiting(self) -> None: ...


def batch(
    folder: Path, workers: TextWorkers, *, recipe: dict[str, object] = RECIPE, overwrite: bool = False
) -> tuple[Plan, Summary, list[str]]:
    """All of folder/videos into folder/out."""
    out, told = folder / "out", Told()
    out.mkdir(exist_ok=True)
    manifest = Manifest(out)
    try:
        videos = find_videos([str(folder / "videos" / "**" / "*.mp4")], out)
        plan = make_plan(videos, out, OPTIONS, manifest, recipe, overwrite=overwrite)
        manifest.use(digest_of(recipe), recipe)
        return plan, run(plan.jobs, workers, manifest, digest_of(recipe), told), told.said
    finally:
        manifest.close()


def write(folder: Path, **videos: str) -> None:
    """Videos of these names and texts; '__' stands for a folder."""
    for name, text in videos.items():
        path = folder / "videos" / f"{name.replace('__', '/')}.mp4"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
