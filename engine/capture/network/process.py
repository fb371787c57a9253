"""The parent's side of the child process that reads a stream: starts, watches and kills it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from fractions import Fraction
from multiprocessing import Pipe
from pathlib import Path

from engine import children
from engine.capture.live import Crashed, Lost
from engine.capture.network.protocol import (
    SLOTS,
    Busy,
    Ended,
    Failed,
    Message,
    Opened,
    Picture,
    PictureMemory,
    Request,
    Start,
)
from engine.capture.timing import Timing
from engine.errors import PosecastError
from engine.types import Image

_CHILD = "engine.capture.network.child"
_ROOT = Path(__file__).parents[3]


class StreamEnded(Lost):
    """The stream is over, as files are."""


class StreamProcess:
    """One child with one stream. Used by one thread, except `kill`, which any thread may call."""

    def __init__(self, url: str, timing: Timing, pixel_aspect: Fraction | None = None) -> None:
        if os.name == "nt":
            raise PosecastError("network streams need Linux or macOS", "on Windows, use WSL")
        self._timing = timing
        with contextlib.ExitStack() as undo:  # any of these may fail for lack of memory, descriptors or processes
            self._memory = undo.enter_context(contextlib.closing(PictureMemory.create()))
            self._connection, theirs = Pipe()
            undo.enter_context(self._connection)
            descriptors = (theirs.fileno(), self._memory.descriptor)
            with theirs:
                self._process = subprocess.Popen(
                    children.command(_CHILD, *map(str, descriptors)),
                    pass_fds=descriptors,
                    env=_environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,  # libav prints addresses with their passwords
                )
            undo.pop_all()
        self._killed = False
        self._send(Request(url, timing.open_s, timing.read_s, pixel_aspect))

    def opened(self) -> Opened:
        """What the stream is; Lost if it cannot be opened."""
        while isinstance(message := self._receive(self._timing.opening_s), Busy):
            pass
        if not isinstance(message, Opened):
            raise Lost("it could not be read")
        return message

    def start(self, *, every: bool) -> None:
        """Start delivery: of every picture, at the pace of `read`, or of the newest only."""
        self._send(Start(every))
        for slot in range(SLOTS):
            self._send(slot)

    def read(self) -> tuple[Picture, Image]:
        """A copy of the next picture; raises StreamEnded after the last, Lost if the stream breaks or stalls."""
        message = self._receive(self._timing.silence_s)
        if isinstance(message, Ended):
            raise StreamEnded("the stream ended")
        if not isinstance(message, Picture):
            raise Lost("it could not be read")
        image = self._memory.read(message.slot, message.height, message.width)
        self._send(message.slot)
        return message, image

    def kill(self) -> None:
        """Kill the child; a thread that is reading gets Lost at once."""
        self._killed = True
        self._process.kill()

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._connection.close()
        self._memory.close()

    def _receive(self, timeout: float) -> Message:
        try:
            if not self._connection.poll(timeout):
                raise Lost(f"no picture for {timeout:g} s")
            message: Message = self._connection.recv()
        except (EOFError, OSError) as error:
            raise self._loss() from error
        if isinstance(message, Failed):
            raise Lost(message.reason, message.hint) if message.hint else Lost(message.reason)
        return message

    def _loss(self) -> Lost:
        """The reason for the child's end."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            status = self._process.wait(self._timing.join_s)
            if status < 0 and not self._killed:
                return Crashed(f"the process that reads it died ({signal.Signals(-status).name})")
        return Lost("the process that reads it ended")

    def _send(self, message: Request | Start | int) -> None:
        with contextlib.suppress(OSError):  # a child that is gone is noticed when its answer is awaited
            self._connection.send(message)


def _environment() -> dict[str, str]:
    """The environment of this process, extended so that the child finds this package."""
    paths = [str(_ROOT), os.environ.get("PYTHONPATH", "")]
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths)), "OPENBLAS_NUM_THREADS": "1"}
