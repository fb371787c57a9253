"""Child processes that run a module, like `python -m` but without the working folder on the path, ended by Ctrl-C."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_RUN = """
import signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
if sys.path[:1] == [""]:
    del sys.path[0]
import runpy
runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)
"""


def command(module: str, *arguments: str) -> list[str]:
    """The command line that runs `module`.

    Like the `posecast` command, it does not search the working folder for modules: a file there with the name of a
    Python module must not be run.
    """
    return [sys.executable, "-c", _RUN, module, *arguments]


@contextmanager
def started_without_ctrl_c() -> Iterator[None]:
    """A process that is started in the block ignores Ctrl-C until it calls `end_quietly_on_ctrl_c`."""
    if not hasattr(signal, "pthread_sigmask"):  # on Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end_quietly_on_ctrl_c() -> None:
    """Let Ctrl-C end this process without a traceback; the parent gets the signal, too, and reports it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
