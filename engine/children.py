"""Child processes: a module is run as with `python -m`, but not from the user's folder, and Ctrl-C ends it quietly."""

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

    The user's folder is not searched for modules, as it is not by the `posecast` command: a file there that is called
    like one of Python's modules must not be run.
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
    """Let Ctrl-C end this process without a traceback: the parent, which gets it as well, reports what there is."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
