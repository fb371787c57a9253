"""`posecast infer`: every frame of a source into JSONL, and its overlay into a video."""

from __future__ import annotations

import contextlib
import io
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from engine import input_hint, picture_writer, video_writer
from engine.errors import PosecastError
from engine.events import load_rules
from engine.files import room_for, text_lines, whole_file
from engine.infer import Inference
from engine.outputs_guard import check_outputs, inputs_of
from engine.settings import Settings
from engine.types import BackendInfo, FrameSource, Image
from engine.wire import dumps
from webapp.commands import terminal
from webapp.commands.console import Console
from webapp.commands.terminal import INTERRUPTED

_DEFAULT_FRAME_RATE = 30.0


@dataclass(frozen=True, slots=True)
class InferOptions:
    settings: Settings
    output: str
    """A path, or '-' for stdout."""
    video: Path | None
    max_frames: int | None
    realtime: bool
    config: Path | None = None
    """The settings file, if one was given."""
    rate: float | None = None
    """Images per second, for a folder or pattern of images."""
    events: Path | None = None
    """A file of rules and zones; None: the usual rules, without zones."""


class _Pictures(Protocol):
    def write(self, image: Image, time: float) -> None: ...
    def close(self) -> None: ...


def run(options: InferOptions) -> int:
    """Process the source; the exit status. Outputs appear whole, at the end, or not at all."""
    console = Console(stderr=True)
    lines_path = None if options.output == "-" else Path(options.output)
    check_outputs((lines_path, options.video), inputs_of(options.settings, options.config, options.events))
    rules = None if options.events is None else load_rules(options.events)
    with ExitStack() as stack:
        lines = stack.enter_context(_stdout() if lines_path is None else text_lines(lines_path))
        inference = stack.enter_context(
            Inference(
                options.settings,
                realtime=options.realtime,
                max_frames=options.max_frames,
                rate=options.rate,
                events=rules,
            )
        )
        source = inference.source
        for warning in inference.camera_warnings():
            console.print(f"camera: {warning}", style="yellow", markup=False, highlight=False, soft_wrap=True)
        pictures = stack.enter_context(_pictures(options.video, source.frame_rate))
        backend = _load(inference, console)
        interrupted = stack.enter_context(_closes_on_signal(source))
        summary = _write(inference, backend, lines, pictures, console)
        console.print(
            f"{source.name}: {summary} on {backend.name} {backend.device} {backend.precision}", soft_wrap=True
        )
        if source.problem is not None and not interrupted():
            console.print(f"{source.name} stopped: {source.problem}", soft_wrap=True)
        if interrupted() and not source.live:
            console.print("stopped early; what was done is kept")
            return INTERRUPTED
    return 0


def _load(inference: Inference, console: Console) -> BackendInfo:
    with console.status("loading the model") as status:

        def progress(step: str, fraction: float | None, message: str) -> None:
            terminal.end_if_asked()
            if step == "chosen":  # worth keeping on the screen
                console.print(message, soft_wrap=True)
            percent = "" if fraction is None else f" {fraction:.0%}"
            status.update(f"{step}{percent}: {message}" if message else f"{step}{percent}")

        backend = inference.load(progress)
        terminal.end_if_asked()
        return backend


def _write(
    inference: Inference, backend: BackendInfo, lines: IO[str], pictures: _Pictures | None, console: Console
) -> str:
    """Write every result; a sentence about how it went."""
    frames = people = 0
    fps = 0.0
    with _progress_bar(console) as bar:
        task = bar.add_task("frames", total=inference.expected_frames, fps="")

        def holding(count: int) -> None:
            bar.update(task, description="finding the floor", completed=count)

        with contextlib.closing(inference.results(drawn=pictures is not None, holding=holding)) as results:
            for result in results:
                frames, fps = frames + 1, result.fps
                lines.write(dumps(result.wire) + "\n")
                if pictures is not None and result.overlay is not None:
                    pictures.write(result.overlay, result.snapshot.scene.time)
                people = max(people, len(result.snapshot.scene.people))
                if frames == input_hint.FRAMES and not people:
                    _print_doubt(backend, frames, console)
                bar.update(task, description="frames", completed=frames, fps=f"{fps:.1f} fps")
    if 0 < frames < input_hint.FRAMES and not people:
        _print_doubt(backend, frames, console)
    speed = f"{frames} frames at {fps:.1f} fps" if frames > 1 else "1 frame"
    return f"{speed}, up to {people} people at once"


def _print_doubt(backend: BackendInfo, frames: int, console: Console) -> None:
    doubted = input_hint.doubt(backend, frames)
    if doubted is not None:
        console.print(str(doubted), style="yellow", markup=False, highlight=False, soft_wrap=True)


@contextlib.contextmanager
def _stdout() -> Iterator[IO[str]]:
    """Standard output as UTF-8, which JSON is in whatever the terminal's encoding."""
    if terminal.StandardOutput.closed:
        raise PosecastError("standard output is closed", "name a file with -o FILE")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    with room_for("to the output"):
        yield sys.stdout
        sys.stdout.flush()


@contextlib.contextmanager
def _pictures(path: Path | None, frame_rate: float | None) -> Iterator[_Pictures | None]:
    if path is None:
        yield None
        return
    still = path.suffix.lower() in picture_writer.SUFFIXES
    if not still:
        video_writer.check_container(path)
    with whole_file(path) as temporary:
        writer: Any = (
            picture_writer.PictureWriter(temporary)
            if still
            else video_writer.VideoWriter(temporary, frame_rate or _DEFAULT_FRAME_RATE)
        )
        with contextlib.closing(writer):
            yield writer


@contextlib.contextmanager
def _closes_on_signal(source: FrameSource) -> Iterator[Callable[[], bool]]:
    """While frames are processed, the first Ctrl-C or SIGTERM ends the source, so that outputs are finished.

    A second one ends the program.
    """
    asked: list[int] = []

    def stop(number: int, stack: object) -> None:
        asked.append(number)
        signal.signal(number, previous[signal.Signals(number)])
        source.close()

    previous = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in previous:
        signal.signal(number, stop)
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _progress_bar(console: Console) -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[fps]}"),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=console, disable=not console.is_terminal, transient=True)
