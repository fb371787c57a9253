"""Which videos are to be done, and why those that were done before are done again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.batch.job import OVERLAY, SCENES, Job, Options
from engine.batch.manifest import Manifest, Record
from engine.batch.marks import is_same
from engine.batch.recipe import Recipe, differences, digest_of
from engine.batch.videos import Video
from engine.errors import PosecastError


@dataclass(slots=True)
class Plan:
    """What is to be done."""

    jobs: list[Job] = field(default_factory=list)
    """In the order in which they are begun: the largest files first, so that none of them is left alone at the end."""
    done: int = 0
    """Number of videos that were done before."""
    again: dict[str, str] = field(default_factory=dict)
    """Videos that were done before, and why they are done again."""


def make_plan(
    videos: Iterable[Video], out: Path, options: Options, manifest: Manifest, recipe: Recipe, *, overwrite: bool
) -> Plan:
    """PosecastError if a file would be replaced that no batch in this folder wrote, or that was changed since."""
    plan, digest = Plan(), digest_of(recipe)
    for video in videos:
        job, record = job_of(video, out, options), manifest.record(video.name)
        if record is not None and record.state == "done":
            changed = None if record.recipe == digest else _changes(manifest.recipes.get(record.recipe), recipe)
            reason = changed or _out_of_date(job, record, out)
            if not reason:
                plan.done += 1
                continue
            plan.again[job.name] = reason
        if not overwrite:
            _check_ours(job.results, record, out)
        plan.jobs.append(job)
    plan.jobs.sort(key=_bytes, reverse=True)
    return plan


def job_of(video: Video, out: Path, options: Options) -> Job:
    suffixes = (SCENES, OVERLAY) if options.video else (SCENES,)
    results = tuple(out / f"{video.name}{suffix}" for suffix in suffixes)
    return Job(video.name, video.path, results, options)


def _changes(before: Recipe | None, now: Recipe) -> str:
    return "the settings changed" if before is None else "; ".join(differences(before, now))


def _out_of_date(job: Job, record: Record, out: Path) -> str:
    """Why what was done does not hold any more; empty if it does."""
    if record.source is None or not is_same(job.source, record.source):
        return "the video changed"
    for path in job.results:
        mark = (record.results or {}).get(_in(path, out))
        if mark is None or not path.exists():
            return f"{path.name} is gone"
        if not is_same(path, mark):
            return f"{path.name} was changed"
    return ""


def _check_ours(results: Sequence[Path], record: Record | None, out: Path) -> None:
    for path in results:
        if path.is_dir():
            raise PosecastError(f"{path} is a folder", "move it away, or choose another -o")
        if path.exists() and not _is_ours(path, record, out):
            changed = "was changed since" if record is not None else "is not of a batch in this folder"
            raise PosecastError(
                f"{path} would be replaced, and {changed}", "move it away, choose another -o, or add --overwrite"
            )


def _is_ours(path: Path, record: Record | None, out: Path) -> bool:
    """Whether a batch wrote it; one that was stopped may have written it just before it noted that."""
    if record is None:
        return False
    if record.state == "running":
        return True
    mark = (record.results or {}).get(_in(path, out))
    return mark is not None and is_same(path, mark)


def _in(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _bytes(job: Job) -> int:
    try:
        return job.source.stat().st_size
    except OSError:
        return 0
