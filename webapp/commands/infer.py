"""`posecast infer`: every frame of a source into JSONL, and its overlay into a video."""

from __future__ import annotations

import contextlib
import signal
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from engine import offline, overlay, picture_writer, video_writer
from engine.capture import open_source
from engine.errors import PosecastError
from engine.extrinsics import effective_camera, load_calibration
from engine.files import room_for, whole_file
from engine.geometry import CameraSpec
from engine.loading import load_backend
from engine.preprocess import network_size
from engine.processor import Processor
from engine.rate import rate
from engine.settings import Settings
from engine.types import Frame, FrameSource, Image, Snapshot
from engine.wire import dumps, scene_to_wire

INTERRUPTED = 130
_DEFAULT_FRAME_RATE = 30.0


@dataclass(frozen=True, slots=True)
class InferOptions:
    settings: Settings
    output: str
    """A path, or '-' for stdout."""
    video: Path | None
    max_frames: int | None
    realtime: bool


class _Pictures(Protocol):
    def write(self, image: Image, time: float) -> None: ...
    def close(self) -> None: ...


def run(options: InferOptions) -> int:
    """Process the source; the exit status. Outputs appear whole, at the end, or not at all."""
    console = Console(stderr=True)
    settings = options.settings
    calibration = load_calibration(settings.extrinsics) if settings.extrinsics else None
    with ExitStack() as stack:
        lines = stack.enter_context(_lines(options.output))
        source = open_source(settings.source, realtime=options.realtime)
        stack.callback(source.close)
        interrupted = stack.enter_context(_closes_on_signal(source))
        first = source.read()
        if first is None:
            raise PosecastError(f"{source.name} gives no frame", source.problem or "check that it plays elsewhere")
        camera = effective_camera(settings, calibration, source.camera)
        pictures = stack.enter_context(_pictures(options.video, source.frame_rate))
        processor = _processor(settings, camera, first, console, stack)
        frames = offline.frames_of(source, first=first, limit=options.max_frames)
        total = _total(source, options.max_frames)
        summary = _write(offline.snapshots(frames, processor), lines, pictures, total, console)
        console.print(f"{source.name}: {summary} on {_backend(processor)}", soft_wrap=True)
        if interrupted() and not source.live:
            console.print("stopped early; what was done is kept")
            return INTERRUPTED
    return 0


def _processor(settings: Settings, camera: CameraSpec, first: Frame, console: Console, stack: ExitStack) -> Processor:
    size = network_size(first.image.shape[1], first.image.shape[0], settings.height_size)
    with console.status("loading the model") as status:

        def progress(step: str, fraction: float | None, message: str) -> None:
            percent = "" if fraction is None else f" {fraction:.0%}"
            status.update(f"{step}{percent}: {message}" if message else f"{step}{percent}")

        backend = load_backend(settings.model_spec, size, progress)
    stack.callback(backend.close)
    return Processor(backend, settings, camera)


def _write(
    snapshots: Generator[Snapshot, None, None],
    lines: IO[str],
    pictures: _Pictures | None,
    total: int | None,
    console: Console,
) -> str:
    """Write every snapshot; a sentence about how it went."""
    speed = _Speed()
    people = 0
    with _progress_bar(console) as bar:
        task = bar.add_task("frames", total=total, fps="")
        # Both are closed: a network still at work when the program ends would abort it.
        with contextlib.closing(snapshots), contextlib.closing(_results(snapshots, drawn=bool(pictures))) as results:
            for snapshot, image in results:
                fps = speed.tick()
                lines.write(dumps(scene_to_wire(snapshot, fps=fps, wall_time=time.time())) + "\n")
                if pictures is not None and image is not None:
                    pictures.write(image, snapshot.scene.time)
                people = max(people, len(snapshot.scene.people))
                bar.update(task, advance=1, fps=f"{fps:.1f} fps")
    done = f"{speed.count} frames at {speed.mean:.1f} fps" if speed.count > 1 else "1 frame"
    return f"{done}, up to {people} people at once"


def _results(snapshots: Iterator[Snapshot], *, drawn: bool) -> Generator[tuple[Snapshot, Image | None], None, None]:
    """With overlays, drawn ahead in a thread: encoding and drawing then share the time the network leaves."""
    if drawn:
        return offline.in_thread(
            lambda snapshot: (snapshot, overlay.draw(snapshot.scene, snapshot.frame.image)), snapshots, "posecast-draw"
        )
    return ((snapshot, None) for snapshot in snapshots)


class _Speed:
    """Frames per second since the first frame came out."""

    def __init__(self) -> None:
        self.count = 0
        self._start = 0.0
        self.mean = 0.0

    def tick(self) -> float:
        now = time.perf_counter()
        if self.count == 0:
            self._start = now
        self.count += 1
        self.mean = rate(self.count, self._start, now)
        return self.mean


@contextlib.contextmanager
def _lines(output: str) -> Iterator[IO[str]]:
    if output == "-":
        with room_for("to the output"):
            yield sys.stdout
            sys.stdout.flush()
        return
    with whole_file(Path(output)) as path, path.open("w", encoding="utf-8") as file:
        yield file


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
    """The first Ctrl-C or SIGTERM ends the source, so that outputs are finished; a second one ends the program."""
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


def _total(source: FrameSource, limit: int | None) -> int | None:
    known = [count for count in (source.frame_count, limit) if count is not None]
    return min(known) if known else None


def _backend(processor: Processor) -> str:
    info = processor.backend.info
    return f"{info.name} {info.device} {info.precision}"
