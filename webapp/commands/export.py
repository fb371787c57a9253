"""`posecast export`: a recording in the formats of other programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from engine.errors import PosecastError
from engine.exports import Request, export, openpose, silent
from engine.motion.edits import Edits
from engine.motion.edits_file import read_about
from engine.outputs_guard import check_outputs
from webapp.commands.console import Console
from webapp.recording.recordings import NAME, RECORDING, SCENES
from webapp.state.store import default_recordings


@dataclass(frozen=True, slots=True)
class ExportOptions:
    recording: str
    """A file of scenes, or the name of a recording of the dashboard."""
    output: Path
    people: tuple[int, ...] | None
    raw: bool
    layout: str | None
    edits: Edits
    as_recorded: bool = False
    """Without what was changed on the page."""


def run(options: ExportOptions) -> int:
    """Write the files; the exit status."""
    recording = file_of(options.recording)
    form = options.output.suffix.lower().lstrip(".")
    edits = options.edits if options.as_recorded else with_kept(options.edits, recording)
    if options.layout == openpose.FORMAT:
        openpose.write(recording, options.output, edits, options.people or None, silent)
        Console(stderr=True).print(f"wrote {options.output}", markup=False, highlight=False, soft_wrap=True)
        return 0
    request = Request(recording, form, options.people, options.raw, options.layout, edits).checked()
    check_outputs((options.output,), (recording,))
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task(f"exporting {recording.name}", total=1.0)
        made = export(request, options.output, lambda fraction: bar.update(task, completed=fraction))
    for path in made:
        console.print(f"wrote {path}", markup=False, highlight=False, soft_wrap=True)
    return 0


def with_kept(edits: Edits, recording: Path) -> Edits:
    """`edits`, and of what was changed on the page what they say nothing about."""
    kept = read_about(recording).edits
    return Edits(
        merged=edits.merged or kept.merged,
        deleted=edits.deleted or kept.deleted,
        names={**kept.names, **edits.names},
        trim_s=edits.trim_s or kept.trim_s,
        by_wall_time=edits.trim_s is None and kept.by_wall_time,
    )


def edits_of(merged: Sequence[str], dropped: Sequence[int], named: Sequence[str], trim: str | None) -> Edits:
    """The edits that options ask for; PosecastError for one that is not understood."""
    return Edits(
        merged=tuple(_ids(text) for text in merged),
        deleted=tuple(dropped),
        names=dict(_named(text) for text in named),
        trim_s=None if trim is None else _trim(trim),
    )


def _ids(text: str) -> tuple[int, ...]:
    try:
        ids = tuple(map(int, text.split(",")))
    except ValueError:
        ids = ()
    if len(ids) < 2:
        raise PosecastError(f"--merge takes two ids or more, not {text!r}", "write them as 3,7")
    return ids


def _named(text: str) -> tuple[int, str]:
    person, equals, name = text.partition("=")
    if not (equals and name.strip() and person.strip().isdecimal()):
        raise PosecastError(f"--name takes an id and a name, not {text!r}", "write them as 3=Anna")
    return int(person), name.strip()


def _trim(text: str) -> tuple[float, float]:
    try:
        start, end = map(float, text.split(":"))
    except ValueError:
        start = end = 0.0
    if not 0 <= start < end:
        raise PosecastError(f"--trim takes two times in seconds, not {text!r}", "write them as 2.5:10")
    return start, end


def file_of(text: str) -> Path:
    """The file of scenes that RECORDING means: a path, or the name of a recording of the dashboard."""
    path, name = Path(text).expanduser(), text.removeprefix(RECORDING)
    if not path.exists() and NAME.fullmatch(name):
        kept = default_recordings() / f"{name}{SCENES}"
        if not kept.is_file():
            raise PosecastError(f"there is no recording {name!r}", "the dashboard's Record panel lists them")
        return kept
    if not path.is_file():
        raise PosecastError(f"there is no file {text}", "give a file of scenes (JSONL), or the name of a recording")
    return path
