"""What `posecast batch` says: a bar and a line for each video on a terminal, lines alone elsewhere."""

from __future__ import annotations

import time
from pathlib import Path
from types import TracebackType

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from engine.batch.job import Failed, Finished, Progressed
from engine.batch.plan import Plan
from engine.batch.run import Summary
from webapp.commands.console import Console


class BatchReport:
    """Told by `engine.batch.run` what happens; a context manager around the work."""

    def __init__(self, console: Console, plan: Plan) -> None:
        self._console, self._plan = console, plan
        self._ended = self._frames = 0
        self._under_way: dict[str, Progressed] = {}
        self._start = time.monotonic()
        self._bar = Progress(
            TextColumn("videos"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[speed]}"),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._task = self._bar.add_task("videos", total=len(plan.jobs), speed="")

    def __enter__(self) -> BatchReport:
        self._start = time.monotonic()
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def planned(self, backend: str) -> None:
        """What will be done, and why again."""
        for name, why in self._plan.again.items():
            self._say(f"again: {name}: {why}")
        before = f"; {self._plan.done} were done before" if self._plan.done else ""
        self._say(f"{_videos(len(self._plan.jobs))} to do on {backend}{before}")

    def progressed(self, report: Progressed) -> None:
        self._under_way[report.name] = report
        self._show()

    def finished(self, report: Finished) -> None:
        self._ended += 1
        self._frames += report.frames
        self._under_way.pop(report.name, None)
        fps = report.frames / report.seconds
        self._say(f"{self._count()} {report.name}: {report.frames} frames in {report.seconds:.1f} s, {fps:.1f} fps")
        for warning in report.warnings:
            self._say(f"  {warning}", style="yellow")
        self._show()

    def failed(self, report: Failed, *, again: bool) -> None:
        self._under_way.pop(report.name, None)
        if again:
            self._say(f"{report.name} failed, and is tried again at the end: {report.error}", style="yellow")
        else:
            self._ended += 1
            self._say(f"{self._count()} {report.name} failed again: {report.error}", style="red")
        self._show()

    def waiting(self) -> None:
        self._show()

    def interrupted(self) -> None:
        self._say("stopped early; what was done is kept, and the same command does the rest")

    def ended(self, summary: Summary, manifest: Path) -> None:
        """How it went; the failures once more, together."""
        speed = f"{self._frames} frames at {self._fps():.1f} fps"
        self._say(f"{_videos(len(summary.finished))} done, {speed}; {manifest} lists them")
        if summary.failed:
            self._say(f"{_videos(len(summary.failed))} failed, which the same command tries again:", style="red")
            for each in summary.failed:
                self._say(f"  {each.name}: {each.error}", style="red")

    def _show(self) -> None:
        under_way = sum(each.frames for each in self._under_way.values())
        speed = f"{self._frames + under_way} frames, {self._fps(under_way):.1f} fps, {len(self._under_way)} under way"
        self._bar.update(self._task, completed=self._ended, speed=speed)

    def _fps(self, under_way: int = 0) -> float:
        return (self._frames + under_way) / max(1e-3, time.monotonic() - self._start)

    def _count(self) -> str:
        total = len(self._plan.jobs)
        return f"{self._ended:{len(str(total))}}/{total}"

    def _say(self, text: str, style: str | None = None) -> None:
        self._console.print(text, style=style, markup=False, highlight=False, soft_wrap=True)


def _videos(count: int) -> str:
    return "1 video" if count == 1 else f"{count} videos"
