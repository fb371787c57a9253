"""One conversion, run in a process of its own.

Neither torch nor an exporter enters the calling process, a crash in one cannot take it down, and a conversion beside
a live picture yields to it (`nice`). Parent and child speak through two files in a temporary folder, since libraries
print to stdout as they please: the job as JSON, and the child's progress and result as JSON lines.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from engine import children
from engine.errors import ModelError, PosecastError, reason
from engine.inference.installed import require
from engine.types import Progress

_POLL_SECONDS = 0.1
_LOG_LINES = 3
"""Last lines of a crashed child's output that go into the error."""


@dataclass(frozen=True, slots=True)
class Job:
    """What to convert, and how."""

    kind: str
    """A key of `converters.worker.CONVERSIONS`."""
    source: Path
    """A checkpoint, or an ONNX model made of one."""
    target: Path
    precision: str = "fp32"
    size: tuple[int, int] | None = None
    """(height, width) where the result is to take nothing else."""
    raw_input: bool = True
    """Whether the result is to take pixels 0..255, or (pixel - 128) / 255."""
    as_is: bool = False
    """Whether the network takes pixels 0..255 as they are, without normalisation."""
    features: bool | None = None
    """Whether the result gives 3D coordinates: it must (True), does not (False), or does where the source does."""
    device: str | None = None
    """The GPU to build on, where the result depends on it."""
    checkpoint: Path | None = None
    """Where the source is not the checkpoint itself, but made of it."""
    calibration: str | None = None
    """Frames to quantise and to judge on beside the demo's, as a SOURCE."""
    judged: bool = False
    """Whether the result is to be compared with the checkpoint, and refused where it finds other people. INT8 is
    always."""

    def to_json(self) -> str:
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> Job:
        values = json.loads(text)
        for name in ("source", "target", "checkpoint"):
            values[name] = Path(values[name]) if values[name] is not None else None
        values["size"] = tuple(values["size"]) if values["size"] is not None else None
        return cls(**values)


def run(job: Job, progress: Progress) -> dict[str, Any]:
    """Run `job` in a child process; how its result compares with the checkpoint, empty where it was not judged.

    `progress` is called at least every 0.1 s (None for a fraction not known); an exception out of it ends the child
    and is passed on. PosecastErrors of the child are raised here, and one where what conversions need is not
    installed; RuntimeError where it died of anything else.
    """
    require("converting a model", "torch", "onnx")
    with _folder(job) as folder:
        with (folder / "log.txt").open("wb") as log:
            child = subprocess.Popen(
                children.command("converters.worker", str(folder)),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=_environment(),
            )  # fmt: skip
        try:
            for message in _messages(child, folder / "messages.jsonl"):
                if "step" in message:
                    progress(message["step"], message["fraction"], message["message"])
                elif "error" in message:
                    kind = ModelError if message["of_model"] else PosecastError
                    raise kind(message["error"], message["hint"])
                else:
                    return dict(message["result"])
        finally:
            child.kill()
            child.wait()
        if child.returncode < 0:
            name = signal.Signals(-child.returncode).name
            raise PosecastError(f"the conversion was ended by {name}", "is there enough memory? see the system's log")
        raise RuntimeError(f"the conversion died: {_end_of(folder / 'log.txt')}")


@contextmanager
def _folder(job: Job) -> Iterator[Path]:
    """A temporary folder with the job in it."""
    try:
        held = tempfile.TemporaryDirectory(prefix="posecast-")
        (Path(held.name) / "job.json").write_text(job.to_json(), encoding="utf-8")
    except OSError as error:
        raise PosecastError(
            f"cannot write to {tempfile.gettempdir()}: {reason(error)}", "make room, or set TMPDIR to another folder"
        ) from error
    with held:
        yield Path(held.name)


def _environment() -> dict[str, str]:
    """The child finds the modules that this process finds, however it was installed."""
    return os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def _messages(child: subprocess.Popen[bytes], path: Path) -> Iterator[dict[str, Any]]:
    """The child's messages as they come, the last progress again while nothing new does; ends when it has died."""
    position, last = 0, {"step": "convert", "fraction": None, "message": "starting"}
    while True:
        ended = child.poll() is not None
        content = path.read_bytes() if path.exists() else b""
        complete = content[: content.rfind(b"\n") + 1]
        for line in complete[position:].splitlines():
            last = json.loads(line)
            yield last
        position = len(complete)
        if ended:
            return
        yield last
        try:
            child.wait(_POLL_SECONDS)
        except subprocess.TimeoutExpired:
            continue


def _end_of(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return " | ".join(lines[-_LOG_LINES:]) or "it printed nothing"
