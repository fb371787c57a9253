"""`posecast models`: list the models, and download those that do not ship with the program."""

from __future__ import annotations

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from engine import models
from webapp.commands.console import Console


def run_list(console: Console | None = None) -> int:
    """Print the models by name, and where their files are; the exit status."""
    out = console or Console()
    for model in models.catalogue():
        place = (
            str(model.path) if model.path.is_file() else f"not downloaded yet: posecast models download {model.name}"
        )
        out.print(f"{model.name}: {model.description} ({model.licence})", soft_wrap=True, highlight=False)
        out.print(f"    {place}", soft_wrap=True, highlight=False, markup=False)
    return 0


def run_download(name: str, console: Console | None = None) -> int:
    """Download the model of that name, with a progress bar on a terminal, and print where it is; the exit status."""
    columns = (TextColumn("{task.fields[step]}"), BarColumn(), TextColumn("{task.fields[message]}"))
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, step="connect", message="")

        def progress(step: str, fraction: float | None, message: str) -> None:
            total = None if fraction is None else 1.0
            bar.update(task, total=total, completed=fraction or 0.0, step=step, message=message)

        path = models.download(name, progress)
    (console or Console()).print(f"{name}: {path}", soft_wrap=True, highlight=False, markup=False)
    return 0
