"""Hands jobs to workers, notes in the manifest what happens, and tries what failed once more at the end."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from engine.batch.job import Failed, Finished, Job, Progressed, Report, Workers
from engine.batch.manifest import Manifest

_WAIT_S = 1.0


class Teller(Protocol):
    """Who is told what happens, in one thread."""

    def progressed(self, report: Progressed) -> None: ...
    def finished(self, report: Finished) -> None: ...
    def failed(self, report: Failed, *, again: bool) -> None:
        """`again`: whether it will be tried once more."""
        ...

    def waiting(self) -> None:
        """Called about once a second if nothing happens."""
        ...


@dataclass(slots=True)
class Summary:
    """How it went."""

    finished: list[Finished] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)
    """Those that failed twice."""


def run(jobs: Sequence[Job], workers: Workers, manifest: Manifest, digest: str, teller: Teller) -> Summary:
    """Do all jobs. The manifest has each as running before it begins, and as done when its results are on the disk."""
    return _Run(jobs, workers, manifest, digest, teller).all()


class _Run:
    def __init__(self, jobs: Sequence[Job], workers: Workers, manifest: Manifest, digest: str, teller: Teller) -> None:
        self._jobs = {job.name: job for job in jobs}
        self._todo = deque(jobs)
        self._once_more: deque[Job] = deque()
        self._tried: set[str] = set()
        """Names of those that failed once."""
        self._running: set[str] = set()
        self._workers, self._manifest, self._digest, self._teller = workers, manifest, digest, teller
        self._summary = Summary()

    def all(self) -> Summary:
        while self._todo or self._once_more or self._running:
            while self._workers.free > 0 and (job := self._next()) is not None:
                self._begin(job)
            reports = self._workers.wait(_WAIT_S)
            for report in reports:
                self._heard(report)
            if not reports:
                self._teller.waiting()
        return self._summary

    def _next(self) -> Job | None:
        for queue in (self._todo, self._once_more):
            if queue:
                return queue.popleft()
        return None

    def _begin(self, job: Job) -> None:
        if self._manifest.record(job.name) is not None:
            remove_leftovers(job)
        self._manifest.running(job, self._digest)
        self._running.add(job.name)
        self._workers.begin(job)

    def _heard(self, report: Report) -> None:
        if isinstance(report, Progressed):
            self._teller.progressed(report)
            return
        job = self._jobs[report.name]
        self._running.discard(report.name)
        if isinstance(report, Finished):
            self._manifest.done(job, self._digest, report)
            self._summary.finished.append(report)
            self._teller.finished(report)
            return
        self._manifest.failed(job, self._digest, report)
        again = report.name not in self._tried
        if again:
            self._tried.add(report.name)
            self._once_more.append(job)
        else:
            self._summary.failed.append(report)
        self._teller.failed(report, again=again)


def clear_away(jobs: Sequence[Job], manifest: Manifest) -> None:
    """After a stop: delete what processes left behind that had no time to do it themselves."""
    for job in jobs:
        record = manifest.record(job.name)
        if record is not None and record.state == "running":
            remove_leftovers(job)


def remove_leftovers(job: Job) -> None:
    """Delete the unfinished files that a process left behind which was killed."""
    for path in job.results:
        left = re.compile(rf"\.{re.escape(path.stem)}\.\d+\.part{re.escape(path.suffix)}")
        if path.parent.is_dir():
            for each in path.parent.iterdir():
                if left.fullmatch(each.name):
                    each.unlink(missing_ok=True)
