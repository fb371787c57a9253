"""Python child processes: a module is run as with `python -m`, but not from the folder where the user is."""

from __future__ import annotations

import sys

_RUN = """
import sys
if sys.path[:1] == [""]:
    del sys.path[0]
import runpy
runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)
"""


def command(module: str, *arguments: str) -> list[str]:
    """The command line that runs `module`.

    The folder that the user happens to be in is not searched, as it is not by the `posecast` command: a file there that
    has the name of one of Python's modules must not be run.
    """
    return [sys.executable, "-c", _RUN, module, *arguments]
