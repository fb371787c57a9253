"""One conversion, run in a process of its own.

The calling process loads neither torch nor an exporter, survives their crashes, and keeps most of the processor for
a live picture (`nice`). Parent and child communicate through two files in a temporary folder, since libraries print
to stdout: the job as JSON, and the child's progress and result as JSON lines.
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
"""Number of last lines of a crashed child's output that the error quotes."""


@dataclass(frozen=True, slots=True)
class Job:
    """A conversion: its source, target and options."""

    kind: str
    """A key of `converters.worker.CONVERSIONS`."""
    source: Path
    """A checkpoint, or an ONNX model made from one."""
    target: Path
    precision: str = "fp32"
    size: tuple[int, int] | None = None
    """(height, width) if the result has a fixed input size."""
    raw_input: bool = True
    """Whether the result takes pixels 0..255, rather than (pixel - 128) / 255."""
    as_is: bool = False
    """Whether the network itself takes pixels 0..255, without normalisation."""
    features: bool | None = None
    """Whether the result has the 3D head: it must (True), must not (False), or does if the source does (None)."""
    device: str | None = None
    """The GPU to build on, if the result depends on it."""
    checkpoint: Path | None = None
    """The checkpoint, if the source is a model made from it."""
    calibration: str | None = None
    """A SOURCE of frames for quantisation and verification, in addition to the demo's."""
    judged: bool = False
    """Whether the result is compared with the checkpoint, and refused if it finds other people. INT8 always is."""

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
    """Run `job` in a child process; returns how its result compares with the checkpoint, or {} if not compared.

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
            raise PosecastError(
                f"the conversion was killed by {name}", "check that there is enough memory, and see the system's log"
            )
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
    """The environment of the child, in which it finds the modules that this process finds."""
    return os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def _messages(child: subprocess.Popen[bytes], path: Path) -> Iterator[dict[str, Any]]:
    """The child's messages as they arrive; repeats the last progress while there are none; ends with the child."""
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
