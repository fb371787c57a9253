"""Workers on this machine: processes that each have some of its cores, and do one video after another.

A process that dies costs its video, not the others: another one takes its place.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Any

from engine.batch.job import Failed, Job, Progressed, Report, Tell
from engine.batch.work import work
from engine.children import started_without_ctrl_c
from engine.cores import use_at_most

_CONTEXT = multiprocessing.get_context("spawn")
"""A fork would copy locks of libraries' threads."""
PROCESS_BYTES = 1 << 30
"""Memory that a process takes at most: 0.3 GB in INT8 at 1280 x 720 and 0.4 GB in fp32, measured, and room
for larger pictures and networks."""
_END_S = 5.0
"""Seconds that a process has to remove its temporary files."""


class LocalWorkers:
    """Up to `count` processes, with `cores` each. They are started when there is work for them."""

    def __init__(self, count: int, cores: int) -> None:
        self._count, self._cores = count, cores
        self._busy: list[_Worker] = []
        self._idle: list[_Worker] = []

    @property
    def free(self) -> int:
        return self._count - len(self._busy)

    def begin(self, job: Job) -> None:
        worker = self._idle.pop() if self._idle else _Worker(self._cores)
        worker.begin(job)
        self._busy.append(worker)

    def wait(self, seconds: float) -> list[Report]:
        ready = wait([worker.connection for worker in self._busy], seconds)
        return [self._heard(worker) for worker in list(self._busy) if worker.connection in ready]

    def close(self) -> None:
        for worker in (*self._busy, *self._idle):
            worker.terminate()
        for worker in (*self._busy, *self._idle):
            worker.end()
        self._busy, self._idle = [], []

    def _heard(self, worker: _Worker) -> Report:
        report = worker.heard()
        if isinstance(report, Progressed):
            return report
        self._busy.remove(worker)
        if isinstance(report, Failed) and report.died:
            worker.end()
        else:
            self._idle.append(worker)
        return report


class _Worker:
    """One process, and the pipe to it."""

    def __init__(self, cores: int) -> None:
        self.connection, theirs = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(target=_run, args=(theirs, cores), name="posecast-batch", daemon=True)
        with started_without_ctrl_c():
            self._process.start()
        theirs.close()
        self._job: Job | None = None

    def begin(self, job: Job) -> None:
        self._job = job
        with suppress(OSError):  # it died while it was idle: `heard` says so
            self.connection.send(job)

    def heard(self) -> Report:
        assert self._job is not None
        try:
            report: Report = self.connection.recv()
        except (EOFError, OSError):
            self._process.join(_END_S)
            return Failed(self._job.name, f"its process died ({_how(self._process.exitcode)})", died=True)
        return report

    def terminate(self) -> None:
        self._process.terminate()

    def end(self) -> None:
        self.terminate()
        self._process.join(_END_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self.connection.close()


def _how(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        return signal.Signals(-exit_code).name
    return f"exit status {exit_code}"


def _run(connection: Connection[Any, Any], cores: int) -> None:
    """The process: jobs come in, reports go out."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group, and the first process ends this one
    signal.signal(signal.SIGTERM, _unwind)
    threading.Thread(target=_end_with_parent, name="posecast-parent", daemon=True).start()
    use_at_most(cores)
    while True:
        job: Job = connection.recv()
        connection.send(work(job, _telling(connection, job.name)))


def _telling(connection: Connection[Any, Any], name: str) -> Tell:
    return lambda frames, expected: connection.send(Progressed(name, frames, expected))


def _unwind(number: int, frame: object) -> None:
    signal.signal(number, signal.SIG_IGN)
    sys.exit(128 + number)


def _end_with_parent() -> None:
    """A parent that was killed cannot say so."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(1)


def share_of(cores: int, jobs: int, memory: int | None, device: str) -> tuple[int, int]:
    """(processes, cores of each) for `jobs` videos; `memory` in bytes, None if unknown.

    On a processor one core for each process wastes least; a GPU is kept busy by two.
    """
    count = min(cores, jobs) if device == "CPU" else min(2, jobs)
    if memory is not None:
        count = min(count, memory // PROCESS_BYTES)
    count = max(1, count)
    return count, max(1, cores // count)


def free_memory() -> int | None:
    """Bytes that processes can take now; None if the system does not say."""
    try:
        with open("/proc/meminfo", encoding="ascii") as file:  # noqa: PTH123
            fields = dict(line.split(":", 1) for line in file)
        return int(fields["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        return None
