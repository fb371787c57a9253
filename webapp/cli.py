"""The command line: arguments in, one command run, an exit status out.

0 when all went well; 2 with one line on stderr for a user's error; 1 for a fault of the program. Commands are imported
when they are run: `posecast --help` needs none of them. Until a command begins its work, Ctrl-C ends the process at
once.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NoReturn

from engine.errors import PosecastError
from engine.redaction import redact
from webapp.commands import terminal
from webapp.commands.parser import Work, create_parser
from webapp.commands.terminal import INTERRUPTED

TERMINATED = 143
"""Exit status after SIGTERM, by the shell's convention 128 + SIGTERM."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `posecast` with `arguments` (the process's own by default) and return its exit status."""
    terminal.prepare()
    try:
        return _reporting(arguments)
    except BrokenPipeError:
        terminal.discard_output()  # the reader has seen enough (`posecast … | head`)
        return 0


def _reporting(arguments: Sequence[str] | None) -> int:
    try:
        try:
            return _run(arguments)
        finally:
            sys.stdout.flush()
    except PosecastError as error:
        print(f"posecast: {redact(_one_line(str(error)))}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return INTERRUPTED


def _run(arguments: Sequence[str] | None) -> int:
    options = create_parser().parse_args(arguments)
    prepare: Callable[[argparse.Namespace], Work] = options.command
    work = prepare(options)
    terminal.restore_ctrl_c()
    with _unwinds_on_sigterm():
        return work()


@contextmanager
def _unwinds_on_sigterm() -> Iterator[None]:
    """SIGTERM ends the program as Ctrl-C does: temporary files are removed, and child processes end."""

    def unwind(number: int, frame: object) -> NoReturn:
        signal.signal(number, signal.SIG_IGN)  # a second one would interrupt the clearing away
        terminal.end(SystemExit(TERMINATED))

    if threading.current_thread() is not threading.main_thread():  # only the main thread may handle signals
        yield
        return
    before = signal.signal(signal.SIGTERM, unwind)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _one_line(text: str) -> str:
    return " ".join(text.split())
